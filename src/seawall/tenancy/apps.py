"""Django's handle on this capability."""

from django.apps import AppConfig


class TenancyConfig(AppConfig):
    """Support teams, the sellers they serve, members with roles, and the one scoping helper."""

    name = "seawall.tenancy"
    label = "tenancy"
