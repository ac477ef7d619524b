"""Django's handle on this capability."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    """The people of a team: roles, languages, shifts."""

    name = "seawall.staff"
    label = "staff"
