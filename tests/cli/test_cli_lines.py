"""The line itself: misuse, help, an absent database, verification and lint without one."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.kit import Say, as_process, leaves, no_trace
from tests.evidence.packs import sealed
from typer.main import get_command

from seawall.cli.main import app


@pytest.mark.parametrize(
    "argv",
    [
        ["orders", "fly"], ["fly"], ["incident", "show"], ["orders", "import", "--no-such"], ["incident", "open"],
        ["outreach", "approve", "S-0001"], ["serve", "--port", "many"], ["simulators", "run", "--port", "-1"],
        ["script", "lint", "--text", "x", "--platform", "amazon", "--market", "TH", "--lang", "th"],
        ["script", "lint", "--text", "x", "--platform", "lazada", "--market", "TH", "--lang", "xx"],
    ],
)  # fmt: skip
def test_misuse_is_exit_2_with_a_sentence_and_no_trace(say: Say, argv: list[str]) -> None:
    people, machine = say(*argv), say(*argv, "--json")
    for said in (people, machine):
        no_trace(said)
        assert said.code == 2
    assert people.out == ""
    assert people.err.strip()
    assert machine.json["error"] == "usage"


def test_every_command_has_help_that_says_something(say: Say) -> None:
    commands = leaves(get_command(app))
    assert len(commands) > 35
    for path in commands:
        said = say(*path, "--help")
        assert said.code == 0, path
        assert "Usage" in said.out, path
        assert len(said.out.splitlines()) > 4, path


def test_the_version_is_the_packages(say: Say) -> None:
    from seawall import __version__

    assert (say("--version").code, say("--version").out) == (0, f"seawall {__version__}\n")


@pytest.mark.slow
def test_an_unreachable_database_is_exit_3_and_a_sentence(tmp_path: Path) -> None:
    home = {"SEAWALL_HOME": str(tmp_path)}
    for argv in (["incident", "list"], ["migrate"], ["outreach", "plan", "S-0001", "--dry-run"]):
        said = as_process(*argv, "--json", **home)
        no_trace(said)
        assert (said.code, said.json["error"]) == (3, "database_unreachable"), argv
        assert "127.0.0.1" in said.json["text"]
    words = as_process("incident", "list", SEAWALL_LANG="zh-Hans", **home)
    assert (words.code, words.out) == (3, "")
    assert "数据库" in words.err
    broken = as_process("incident", "list", "--json", DATABASE_URL="mysql://x", **home)
    assert (broken.code, broken.out.count("\n")) in ((1, 1), (2, 1), (3, 1))
    assert broken.json["error"] == "database_url_unreadable"


@pytest.mark.slow
def test_verify_needs_no_database_and_names_what_is_wrong(tmp_path: Path) -> None:
    garbage, empty, pack = tmp_path / "garbage.zip", tmp_path / "empty.zip", sealed(tmp_path)
    garbage.write_bytes(b"PK\x03\x04" + bytes(range(256)) * 40)
    empty.write_bytes(b"")
    for path, what in (
        (garbage, "ZIP"), (empty, "ZIP"), (tmp_path / "none.zip", "no such file"), (tmp_path, "folder"),
    ):  # fmt: skip
        said = as_process("evidence", "verify", str(path), "--json")
        no_trace(said)
        assert said.code == 1, path
        assert said.json["ok"] is False
        assert any(what in problem["what"] for problem in said.json["problems"]), said.json
    good = as_process("evidence", "verify", str(pack), "--json")
    assert (good.code, good.json["ok"], good.json["problems"]) == (0, True, [])
    content = bytearray(pack.read_bytes())
    content[len(content) // 2] ^= 1
    pack.write_bytes(content)
    flipped = as_process("evidence", "verify", str(pack))
    assert flipped.code == 1
    assert flipped.out.count("✗") >= 1


@pytest.mark.slow
def test_a_kit_for_a_platform_needs_no_database(tmp_path: Path) -> None:
    line = ["evidence", "upload-kit", str(sealed(tmp_path)), "--platform", "lazada", "--purpose", "appeal"]
    said = as_process(*line, "-o", str(tmp_path / "kit"), "--json")
    no_trace(said)
    assert (said.code, said.json["shops"][0]["orders"], said.json["limits"]["files"]["certainty"]) == (0, 5, "unknown")
    assert (tmp_path / "kit/UPLOAD.txt").is_file()
    taken = as_process(*line, "-o", str(tmp_path / "kit"), "--json")
    assert (taken.code, taken.json["error"]) == (1, "kit_folder_taken")
    unreasoned = as_process(*line, "-o", str(tmp_path / "more"), "--most-mb", "20", "--json")
    assert (unreasoned.code, unreasoned.json["error"]) == (1, "kit_limit_without_reason")
    assert as_process(*line, "-o", str(tmp_path / "more"), "--most-mb", "0").code == 2


ASKING = "Please cancel the order for us, thank you."


def lint(say: Say, text: str, *more: object) -> Any:
    return say("script", "lint", "--text", text, "--platform", "shopee", "--market", "MY", "--lang", "en", *more)


def test_one_text_is_linted_without_a_database() -> None:
    said = as_process(
        "script", "lint", "--text", ASKING, "--platform", "shopee", "--market", "MY", "--lang", "en", "--json"
    )
    assert said.code == 1
    rules = {finding["rule"] for finding in said.json["findings"]}
    assert "asks_to_cancel" in rules
    for finding in said.json["findings"]:
        assert finding["words"] == ASKING[finding["start"] : finding["end"]]
        assert finding["rule_row"]
        assert finding["why"]


def test_facts_are_read_from_a_file_and_a_bad_one_is_named(say: Say, tmp_path: Path) -> None:
    facts = tmp_path / "facts.txt"
    facts.write_bytes("\ufeffThe container was returned.\n".encode())
    assert lint(say, ASKING, "--facts", facts, "--json").json["findings"]
    facts.write_bytes("货柜".encode("gb18030"))
    for path, error in ((facts, "file_not_utf8"), (tmp_path, "file_is_folder"), (tmp_path / "no", "file_not_found")):
        said = lint(say, ASKING, "--facts", path, "--json")
        assert (said.code, said.json["error"]) == (1, error)


def test_a_file_of_messages_gives_one_line_each_bad_ones_too(say: Say, tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    good = {"id": "a", "text": ASKING, "platform": "shopee", "market": "MY", "lang": "en"}
    lines = [
        json.dumps(good),
        "{not json",
        json.dumps({**good, "id": "c", "market": "FR"}),
        "",
        json.dumps({**good, "id": "d"}),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    said = say("script", "lint", path)
    rows = [json.loads(line) for line in said.out.splitlines()]
    assert (said.code, said.err) == (0, "")
    assert [row.get("id", row.get("line")) for row in rows] == ["a", 2, "c", "d"]
    assert [row.get("error") for row in rows] == [None, "lint_line_not_json", "lint_line_invalid", None]
    assert rows[0]["findings"] == rows[3]["findings"] != []


def test_lint_wants_a_file_or_a_text_and_its_place(say: Say, tmp_path: Path) -> None:
    for argv, error in (
        ([], "lint_file_or_text"), ([tmp_path / "x", "--text", "y"], "lint_file_or_text"),
        (["--text", "y"], "lint_needs_place"),
    ):  # fmt: skip
        said = say("script", "lint", *argv, "--json")
        assert (said.code, said.json["error"]) == (2, error)


def test_make_files_into_a_file_is_refused_in_words(say: Say, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    said = say("demo", "make-files", tmp_path / "taken", "--json")
    assert (said.code, said.json["error"]) == (1, "file_trouble")


def test_a_fault_of_ours_is_told_in_a_sentence_and_the_trace_goes_to_a_file(
    say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    from seawall.settings.env import get_settings

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("deep inside")

    monkeypatch.setattr("seawall.orders.imports.api.plan", broken)
    said = say("orders", "import", __file__, "--dry-run", "--json")
    assert (said.code, said.json["error"], said.json["params"]["kind"]) == (70, "bug", "RuntimeError")
    assert "Traceback" not in said.out + said.err
    assert "deep inside" in (get_settings().home / "log" / "faults.log").read_text(encoding="utf-8")


def test_bytes_that_are_no_text_are_refused_in_words() -> None:
    said = as_process(b"--as", b"\xff", "script", "lint", "--text", b"\xff\xfe", "--json")
    no_trace(said)
    assert said.code == 2


LINES = """
approval link S-0001 --name x
approval list S-0001
approval renew S-0001 1
approval revoke S-0001 1 --why x
evidence draw S-0001
evidence keys
evidence keys rotate --why x
evidence list S-0001
evidence pack S-0001
evidence redact S-0001
evidence retention erased
evidence retention hold S-0001 --why x
evidence retention plan
evidence retention release S-0001 --why x
evidence retention run --seen x
evidence retention set records 12 --why x
evidence retention unset records --why x
evidence report S-0001 -o DIR
evidence stamp S-0001
inbox answers S-0001
inbox correct S-0001 1 --intent thanks
inbox lift S-0001 1 --why x
incident add-orders S-0001
incident add-orders S-0001 FILE
incident attest S-0001 --seen x
incident close S-0001
incident facts S-0001 --file FILE
incident list
incident open --seller s --title t
incident paper S-0001 FILE
incident risk S-0001
incident script S-0001
incident script S-0001 --file FILE
incident show S-0001
incident timeline S-0001
incident withdraw S-0001 1 --why x
link
link someone
migrate
orders import FILE --shop S
orders import FILE --shop S --dry-run
outreach approve S-0001 --binding x
outreach look S-0001 1
outreach pause S-0001
incident withdraw-consent S-0001 x --why x
outreach plan S-0001
outreach reach S-0001
outreach replan S-0001
outreach resume S-0001 --why x
outreach sample S-0001
outreach send-back S-0001 --binding x --comment y
outreach settle S-0001 1 --verb leave_out --why x
outreach start S-0001
outreach status S-0001
outreach stop S-0001 --why x --yes
outreach tune S-0001 --quiet-hours off --why x
outreach unknowns S-0001
rules changes
rules explain 1
rules list
rules set FD-T5-01 4/6 --why x
rules show FD-T5-01
rules unset FD-T5-01 --why x
seat ask-lead 1 --why x
seat cannot-reach 1 --why x
seat copy 1
seat give-back S-0001
seat not-sent 1
seat press 1 --seen x
seat sent 1 --seen x --screenshot FILE
seat take S-0001
seat work S-0001
serve
shops app add k --platform lazada --secrets-file FILE
shops app list
shops add S --seller s --platform lazada --market MY --name n
shops connect S --base-url http://127.0.0.1:9 --seller-id 1 --app-key k --secrets-file FILE
shops list
shops mode S click --why x
team add-member x --role lead
team add-seller s --name n
team audit
team create t --name n --admin a
team drop-shift 1
team languages x
team members
team off x
team on x
team role x lead
team shift x --day mon --from 09:00 --until 18:00
worker
cancel plan S-0001 --reason lazada=X --why x
cancel options S-0001
cancel approve S-0001 --binding x
cancel start S-0001
cancel pause S-0001
cancel resume S-0001 --why x
cancel stop S-0001 --why x --yes
cancel status S-0001
cancel list S-0001
cancel waive S-0001 --why x --all
cancel leave S-0001 1 --why x
cancel course S-0001 --why x --platform-cancels
requests list S-0001
requests answer S-0001 1 --accept --why x
requests accept-all S-0001 --why x
"""
NEED_NO_DATABASE = {
    "demo customs-return",
    "demo make-files",
    "doctor",
    "evidence extract",
    "evidence upload-kit",
    "evidence verify",
    "inbox intents",
    "script lint",
    "simulators run",
}


def test_every_command_in_a_process_of_its_own_ends_in_a_sentence_where_no_database_is(tmp_path: Path) -> None:
    """The first command of a process finds nothing set up. Within the tests everything is: only a new process shows."""
    (tmp_path / "file").write_bytes(b"")
    lines = LINES.strip().splitlines()
    spoken_of = {path for path in map(" ".join, leaves(get_command(app))) for line in lines if line.startswith(path)}
    assert set(map(" ".join, leaves(get_command(app)))) - spoken_of == NEED_NO_DATABASE
    argvs = [line.replace("FILE", str(tmp_path / "file")).replace("DIR", str(tmp_path)).split() for line in lines]
    code = (
        "import io, json, sys\nfrom contextlib import redirect_stdout\nfrom seawall.cli.main import call\n"
        "found = []\n"
        "for argv in json.loads(sys.argv[1]):\n"
        "    with redirect_stdout(io.StringIO()): found.append(call([*argv, '--json']))\n"
        "print(json.dumps(found))\n"
    )
    said = as_process(program=("-c", code, json.dumps(argvs)), SEAWALL_HOME=str(tmp_path / "home"))
    codes = dict(zip(lines, said.json, strict=True))
    # 2 and 1: what is wrong with the line or a file may be said before the database is asked for.
    assert {line: code for line, code in codes.items() if code not in (1, 2, 3)} == {}
    assert codes["orders import FILE --shop S"] == 3
    assert sum(code == 3 for code in codes.values()) > 30


def test_numbers_of_a_table_stand_under_each_other_and_no_word_is_folded(tmp_path: Path) -> None:
    head = "Order ID,Order Status,Estimated Ship Out Date,Grand Total,Country\n"
    rows = "".join(f"241105ABCD{n:04},To ship,2024-11-07 09:30,10.00,Malaysia\n" for n in range(1200))
    (tmp_path / "a-file-with-a-long-name.csv").write_text(head + rows, encoding="utf-8")
    (tmp_path / "b.csv").write_text(head + rows[: rows.index("\n") + 1], encoding="utf-8")
    argv = ["orders", "import", *map(str, sorted(tmp_path.iterdir())), "--dry-run"]
    for width in ("80", "200"):
        said = as_process(*argv, COLUMNS=width)
        assert said.code == 0
        top, *lines = said.out.splitlines()
        assert top.split() == ["file", "what", "orders", "lines", "parcels", "total", "order", "date", "rejected"]
        ends = {line.index(number) + len(number) for line in lines for number in ("1,200 ", " 1 ") if number in line}
        assert top.index("orders") + len("orders") + 1 in ends


def test_a_language_we_do_not_speak_is_misuse_and_not_english_in_silence(say: Say) -> None:
    said = say("--language", "fr", "doctor", "--json")
    assert (said.code, said.json["error"]) == (2, "language_unknown")


def test_a_simulator_nobody_has_is_misuse_and_names_those_there_are(say: Say) -> None:
    said = say("simulators", "run", "--platform", "amazon", "--json")
    assert (said.code, said.json["error"]) == (2, "simulator_unknown")
    assert "tiktok-shop" in said.json["text"]
