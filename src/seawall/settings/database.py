"""Django's database settings from an address."""

from typing import Any

from psycopg.conninfo import conninfo_to_dict

from seawall.embedded import database_url
from seawall.settings.env import Settings

CONNECT_TIMEOUT_S = 10


def database_config(settings: Settings) -> dict[str, Any]:
    """The entry of DATABASES. Nothing is started or asked; for the built-in server the address is known beforehand.

    With `database_pool_max` the process keeps a pool: measured at four to five times the requests of a connection for
    each request. Raises psycopg.ProgrammingError for an address that cannot be read.
    """
    parts = conninfo_to_dict(database_url(settings.database_address(), settings.database_dir))
    known = {name: str(parts.pop(name, None) or "") for name in ("dbname", "user", "password", "host", "port")}
    options: dict[str, Any] = {"connect_timeout": CONNECT_TIMEOUT_S, "application_name": "seawall", **parts}
    if settings.database_pool_max:
        options["pool"] = {"min_size": min(2, settings.database_pool_max), "max_size": settings.database_pool_max}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": known["dbname"] or "seawall",
        "USER": known["user"],
        "PASSWORD": known["password"],
        "HOST": known["host"],
        "PORT": known["port"],
        "OPTIONS": options,
    }
