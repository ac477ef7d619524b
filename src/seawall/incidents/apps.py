"""Django's handle on this capability."""

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    """One storm: facts, steps, cases, timeline."""

    name = "seawall.incidents"
    label = "incidents"
