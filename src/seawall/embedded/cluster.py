"""Make a data folder, and see whether we may use the one that is there."""

import shutil
from pathlib import Path

from seawall.embedded.account import Account
from seawall.embedded.binaries import Binaries
from seawall.embedded.configuration import FILE
from seawall.embedded.diagnosis import failure
from seawall.embedded.layout import Layout
from seawall.kernel.errors import Refused

OWNER_ROLE = "seawall"
BUILTIN_LOCALE_SINCE = 17
"""PostgreSQL 17 brought collations that need no library of the machine, so that an upgrade of the machine cannot make
indexes wrong. Older ones take the C library's C.UTF-8, which sorts by code point as well."""


def cluster_major(cluster: Path) -> int | None:
    """The major version that wrote the data folder; None when there is none."""
    try:
        return int((cluster / "PG_VERSION").read_text(encoding="utf-8").strip().split(".")[0])
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None


def initdb_options(major: int) -> list[str]:
    """How a data folder is made: UTF-8, code-point order, checksums, no way in but the socket."""
    locale = (
        ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        if major >= BUILTIN_LOCALE_SINCE
        else ["--locale=C.UTF-8"]
    )
    return [
        *locale,
        "--encoding=UTF8",
        "--data-checksums",
        # Whoever reaches the socket is let in; the folder around it (0700) decides who that is.
        "--auth-local=trust",
        "--auth-host=reject",
        f"--username={OWNER_ROLE}",
    ]


def make_cluster(layout: Layout, binaries: Binaries, account: Account, *, durable: bool) -> None:
    """Make the data folder, whole or not at all: initdb works in a side folder that is then renamed.

    Raises DatabaseUnavailable with initdb's reason.
    """
    side = layout.root / "making"
    shutil.rmtree(side, ignore_errors=True)
    side.mkdir(mode=0o700)
    if account.is_other:
        shutil.chown(side, account.uid, account.gid)
    command: list[str | Path] = [binaries.program("initdb"), "--pgdata=.", *initdb_options(binaries.major)]
    answer = account.run(command if durable else [*command, "--no-sync"], cwd=side, timeout_s=300)
    if answer.returncode != 0:
        shutil.rmtree(side, ignore_errors=True)
        raise failure(answer.stderr or answer.stdout, path=layout.root, log=layout.log)
    with (side / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(f"\ninclude_if_exists = '{FILE}'\n")
    side.rename(layout.cluster)


def check_version(layout: Layout, binaries: Binaries) -> None:
    """Raises Refused(embedded_other_version) when another major version wrote the data folder."""
    found = cluster_major(layout.cluster)
    if found is not None and found != binaries.major:
        raise Refused("embedded_other_version", path=str(layout.cluster), found=found, ours=binaries.major)
