"""A caller of the command line in this process, a folder of synthetic files, a desk."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.kit import Said, Say
from tests.kit.lazada_sim import lazada_sim, push_sink
from tests.kit.rollout import Desk, a_desk, a_shop

from seawall.cli.context import ready
from seawall.cli.main import call
from seawall.demo.files.api import make_files
from seawall.kernel import texts

__all__ = ["lazada_sim", "push_sink"]


@pytest.fixture(scope="session")
def _ready(database_server: str) -> None:
    """Logging is set up once a process; not while a test holds standard error."""
    ready()


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], _ready: None, monkeypatch: pytest.MonkeyPatch) -> Say:
    """Run a command line here; each starts with nobody's language."""

    def run(*argv: object) -> Said:
        token = texts._reader.set(None)
        try:
            code = call([str(each) for each in argv])
        finally:
            texts._reader.reset(token)
        out, err = capsys.readouterr()
        return Said(code, out, err)

    return run


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Synthetic exports in every format, good and bad."""
    folder = tmp_path_factory.mktemp("exports")
    make_files(folder, seed=3, orders=80)
    return folder


@pytest.fixture(scope="session")
def expected(files: Path) -> dict[str, dict[str, Any]]:
    """What each file must give, by name."""
    return {row["name"]: row for row in json.loads((files / "expected.json").read_text(encoding="utf-8"))["files"]}


@pytest.fixture
def desk(db: None) -> Desk:
    """The team `north`, with a Lazada shop in Thailand (LTH) and one in Malaysia (LMY)."""
    made = a_desk()
    a_shop(made, "TH")
    a_shop(made, "MY")
    return made
