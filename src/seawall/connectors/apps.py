"""Django's handle on this capability."""

from django.apps import AppConfig


class ConnectorsConfig(AppConfig):
    """The only place that speaks to a platform."""

    name = "seawall.connectors"
    label = "connectors"
