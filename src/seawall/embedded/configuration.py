"""The server's settings: few, for a small machine, and nothing of a buyer in its log."""

import os
import secrets
from pathlib import Path

from seawall.embedded.account import Account

FILE = "seawall.conf"

SETTINGS: dict[str, str] = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    # Two cores gain little from it, and Docker's 64 MB of /dev/shm is not enough for it.
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "jit": "off",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "lc_messages": "'C'",
    "log_line_prefix": "'%m [%p] %a '",
    # A failed statement, its parameters and the DETAIL line ("Failing row contains ...") hold buyers' data.
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
}

NOT_DURABLE: dict[str, str] = {
    # For tests only: a power cut may break the database. A killed process still loses nothing, so that is testable.
    "fsync": "off",
    "full_page_writes": "off",
}


def rendered(socket_dir: Path, *, durable: bool) -> str:
    """The text of seawall.conf."""
    settings = SETTINGS | {"unix_socket_directories": f"'{socket_dir}'"} | ({} if durable else NOT_DURABLE)
    head = "# Written anew at each start. Your own settings: ALTER SYSTEM SET ..., which win over these.\n"
    return head + "".join(f"{name} = {value}\n" for name, value in settings.items())


def write(cluster: Path, socket_dir: Path, account: Account, *, durable: bool) -> None:
    """Write seawall.conf into the data folder.

    The folder belongs to the server's account while we may be root, so the file is made under a fresh name and moved
    into place: a link planted there is replaced, never followed.
    """
    fresh = cluster / f"{FILE}.{secrets.token_hex(8)}"
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(rendered(socket_dir, durable=durable))
        if account.is_other:
            os.fchown(file.fileno(), account.uid, account.gid)
    fresh.replace(cluster / FILE)
