"""What an administrator may set, read once from the environment; and Django's settings made from it.

Business numbers (T+5, quotas, pacing) are not settings: they are dated rows of the rulebook.
"""

from seawall.settings.env import Settings, get_settings, override_settings
from seawall.settings.logs import configure_logging
from seawall.settings.running import database_running, ensure_database

__all__ = [
    "Settings",
    "configure_logging",
    "database_running",
    "ensure_database",
    "get_settings",
    "override_settings",
]
