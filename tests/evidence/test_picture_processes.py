"""Processes that draw: one that dies takes nobody else's picture with it, and none outlives its parent."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from tests.evidence.chats import said

from seawall.evidence.pictures import pool
from seawall.evidence.pictures.pool import DrawingPool
from seawall.evidence.pictures.store import page_path
from seawall.evidence.pictures.transcript import Transcript


def chats(count: int) -> list[Transcript]:
    return [said(f"chat {number}") for number in range(count)]


def test_a_process_that_is_killed_is_replaced_and_its_work_done_again(tmp_path: Path) -> None:
    what = chats(60)
    with DrawingPool(1) as one:
        made = one.draw(what, tmp_path)
        done = [next(made)]
        (child,) = [
            each for each in psutil.Process().children() if any("spawn_main" in word for word in each.cmdline())
        ]
        os.kill(child.pid, signal.SIGKILL)
        done += made
    assert [each.drawn_from for each in done] == [each.drawn_from for each in what]
    assert all(page_path(tmp_path, page).exists() for each in done for page in each.pages)


def deadly(transcripts: list[Transcript], folder: Path) -> list[pool.Drawing]:
    """Draws, but one chat ends the process."""
    if any("chat 3" in bubble.text for each in transcripts for bubble in each.bubbles):
        os._exit(9)
    return [pool.draw_and_store(each, folder) for each in transcripts]


def test_a_chat_that_ends_its_process_is_named_and_the_others_are_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "_draw_all", deadly)
    monkeypatch.setattr(pool, "_AT_ONCE", 3)
    what = chats(7)
    with DrawingPool(1) as one:
        done = list(one.draw(what, tmp_path))
    assert [bool(each.pages) for each in done] == [True, True, True, False, True, True, True]
    assert done[3].refused_code == "picture_ended_its_process"
    assert done[3].drawn_from == ""  # not of these records: the next occasion tries again
    assert done[3].refused_params == {"order": what[3].key.order_id}


def test_a_parent_that_is_killed_leaves_no_process_behind(tmp_path: Path) -> None:
    code = (
        "import sys, os, multiprocessing\n"
        "from pathlib import Path\n"
        "from tests.evidence.test_picture_processes import chats\n"
        "from seawall.evidence.pictures.pool import DrawingPool\n"
        "if __name__ == '__main__':\n"
        f"    list(DrawingPool(1).draw(chats(1), Path({str(tmp_path)!r})))\n"
        "    print(multiprocessing.active_children()[0].pid, flush=True)\n"
        "    sys.stdin.read()\n"
    )
    script = tmp_path / "parent.py"
    script.write_text(code, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(["src", *sys.path])}
    with subprocess.Popen(
        [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
        parent.wait()
    gone, alive = psutil.wait_procs([child], timeout=20)
    assert (len(gone), alive) == (1, [])
