"""Django's handle on this capability."""

from django.apps import AppConfig


class RulebookConfig(AppConfig):
    """Dated rules as data."""

    name = "seawall.rulebook"
    label = "rulebook"
