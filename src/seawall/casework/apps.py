"""Django's handle on this capability."""

from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    """After the message: cancellations, buyers' requests to cancel, orders that resolve by themselves."""

    name = "seawall.casework"
    label = "casework"
