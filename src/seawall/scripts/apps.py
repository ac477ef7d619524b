"""Django's handle on this capability."""

from django.apps import AppConfig


class ScriptsConfig(AppConfig):
    """Wording per language, placeholders, lint, foreseen questions."""

    name = "seawall.scripts"
    label = "scripts"
