"""Django's handle on this capability."""

from django.apps import AppConfig


class TimelineConfig(AppConfig):
    """Who did what, for whom, before and after: append-only."""

    name = "seawall.timeline"
    label = "timeline"
