"""The processes of `seawall serve` when it is killed outright, or started twice."""

import os
import signal
import socket
import subprocess
import sys

import pytest
from tests.cli.kit import ROOT

from seawall.cli.serving import require_free_port
from seawall.kernel.errors import Unreachable

PARENT = """
import subprocess, sys, time
from seawall.cli.child import command
sleeper = "import sys, time; print('up', flush=True); time.sleep(600)"
subprocess.Popen(command([sys.executable, "-c", sleeper]), process_group=0)
time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's wish for a signal at the parent's death is Linux's")
def test_a_serve_that_is_killed_outright_leaves_no_console_and_no_worker_behind() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, env=environment)
    assert parent.stdout is not None
    with parent.stdout as said:
        assert said.readline() == b"up\n"
        parent.send_signal(signal.SIGKILL)
        parent.wait(30)
        # The child holds the other end: the end of file comes when it is gone.
        assert said.read() == b""


def test_a_child_whose_parent_is_already_gone_does_not_begin() -> None:
    line = [sys.executable, "-m", "seawall.cli.child", "1", sys.executable, "-c", "print('began')"]
    done = subprocess.run(
        line, env={**os.environ, "PYTHONPATH": str(ROOT / "src")}, capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (1, b"")


def test_a_port_that_another_console_would_share_is_refused() -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = int(other.getsockname()[1])
        with pytest.raises(Unreachable) as refused:
            require_free_port("127.0.0.1", port)
    assert refused.value.code == "web_did_not_start"
    require_free_port("127.0.0.1", port)
