"""Django's handle on this capability."""

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """Records, pack, seal, verify."""

    name = "seawall.evidence"
    label = "evidence"
