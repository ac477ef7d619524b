"""PostgreSQL's own tools on Seawall's database: `python -m seawall.settings.tool pg_dump --format=custom ...`.

The database is started for it if need be, the tool is the one that fits the server, and it needs no address: psql,
pg_dump, pg_restore, vacuumdb, pg_amcheck. See docs/howto/database.md.
"""

import os
import subprocess
import sys
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from seawall.embedded import Source, find_binaries
from seawall.kernel.errors import Misuse, SeawallError
from seawall.settings.env import get_settings
from seawall.settings.logs import configure_logging
from seawall.settings.running import database_running

_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
}


def run_tool(command: list[str]) -> int:
    """Run one of PostgreSQL's programs against the database; its exit status. Raises SeawallErrors in words."""
    if not command:
        raise Misuse("tool_missing")
    with database_running() as info:
        parts = conninfo_to_dict(info.url)
        variables = {_VARIABLES[name]: str(value) for name, value in parts.items() if name in _VARIABLES}
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")} | variables
        try:
            return subprocess.run(
                [_program(command[0], info.source), *command[1:]], env=environment, check=False
            ).returncode
        except FileNotFoundError:
            raise Misuse("tool_unknown", name=command[0]) from None


def _program(name: str, source: Source) -> str:
    """The program beside the server; with DATABASE_URL the machine's own, which may be of another version."""
    if os.sep in name:
        return name
    ours: Path = find_binaries().program(name)
    return str(ours) if source is not Source.URL and ours.exists() else name


def main() -> int:
    """The command."""
    try:
        configure_logging(get_settings())
        return run_tool(sys.argv[1:])
    except SeawallError as refusal:
        sys.stderr.write(f"{refusal}\n")
        return refusal.exit_code


if __name__ == "__main__":
    sys.exit(main())
