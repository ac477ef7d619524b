"""Django's handle on this capability."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Orders, parcels and buyers as last seen; imports: read, plan, show, apply."""

    name = "seawall.orders"
    label = "orders"
