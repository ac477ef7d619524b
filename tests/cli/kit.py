"""The command line as a user meets it: in this process where it is quick, as a real process where that matters."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
NOWHERE = "postgresql://nobody@127.0.0.1:9/nothing"


@dataclass(frozen=True)
class Said:
    """What a command line gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one object on standard output, and nothing else there."""
        return json.loads(self.out)


Say = Callable[..., Said]


def as_process(*argv: str | bytes, program: Sequence[str] = ("-m", "seawall.cli"), **environment: str) -> Said:
    """Run `python -m seawall.cli` or another program, with a home nobody can write and a database that is not there."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("SEAWALL_", "DJANGO_"))}
    clean |= {
        "PYTHONPATH": str(ROOT / "src"), "DATABASE_URL": NOWHERE, "SEAWALL_HOME": "/proc/nowhere", "SEAWALL_LANG": "en",
        **environment,
    }  # fmt: skip
    done = subprocess.run([sys.executable, *program, *argv], env=clean, capture_output=True, timeout=120, check=False)
    return Said(done.returncode, done.stdout.decode(), done.stderr.decode())


def everything() -> dict[str, list[tuple[str, ...]]]:
    """Every row of every table of ours, to see that a command changed nothing."""
    found = {}
    for model in apps.get_models():
        if model.__module__.startswith("seawall."):
            names = [field.attname for field in model._meta.concrete_fields]
            found[model.__name__] = [
                tuple(map(str, row)) for row in model._default_manager.order_by("pk").values_list(*names)
            ]
    return found


def no_trace(said: Said) -> None:
    """A sentence, not a stack trace."""
    assert "Traceback" not in said.out + said.err, said
    assert said.code != 70, said


def leaves(group: Any, path: Sequence[str] = ()) -> dict[tuple[str, ...], Any]:
    """Every command of the tree by its path."""
    if not hasattr(group, "commands"):
        return {tuple(path): group}
    found: dict[tuple[str, ...], Any] = {}
    for name, command in group.commands.items():
        found |= leaves(command, (*path, name))
    return found
