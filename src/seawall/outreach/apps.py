"""Django's handle on this capability."""

from django.apps import AppConfig


class OutreachConfig(AppConfig):
    """Reachability, sample, waves, ledger, lanes, sender."""

    name = "seawall.outreach"
    label = "outreach"
