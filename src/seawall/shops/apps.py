"""Django's handle on this capability."""

from django.apps import AppConfig


class ShopsConfig(AppConfig):
    """Connected shops: credentials (encrypted), what a connection may do, its limits."""

    name = "seawall.shops"
    label = "shops"
