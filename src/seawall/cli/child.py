"""Run a program that ends with its parent: `python -m seawall.cli.child PARENT_PID PROGRAM ARGUMENT...`.

A `seawall serve` that was killed outright (kill -9, out of memory) cannot end its children. Left alone they would go
on: an old console beside the new one on the same port, an old worker beside the new one. On Linux the kernel is asked
to send them SIGTERM when the parent dies; elsewhere they stay, and the next start says that the port is taken.
"""

import ctypes
import os
import signal
import sys
from typing import NoReturn

_PR_SET_PDEATHSIG = 1


def command(program: list[str]) -> list[str]:
    """The command line that runs `program` as a child of this very process and ends it with us."""
    return [sys.executable, "-m", "seawall.cli.child", str(os.getpid()), *program]


def main(argv: list[str]) -> NoReturn:
    """Tie this process to its parent, then become the program; exit with 1 when the parent is already gone."""
    parent, program = int(argv[0]), argv[1:]
    if sys.platform == "linux":
        # The wish survives exec. It is about the parent of now: one that died before it was made is found out below.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(1)
    os.execv(program[0], program)  # noqa: S606  # our own command line, no shell


if __name__ == "__main__":
    main(sys.argv[1:])
