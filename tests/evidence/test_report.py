"""The report of a pack: it adds up, can be searched, carries its files, and takes any text as text."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from tests.evidence import pdf
from tests.evidence.packs import KEY, SCRIPT_DIGEST, a_push, a_record, an_order, at, contents, five_orders, sealed
from tests.evidence.test_pack_pictures import pictured

from seawall.evidence.records import PackContents, ScriptVersion, TimelineEntry
from seawall.evidence.report.doors import report_members, report_of
from seawall.evidence.report.drawing import prepared, set_all
from seawall.evidence.report.making import Wishes
from seawall.evidence.seal import layout
from seawall.evidence.seal.packfile import write_pack
from seawall.evidence.seal.verify import verify_pack
from seawall.kernel.errors import InvalidInput, Refused
from seawall.kernel.markets import Market, Platform

IN_PROCESS = Wishes(processes=0)


def report(folder: Path, what: PackContents | None = None, wishes: Wishes = IN_PROCESS) -> dict[str, bytes]:
    """The files of a report, by name, of a pack sealed without one."""
    pack = sealed(folder, what)
    out = folder / "report"
    out.mkdir(exist_ok=True)
    return {path.name: path.read_bytes() for path in report_of(pack, out, wishes)}


def squeezed(words: str) -> str:
    """Without spaces, as the text of a page is read."""
    return words.replace(" ", "")


def test_both_editions_say_what_the_pack_counts(tmp_path: Path) -> None:
    files = report(tmp_path)
    assert sorted(files) == ["report-en.pdf", "report-zh.pdf"]
    english, chinese = pdf.pages(files["report-en.pdf"])[0], pdf.pages(files["report-zh.pdf"])[0]
    assert squeezed("5 orders = 1 + 1 + 1 + 1 + 1") in english
    assert squeezed("For 2 orders the message to the buyer stands in the platform's own record") in english
    assert "本事件共5单" in chinese
    # The market's reviewer reads neither: the same count in the market's language.
    assert "ประเทศไทย" in english
    assert squeezed("LazadaTH") in english
    for edition in (english, chinese):
        assert "SIMULATED演练" in edition


def test_every_order_can_be_searched_for_and_every_table_adds_up(tmp_path: Path) -> None:
    whole = pdf.text(report(tmp_path)["report-en.pdf"])
    for order in five_orders():
        assert order.order_id in whole
    assert "m-88001122334450" in whole
    assert whole.count(squeezed("Sum 5")) >= 2
    assert squeezed("Sum 1 0 1 1 2 5") in whole  # answered, read, confirmed, acknowledged, none: by shop


def test_the_report_carries_the_list_and_the_records(tmp_path: Path) -> None:
    data = report(tmp_path)["report-zh.pdf"]
    held = pdf.attached(data)
    with zipfile.ZipFile(tmp_path / "pack.zip") as pack:
        assert held["orders.csv"] == pack.read(layout.ORDERS_CSV)
        assert held["messages.jsonl"] == pack.read(layout.MESSAGES)
    rows = list(csv.reader(io.StringIO(held["orders.csv"].decode("utf-8-sig"))))
    book = openpyxl.load_workbook(io.BytesIO(held["orders.xlsx"]))
    cells = [[str(cell or "") for cell in row] for row in book["orders"].iter_rows(values_only=True)]
    assert cells == rows
    assert all(cell.data_type == "s" for row in book["orders"].iter_rows() for cell in row if cell.value is not None)
    assert any(cell.startswith("'=HYPERLINK") for row in cells for cell in row)


def test_it_names_what_it_is_drawn_from(tmp_path: Path) -> None:
    said = pdf.keywords(report(tmp_path)["report-en.pdf"])
    with zipfile.ZipFile(tmp_path / "pack.zip") as pack:
        manifest = json.loads(pack.read(layout.MANIFEST))
    hashes = {file["path"]: file["sha256"] for file in manifest["files"]}
    assert f"{layout.ORDERS} sha256 {hashes[layout.ORDERS]}" in said


def test_the_same_pack_gives_the_same_bytes_in_another_process_too(tmp_path: Path) -> None:
    first = report(tmp_path)
    again = tmp_path / "again"
    again.mkdir()
    code = (
        "import sys; from pathlib import Path\n"
        "from seawall.evidence.report.doors import report_of\n"
        "from seawall.evidence.report.making import Wishes\n"
        "report_of(Path(sys.argv[1]), Path(sys.argv[2]), Wishes(processes=0))\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "pack.zip"), str(again)], check=True)
    assert {path.name: path.read_bytes() for path in again.iterdir()} == first


def test_a_pack_sealed_with_its_report_lists_and_verifies_it_and_it_is_the_one_drawn_later(tmp_path: Path) -> None:
    (work := tmp_path / "work").mkdir()
    made = write_pack(contents(), KEY, tmp_path / "pack.zip", further=report_members(work, IN_PROCESS))
    found = verify_pack(made.path)
    assert found.ok, found.problems
    assert made.reports == ["report-en.pdf", "report-zh.pdf"]
    (later := tmp_path / "later").mkdir()
    report_of(made.path, later, IN_PROCESS)
    with zipfile.ZipFile(made.path) as pack:
        for name in made.reports:
            assert pack.read(name) == (later / name).read_bytes()


def test_a_changed_report_is_found_in_a_pack(tmp_path: Path) -> None:
    (work := tmp_path / "work").mkdir()
    made = write_pack(contents(), KEY, tmp_path / "pack.zip", further=report_members(work, IN_PROCESS))
    data = bytearray(made.path.read_bytes())
    with zipfile.ZipFile(made.path) as pack:
        at_byte = pack.getinfo("report-en.pdf").header_offset + 2_000
    data[at_byte] ^= 1
    made.path.write_bytes(data)
    assert "report-en.pdf" in {problem.path for problem in verify_pack(made.path).problems}


def test_nothing_is_drawn_from_a_pack_that_does_not_verify(tmp_path: Path) -> None:
    pack = sealed(tmp_path)
    pack.write_bytes(pack.read_bytes().replace(b"confirmed", b"confirmeD", 1))
    with pytest.raises(Refused) as refusal:
        report_of(pack, tmp_path, IN_PROCESS)
    assert refusal.value.code == "report_pack_not_whole"
    assert not list(tmp_path.glob("*.pdf"))


def test_volumes_set_in_processes_of_their_own_are_the_same(tmp_path: Path) -> None:
    alone = report(tmp_path, wishes=Wishes(processes=0, orders_a_volume=3, editions=("en",)))
    (tmp_path / "apart").mkdir()
    apart = report(tmp_path / "apart", wishes=Wishes(processes=1, orders_a_volume=3, editions=("en",)))
    assert apart == alone


def test_what_is_refused_in_another_process_comes_back_in_words(tmp_path: Path) -> None:
    (tmp_path / "report.typ").write_text("#panic(read(sys.inputs.data))", encoding="utf-8")
    job = prepared("report-en", tmp_path, {"a": 1}, tmp_path / "report-en.pdf", at(0))
    for processes in (0, 1):
        with pytest.raises(Refused) as refusal:
            list(set_all([job], processes=processes))
        assert (refusal.value.code, refusal.value.params["name"]) == ("report_not_drawn", "report-en")
    assert not job.out.exists()


def test_an_edition_there_is_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refusal:
        report(tmp_path, wishes=Wishes(editions=("fr",)))
    assert refusal.value.code == "report_edition_unknown"


def test_volumes_hold_every_order_once_and_the_records_of_theirs(tmp_path: Path) -> None:
    files = report(tmp_path, wishes=Wishes(processes=0, orders_a_volume=2, editions=("en",)))
    assert sorted(files) == ["report-en-1.pdf", "report-en-2.pdf", "report-en-3.pdf"]
    where = {
        order.order_id: [n for n, d in files.items() if f"{order.order_id}" in annex(d)] for order in five_orders()
    }
    assert all(len(names) == 1 for names in where.values()), where
    records = b"".join(pdf.attached(data).get(f"messages-{n}.jsonl", b"") for n, data in enumerate(files.values(), 1))
    with zipfile.ZipFile(tmp_path / "pack.zip") as pack:
        assert records == pack.read(layout.MESSAGES)
    assert "orders.csv" in pdf.attached(files["report-en-1.pdf"])


def annex(data: bytes) -> str:
    """The text from the annex on."""
    return pdf.text(data).rpartition("Annex:orders")[2]


def test_records_too_many_to_embed_are_named_and_left_where_they_are(tmp_path: Path) -> None:
    data = report(tmp_path, wishes=Wishes(processes=0, messages_attached=100, editions=("en",)))["report-en.pdf"]
    assert "messages.jsonl" not in pdf.attached(data)
    assert squeezed("too many to embed; they stand in records/messages.jsonl") in pdf.text(data)


def test_pictures_stand_on_sheets_and_the_rest_is_counted(tmp_path: Path) -> None:
    what = contents([pictured(order) for order in five_orders()])
    some = report(tmp_path, what, Wishes(processes=0, pictures_a_volume=2, editions=("en",)))["report-en.pdf"]
    assert squeezed("2 of the 4 pictures of the orders in this volume") in pdf.text(some)
    (tmp_path / "all").mkdir()
    what = contents([pictured(order) for order in five_orders()])
    whole = report(tmp_path / "all", what, Wishes(processes=0, editions=("en",)))["report-en.pdf"]
    assert squeezed("All 4 pictures of the orders in this volume") in pdf.text(whole)


HOSTILE = [
    '#import "x.typ": * #panic() $ $ ] } \\ *bold* _it_ <label> @ref `raw`',
    '<script>alert(1)</script><img src=x onerror="alert(1)">',
    "\u202egnp.exe\u202c \u2066x\u2069 \u200f \u0000 \u001b[31m",
    "=cmd|' /C calc'!A0",
    "\ud83d alone and \udc00",
    "๏" * 20_000,
    "A" * 20_000,
    "长" * 20_000,
    "สวัสดีค่ะ" * 2_300,
    "👩‍👩‍👧‍👦🇹🇭" * 500,
    "\u0301" * 200 + "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A",
    "\U0001f9ff\ue000\U000f0000 private",
]


def hostile(words: str) -> PackContents:
    """A pack whose every text from outside is this."""
    order_id = "88001122334455"
    body = json.dumps({"id": f"m-{order_id}"})
    held = [a_record(order_id, "1", text=words, body=body), a_push(order_id, "2", text=words, body=body)]
    name, short = words[:300], words[:2_000].encode("utf-8", "replace").decode()
    order = an_order(order_id, *held, shop_name=name, item=name, tracking_number=words[:50], status=words[:50])
    base = contents([order])
    text = words.encode("utf-8", "replace").decode()
    entry = TimelineEntry(at=at(0), action="incident.open", by=short, note=short, after={"kind": short, "x": short})
    return replace(
        base,
        incident=replace(base.incident, title=short, seller=short, team=short),
        facts={"cause": short, "statements": [short], "<b>*x*": short, "cause_by_language": {"th": short}},
        scripts=[ScriptVersion(version="7", digest=SCRIPT_DIGEST, texts={"th": text})],
        approvals=[
            replace(each, by=short, note=short, binds={**each.binds, "sample_message": f"m-{order_id}"})
            for each in base.approvals
        ],
        timeline=[entry],
    )


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_any_text_is_shown_as_text(tmp_path: Path, words: str) -> None:
    files = report(tmp_path, hostile(words), Wishes(processes=0, editions=("zh",)))
    whole = pdf.text(files["report-zh.pdf"])
    assert "88001122334455" in whole
    if words.startswith(("#import", "<script", "=cmd")):
        assert squeezed(words)[:40] in whole.replace("\u200b", "")
    if "\u202e" in words:
        assert "\u202e" not in whole
        assert "U+202E" in whole


@pytest.mark.parametrize("language", ["ms", "id", "th", "vi", "fil", "zh-Hant"])
def test_each_market_has_the_statement_in_its_own_language(tmp_path: Path, language: str) -> None:
    market = {"ms": "MY", "id": "ID", "th": "TH", "vi": "VN", "fil": "PH", "zh-Hant": "TW"}[language]
    place = {"market": Market(market), "platform": Platform.SHOPEE}
    order = an_order("2611170001", a_record("2611170001", "1", **place), a_push("2611170001", "2", **place), **place)
    cover = pdf.pages(report(tmp_path, contents([order]), Wishes(processes=0, editions=("en",)))["report-en.pdf"])[0]
    from seawall.evidence.report.phrases import statements

    assert squeezed(statements()[language]["title"])[:12] in cover or language == "th"
    assert f"Shopee{market}" in cover
