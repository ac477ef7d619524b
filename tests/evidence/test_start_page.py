"""START-HERE.html as a file, and the files it loads from beside itself. What a reviewer sees of them: tests/browser."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.evidence.packs import KEY, OTHER_KEY, a_record, an_order, contents, five_orders, sealed
from tests.evidence.test_pack_pictures import pictured_contents
from tests.evidence.test_seal_pack import members_of
from tests.evidence.test_verify_signed_lies import Files, lie

from seawall.casework.states import CancellationState
from seawall.evidence.records import AttachedFile, RecordKind
from seawall.evidence.seal import layout, start_page
from seawall.evidence.seal.members import Member, member_of
from seawall.evidence.seal.packfile import write_pack
from seawall.evidence.seal.verify import verify_pack
from seawall.outreach.states import RecipientState

FOLDER = Path(start_page.__file__).parent / "start"


def page_of(pack: Path) -> str:
    return members_of(pack)[layout.START].decode()


def block(page: str, name: str) -> Any:
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', page)
    assert found is not None
    return json.loads(found[1])


def view_of(files: dict[str, bytes], name: str) -> Any:
    """What a script of view/ hands to the page."""
    first, script = files[name].decode().split("\n", 1)
    assert first.startswith("// START-HERE.html reads this file.")
    found = re.fullmatch(r'seawallPack\("(?:index|orders)",\d+,(.*)\);\n', script, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_only_the_program_of_the_page_may_run(tmp_path: Path) -> None:
    page = page_of(sealed(tmp_path))
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; ")
    assert "unsafe" not in policy[1]
    for tag in ("script", "style"):
        inside = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert len(inside) == 1
        wanted = base64.b64encode(hashlib.sha256(inside[0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{wanted}'" in policy[1]
    assert not re.search(r"\son[a-z]+=|javascript:|https?:", page)


def test_the_page_is_the_same_each_time_and_says_who_seals(tmp_path: Path) -> None:
    one, two = page_of(sealed(tmp_path)), page_of(sealed(tmp_path, name="again.zip"))
    assert one == two
    assert block(one, "data")["key"] == KEY.fingerprint
    assert block(page_of(sealed(tmp_path, key=OTHER_KEY)), "data")["key"] == OTHER_KEY.fingerprint


def test_the_page_holds_the_summary_that_is_sealed(tmp_path: Path) -> None:
    pack = sealed(tmp_path)
    assert block(page_of(pack), "data")["summary"] == json.loads(members_of(pack)[layout.SUMMARY])


def test_a_page_with_another_summary_than_the_sealed_one_is_named(tmp_path: Path) -> None:
    def flatter(files: Files) -> None:
        files[layout.START] = files[layout.START].replace(b'"confirmed":1', b'"confirmed":4')

    report = lie(sealed(tmp_path), flatter)
    assert (layout.START, "verify_page_differs") in {(found.path, found.code) for found in report.problems}


@pytest.mark.parametrize(
    "title", ["</script><script>alert(1)</script>", "<!--<script>", "\u2028 & ' \" \u202egnp", "{{x.y}} $data"]
)
def test_a_title_from_outside_stays_text(tmp_path: Path, title: str) -> None:
    page = page_of(sealed(tmp_path, contents(incident=replace(contents().incident, title=title))))
    assert page.count("<script") == 3
    assert page.count("</script>") == 3
    assert block(page, "data")["summary"]["incident"]["title"] == title


def test_view_repeats_the_sealed_lines(tmp_path: Path) -> None:
    pack = sealed(tmp_path, pictured_contents())
    files = members_of(pack)
    rows = view_of(files, "view/orders-00001.txt")
    orders = [json.loads(line) for line in files[layout.ORDERS].splitlines()]
    messages = [json.loads(line) for line in files[layout.MESSAGES].splitlines()]
    pictures = {row["order_id"]: row for row in map(json.loads, files[layout.PICTURES].splitlines())}
    assert [row["order"] for row in rows] == orders
    assert [record for row in rows for record in row["records"]] == messages
    assert [row["picture"] for row in rows] == [pictures.get(order["order_id"]) for order in orders]
    index = view_of(files, layout.VIEW_INDEX)
    assert [row[0] for row in index["orders"]] == [order["order_id"] for order in orders]
    assert [row[2:] for row in index["orders"]] == [[order["outcome"], order["grade"]] for order in orders]


def test_many_orders_stand_in_several_pieces_and_long_chats_in_more(tmp_path: Path) -> None:
    many = [an_order(f"9{n:04d}") for n in range(201)]
    long = [an_order(f"8{n}", a_record(f"8{n}", f"r{n}", text="ก" * 400_000), outcome="acknowledged") for n in range(3)]
    pack = sealed(tmp_path, contents([*many, *long]))
    assert verify_pack(pack).ok
    files = members_of(pack)
    assert view_of(files, layout.VIEW_INDEX)["pieces"] == [0, 100, 200, 202, 203]
    assert len(view_of(files, "view/orders-00003.txt")) == 2


def test_screenshots_of_an_order_are_named_beside_it(tmp_path: Path) -> None:
    shot = AttachedFile(name="chat.png", content=b"\x89PNG demo")
    sha256 = hashlib.sha256(b"\x89PNG demo").hexdigest()
    order_id = five_orders()[0].order_id
    record = a_record(
        order_id, "shot", kind=RecordKind.SCREENSHOT, attachment_sha256=sha256, body="", message_id="",
        script_digest="", approval_digest="",
    )  # fmt: skip
    one, *rest = five_orders()
    pack = sealed(tmp_path, contents([replace(one, records=(*one.records, record)), *rest], screenshots=[shot]))
    assert verify_pack(pack).ok, verify_pack(pack).problems
    rows = view_of(members_of(pack), "view/orders-00001.txt")
    assert [row["screenshots"] for row in rows[:2]] == [{sha256: "screenshots/001-chat.png"}, {}]


def test_what_the_page_would_show_follows_from_the_records_even_when_signed(tmp_path: Path) -> None:
    name = "view/orders-00001.txt"

    def other_words(files: Files) -> None:
        files[name] = files[name].replace("รับทราบค่ะ".encode(), "ยกเลิกเลย".encode())

    def other_grade(files: Files) -> None:
        files[layout.VIEW_INDEX] = files[layout.VIEW_INDEX].replace(b'"acknowledged"', b'"answered"')

    def more(files: Files) -> None:
        files["view/orders-00002.txt"] = b"alert(1)\n"

    def less(files: Files) -> None:
        del files[name]

    for change, path in [
        (other_words, name),
        (other_grade, layout.VIEW_INDEX),
        (more, "view/orders-00002.txt"),
        (less, name),
    ]:
        report = lie(sealed(tmp_path), change)
        assert [(found.path, found.code) for found in report.problems] == [(path, "verify_view_differs")]


def test_a_pack_from_before_there_was_a_view_verifies(tmp_path: Path) -> None:
    def older(files: Files) -> None:
        for name in [name for name in files if name.startswith(layout.VIEW)]:
            del files[name]

    assert lie(sealed(tmp_path), older).ok


def test_no_member_of_a_pack_is_run_by_a_double_click_or_turned_away_by_mail(tmp_path: Path) -> None:
    names = members_of(sealed(tmp_path, pictured_contents()))
    assert not [
        name for name in names if name.endswith((".js", ".mjs", ".vbs", ".bat", ".cmd", ".exe", ".hta", ".lnk"))
    ]


def test_the_page_leads_to_the_report_where_there_is_one(tmp_path: Path) -> None:
    def reports(members: object) -> list[Member]:
        return [member_of(name, b"%PDF") for name in ("report-en.pdf", "report-zh.pdf")]

    path = write_pack(contents(), KEY, tmp_path / "with.zip", further=reports).path
    assert verify_pack(path).ok
    links = re.findall(r'<li><a href="(report-[^"]+)">', page_of(path))
    assert links == ["report-en.pdf", "report-zh.pdf"]
    assert 'href="report-' not in page_of(sealed(tmp_path))


def test_every_word_the_page_says_stands_in_both_languages_and_every_word_there_is_said() -> None:
    said = start_page.program() + (FOLDER / "page.html").read_text(encoding="utf-8")
    known = start_page.words()
    keys = set(re.findall(r'"((?:page|find|order|record|check|outcomes)\.[a-z_]+)"', said))
    keys |= set(re.findall(r"\{\{([a-z_.]+)\}\}", said))
    assert keys <= known.keys(), keys - known.keys()
    made = ("outcomes.", "market.", "record.", "cancel.")
    assert {key for key in known if key not in keys and not key.startswith(made)} <= {"inside.paper", "inside.report"}
    for key, (chinese, english) in known.items():
        assert chinese
        assert english
        assert re.findall(r"\{\w+\}", chinese).sort() == re.findall(r"\{\w+\}", english).sort(), key


def test_every_state_of_the_ledger_has_its_words() -> None:
    for state in RecipientState:
        assert f"outcomes.{state.value}" in start_page.words()
        assert state.value in start_page._ORDER
    for end in CancellationState:
        assert f"cancel.{end.value}" in start_page.words()
