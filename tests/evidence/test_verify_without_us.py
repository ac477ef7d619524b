"""A sceptic checks a pack with openssl and sha256sum, by the very commands of seal/VERIFY.txt and START-HERE.html."""

import html
import itertools
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from tests.evidence.packs import KEY, OTHER_KEY, sealed

from seawall.evidence.seal.verify import verify_pack
from seawall.kernel.languages import DESK_LANGUAGES
from seawall.kernel.texts import catalogue

SOURCE = Path(__file__).resolve().parents[2] / "src" / "seawall" / "evidence"


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    """A pack, unpacked into an empty folder by the standard library."""
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(sealed(tmp_path)) as pack:
        pack.extractall(folder)
    return folder


def shell(folder: Path, command: str) -> tuple[int, str]:
    done = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.strip()


def commands(folder: Path) -> list[tuple[str, str]]:
    """(command, expected answer) as VERIFY.txt states them."""
    lines = (folder / "seal/VERIFY.txt").read_text(encoding="utf-8").splitlines()
    return [(one.strip(), two.strip()[3:]) for one, two in itertools.pairwise(lines) if two.strip().startswith("-> ")]


def test_the_commands_of_verify_txt_really_work(unpacked: Path) -> None:
    assert shutil.which("openssl"), "this test needs openssl"
    stated = commands(unpacked)
    assert len(stated) == 6
    for command, expected in stated:
        code, answer = shell(unpacked, command)
        assert (code, answer.removesuffix("  -")) == (0, expected), command


def test_the_commands_of_start_here_really_work(unpacked: Path) -> None:
    page = (unpacked / "START-HERE.html").read_text(encoding="utf-8")
    block = re.search(r"<pre>(.*?)</pre>", page, re.DOTALL)
    assert block is not None
    answers = [shell(unpacked, command) for command in html.unescape(block[1]).splitlines()]
    assert answers == [(0, "Signature Verified Successfully"), (0, "1"), (0, "")]


@pytest.mark.parametrize("name", ["records/messages.jsonl", "seal/tree.json", "START-HERE.html", "seal/SHA256SUMS"])
def test_the_commands_notice_a_changed_file(unpacked: Path, name: str) -> None:
    data = bytearray((unpacked / name).read_bytes())
    data[40] ^= 1
    (unpacked / name).write_bytes(data)
    answers = [shell(unpacked, command)[1].removesuffix("  -") == expected for command, expected in commands(unpacked)]
    assert not all(answers)


def test_the_commands_notice_an_added_file_and_another_key(unpacked: Path) -> None:
    (unpacked / "papers/extra.pdf").write_bytes(b"x")
    (unpacked / "seal/public.pem").write_bytes(OTHER_KEY.public_pem())
    answers = [shell(unpacked, command)[1].removesuffix("  -") == expected for command, expected in commands(unpacked)]
    assert answers == [False, False, True, False, False, False]


def test_links_of_the_first_page_lead_to_files_of_the_pack(unpacked: Path) -> None:
    page = (unpacked / "START-HERE.html").read_text(encoding="utf-8")
    links = re.findall(r'href="([^"]+)"', page)
    assert "records/orders.csv" in links
    assert all((unpacked / link).is_file() or f'id="{link[1:]}"' in page for link in links)
    assert "src=" not in page.split("<script", 1)[0]


def test_verifying_needs_no_database_no_network_and_no_web_framework(tmp_path: Path) -> None:
    path = sealed(tmp_path)
    code = (
        "import sys\n"
        "from seawall.evidence.seal.verify import verify_pack\n"
        f"report = verify_pack({str(path)!r})\n"
        "loaded = [name for name in ('django', 'psycopg', 'socket', 'asyncio', 'pydantic') if name in sys.modules]\n"
        "print(report.ok, report.key_id, loaded)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split(maxsplit=2) == ["True", KEY.key_id, "[]\n"]


def test_every_code_has_its_sentence_in_both_desk_languages() -> None:
    code = re.compile(r'"((?:verify|pack|grade|signing)_[a-z_0-9]+)"')
    sources = [*(path for path in SOURCE.glob("seal/*.py") if path.stem != "api"), SOURCE / "grades.py"]
    used = {found for path in sources for found in code.findall(path.read_text(encoding="utf-8"))} - {"grade_reason"}
    assert len(used) > 80
    for language in DESK_LANGUAGES:
        assert used <= catalogue(language).keys(), f"{language}: {used - catalogue(language).keys()}"


def test_the_report_is_about_this_pack(tmp_path: Path) -> None:
    report = verify_pack(sealed(tmp_path)).as_json()
    assert list(report)[:3] == ["ok", "items", "problems"]
    assert (report["ok"], report["items"], report["problems"]) == (True, 5, [])
