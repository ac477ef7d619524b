"""A rival team and strangers to a seller: every command that takes a code finds nothing of ours and changes nothing.

The commands are read off the program itself: a new one without a line here fails.
"""

from pathlib import Path
from typing import Any

import pytest
from tests.cli.kit import Say, everything, leaves
from tests.kit.rollout import Desk, Storm, a_desk
from tests.kit.storm import a_storm, bring
from typer.main import get_command

from seawall.cli.main import app
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.outreach.api import Recipient
from seawall.staff.api import add_shifts
from seawall.tenancy.api import AddMember, add_member, add_seller

FACTS = """
cause = "货柜"
happened_on = 2026-11-14
remedy = "退款"
ceiling_amount = "1"
ceiling_currency = "CNY"
deadline_at = 2026-12-01T00:00:00Z
[cause_by_language]
en = "x"
"""

# Who of the rival team tries it, and what it says. {code}: our storm; {shop}, {seller}, {user}, {order}, {row}: ours.
REFUSED: dict[tuple[str, ...], tuple[str, list[str]]] = {
    ("incident", "open"): ("lead", ["--seller", "{seller}", "--title", "x"]),
    ("incident", "show"): ("lead", ["{code}"]),
    ("incident", "facts"): ("lead", ["{code}", "--file", "{facts}"]),
    ("incident", "paper"): ("lead", ["{code}", "{paper}"]),
    ("incident", "withdraw-consent"): ("lead", ["{code}", "x", "--why", "x"]),
    ("incident", "attest"): ("seller_approver", ["{code}", "--seen", "{digest}"]),
    ("incident", "add-orders"): ("lead", ["{code}"]),
    ("incident", "withdraw"): ("lead", ["{code}", "{order}", "--why", "x"]),
    ("incident", "script"): ("lead", ["{code}"]),
    ("incident", "risk"): ("lead", ["{code}"]),
    ("incident", "timeline"): ("lead", ["{code}"]),
    ("incident", "close"): ("lead", ["{code}", "--why", "x"]),
    ("outreach", "plan"): ("lead", ["{code}"]),
    ("outreach", "replan"): ("lead", ["{code}"]),
    ("outreach", "reach"): ("lead", ["{code}"]),
    ("outreach", "sample"): ("lead", ["{code}"]),
    ("outreach", "approve"): ("seller_approver", ["{code}", "--binding", "{binding}"]),
    ("outreach", "send-back"): ("seller_approver", ["{code}", "--binding", "{binding}", "--comment", "x"]),
    ("outreach", "start"): ("lead", ["{code}"]),
    ("outreach", "pause"): ("lead", ["{code}"]),
    ("outreach", "resume"): ("lead", ["{code}", "--why", "x"]),
    ("outreach", "stop"): ("lead", ["{code}", "--why", "x", "--yes"]),
    ("outreach", "tune"): ("lead", ["{code}", "--quiet-hours", "off", "--why", "x"]),
    ("outreach", "status"): ("lead", ["{code}"]),
    ("outreach", "unknowns"): ("lead", ["{code}"]),
    ("outreach", "settle"): ("lead", ["{code}", "{row}", "--verb", "leave_out", "--why", "x"]),
    ("outreach", "look"): ("lead", ["{code}", "{row}"]),
    ("inbox", "answers"): ("lead", ["{code}"]),
    ("inbox", "correct"): ("lead", ["{code}", "1", "--intent", "thanks"]),
    ("inbox", "lift"): ("lead", ["{code}", "1", "--why", "x"]),
    ("approval", "link"): ("lead", ["{code}", "--name", "x"]),
    ("approval", "renew"): ("lead", ["{code}", "1"]),
    ("approval", "revoke"): ("lead", ["{code}", "1", "--why", "x"]),
    ("approval", "list"): ("lead", ["{code}"]),
    ("seat", "take"): ("agent", ["{code}"]),
    ("seat", "press"): ("agent", ["{row}", "--seen", "x"]),
    ("seat", "copy"): ("agent", ["{row}"]),
    ("seat", "sent"): ("agent", ["{row}", "--seen", "x", "--screenshot", "{paper}"]),
    ("seat", "not-sent"): ("agent", ["{row}"]),
    ("seat", "cannot-reach"): ("agent", ["{row}", "--why", "x"]),
    ("seat", "ask-lead"): ("agent", ["{row}", "--why", "x"]),
    ("seat", "give-back"): ("agent", ["{code}"]),
    ("seat", "work"): ("agent", ["{code}"]),
    ("cancel", "plan"): ("lead", ["{code}", "--reason", "lazada=Out of Stock", "--why", "x"]),
    ("cancel", "options"): ("lead", ["{code}"]),
    ("cancel", "approve"): ("seller_approver", ["{code}", "--binding", "{binding}"]),
    ("cancel", "start"): ("lead", ["{code}"]),
    ("cancel", "pause"): ("lead", ["{code}"]),
    ("cancel", "resume"): ("lead", ["{code}", "--why", "x"]),
    ("cancel", "stop"): ("lead", ["{code}", "--why", "x", "--yes"]),
    ("cancel", "status"): ("lead", ["{code}"]),
    ("cancel", "list"): ("lead", ["{code}"]),
    ("cancel", "waive"): ("lead", ["{code}", "--why", "x", "--all"]),
    ("cancel", "leave"): ("lead", ["{code}", "{order}", "--why", "x"]),
    ("cancel", "course"): ("lead", ["{code}", "--why", "x", "--platform-cancels"]),
    ("requests", "list"): ("lead", ["{code}"]),
    ("requests", "answer"): ("lead", ["{code}", "{order}", "--accept", "--why", "x"]),
    ("requests", "accept-all"): ("lead", ["{code}", "--why", "x"]),
    ("evidence", "pack"): ("lead", ["{code}"]),
    ("evidence", "draw"): ("lead", ["{code}"]),
    ("evidence", "list"): ("lead", ["{code}"]),
    ("evidence", "stamp"): ("lead", ["{code}"]),
    ("evidence", "redact"): ("lead", ["{code}"]),
    ("evidence", "retention", "hold"): ("admin", ["{code}", "--why", "x"]),
    ("evidence", "retention", "release"): ("admin", ["{code}", "--why", "x"]),
    ("evidence", "report"): ("lead", ["{code}", "-o", "{tmp}"]),
    ("orders", "import"): ("lead", ["{export}", "--shop", "{shop}", "--yes"]),
    ("shops", "add"): (
        "admin", ["X1", "--seller", "{seller}", "--platform", "lazada", "--market", "TH", "--name", "x"],
    ),
    ("shops", "connect"): (
        "admin",
        [
            "{shop}", "--base-url", "http://127.0.0.1:9", "--seller-id", "1", "--app-key", "k",
            "--secrets-file", "{secrets}",
        ],
    ),
    ("shops", "mode"): ("admin", ["{shop}", "click", "--why", "x"]),
    ("shops", "app", "add"): (
        "admin", ["k", "--platform", "lazada", "--seller", "{seller}", "--secrets-file", "{secrets}"],
    ),
    ("team", "add-member"): ("admin", ["new", "--role", "seller_approver", "--seller", "{seller}"]),
    ("link",): ("admin", ["{user}"]),
    ("team", "role"): ("admin", ["{user}", "admin"]),
    ("team", "off"): ("admin", ["{user}"]),
    ("team", "on"): ("admin", ["{user}"]),
    ("team", "languages"): ("admin", ["{user}", "--lang", "th"]),
    ("team", "shift"): ("admin", ["{user}", "--day", "mon", "--from", "09:00", "--until", "18:00"]),
    ("team", "drop-shift"): ("admin", ["{shift}"]),
    ("rules", "explain"): ("lead", ["{order}"]),
    ("rules", "set"): ("lead", ["FD-T5-01", "4/6", "--why", "x", "--shop", "{shop}"]),
    ("rules", "unset"): ("lead", ["FD-T5-01", "--why", "x", "--shop", "{shop}"]),
    ("rules", "list"): ("lead", ["--shop", "{shop}"]),
    ("rules", "show"): ("lead", ["FD-T5-01", "--shop", "{shop}"]),
}  # fmt: skip
LISTS: dict[tuple[str, ...], str] = {
    ("incident", "list"): "lead",
    ("shops", "list"): "lead",
    ("shops", "app", "list"): "admin",
    ("team", "members"): "lead",
    ("team", "audit"): "admin",
    ("rules", "changes"): "lead",
    ("evidence", "keys"): "admin",
    ("evidence", "retention", "plan"): "admin",
    ("evidence", "retention", "erased"): "admin",
}
"""Commands that list what one may see: nothing of ours may be in it."""
OF_NOBODY = {
    ("serve",), ("worker",), ("migrate",), ("doctor",), ("simulators", "run"), ("demo", "customs-return"),
    ("demo", "make-files"), ("script", "lint"), ("inbox", "intents"), ("evidence", "verify"), ("team", "create"),
    ("evidence", "extract"), ("team", "add-seller"), ("evidence", "upload-kit"),
    ("team", "add-seller"), ("evidence", "retention", "set"),
    ("evidence", "retention", "unset"), ("evidence", "retention", "run"),
}  # fmt: skip
"""Commands that name nothing of a team (or make something new in one's own)."""


def commands() -> dict[tuple[str, ...], Any]:
    return leaves(get_command(app))


def test_every_command_stands_in_one_of_the_three_lists() -> None:
    assert set(commands()) == set(REFUSED) | set(LISTS) | OF_NOBODY
    named = {
        path
        for path, command in commands().items()
        if {parameter.name for parameter in command.params} & {"code", "shop", "recipient", "username", "order"}
        and path not in OF_NOBODY
    }
    assert named <= set(REFUSED)


@pytest.fixture
def rival(desk: Desk) -> Desk:
    return a_desk("rival")


@pytest.fixture
def ours(desk: Desk) -> Storm:
    """Our storm in full swing; its code, its seller's and its shop's are not the rival's."""
    add_seller("only-ours", "Ours", by=desk.admin)
    a_storm(desk, orders=1, markets=("MY",))
    return bring(a_storm(desk, orders=4), "rolling_out")


def filled(argv: list[str], storm: Storm, folder: Path) -> list[str]:
    (folder / "facts.toml").write_text(FACTS, encoding="utf-8")
    (folder / "paper.pdf").write_bytes(b"%PDF-1.4\n%%EOF\n")
    (folder / "secrets.toml").write_text('app_secret = "s"\naccess_token = "t"\n', encoding="utf-8")
    export = "platform,market,order_id,status,created_at\nlazada,TH,1,shipped,2026-11-14 09:20\n"
    (folder / "orders.csv").write_text(export, encoding="utf-8")
    row = Recipient.objects.filter(incident=storm.incident).first()
    assert row is not None
    (shift,) = add_shifts(
        "north-lead", ["mon"], "09:00", "18:00", "Asia/Shanghai", by=storm.desk.admin, clock=SYSTEM_CLOCK
    )
    values = {
        "code": storm.incident.code, "seller": "only-ours", "shop": "LTH", "user": "north-lead", "row": row.pk,
        "order": row.order.platform_order_id, "binding": storm.roll_out.binding_digest,
        "digest": storm.roll_out.facts_digest, "shift": shift.pk, "facts": folder / "facts.toml",
        "paper": folder / "paper.pdf", "secrets": folder / "secrets.toml", "export": folder / "orders.csv",
        "tmp": folder,
    }  # fmt: skip
    return [each.format(**values) for each in argv]


@pytest.mark.parametrize("path", REFUSED, ids=" ".join)
def test_a_rival_is_told_not_found_and_changes_nothing(
    say: Say, ours: Storm, rival: Desk, tmp_path: Path, path: tuple[str, ...]
) -> None:
    who, argv = REFUSED[path]
    line = filled(argv, ours, tmp_path)
    before = everything()

    said = say("--json", "--as", f"rival-{who}", *path, *line)
    people = say("--as", f"rival-{who}", *path, *line)

    assert (said.code, said.json["error"]) == (1, "not_found"), said
    assert (people.code, people.out) == (1, "")
    # It says no more than it says of what is nowhere at all.
    for secret in ("Customs return", "Nice Home", "Seller 017", "Team north"):
        assert secret not in said.out + people.err
    assert everything() == before


@pytest.mark.parametrize("path", LISTS, ids=" ".join)
def test_a_rivals_lists_hold_nothing_of_ours(say: Say, ours: Storm, rival: Desk, path: tuple[str, ...]) -> None:
    said = say("--json", "--as", f"rival-{LISTS[path]}", *path)
    assert said.code == 0
    for secret in (ours.incident.code, "LTH", "north-", "only-ours"):
        assert secret not in said.out


@pytest.mark.parametrize("path", [path for path in REFUSED if "{code}" in REFUSED[path][1]], ids=" ".join)
def test_another_sellers_approver_finds_no_storm_either(
    say: Say, ours: Storm, tmp_path: Path, path: tuple[str, ...]
) -> None:
    add_member(
        AddMember(username="other", role="seller_approver", seller_code="only-ours"),
        by=ours.desk.admin, clock=SYSTEM_CLOCK,
    )  # fmt: skip
    words = filled(REFUSED[path][1], ours, tmp_path)
    before = everything()
    said = say("--json", "--as", "other", *path, *words)
    assert (said.code, said.json["error"]) == (1, "not_found")
    assert everything() == before
    assert say("--json", "--as", "other", "incident", "list").json == {"incidents": []}
    assert [
        row["incident"] for row in say("--json", "--as", "north-seller_approver", "incident", "list").json["incidents"]
    ]


STAFF = {
    ("incident", "open"), ("incident", "facts"), ("incident", "add-orders"), ("incident", "withdraw"),
    ("incident", "script"), ("incident", "close"), ("outreach", "plan"), ("outreach", "sample"), ("outreach", "start"),
    ("outreach", "replan"),
    ("outreach", "resume"), ("outreach", "stop"), ("evidence", "pack"), ("orders", "import"),
    ("outreach", "resume"), ("outreach", "stop"), ("evidence", "pack"), ("orders", "import"), ("approval", "link"),
    ("evidence", "redact"),
    ("cancel", "plan"), ("cancel", "options"), ("cancel", "waive"), ("cancel", "course"), ("requests", "accept-all"),
    ("approval", "link"), ("evidence", "draw"), ("evidence", "stamp"),
}  # fmt: skip
"""What only the desk does."""
SELLERS = {("incident", "attest"), ("outreach", "approve"), ("outreach", "send-back")}
"""What only the seller does."""
DESK_RULES = {("rules", "set"), ("rules", "unset")}
"""What agents and auditors may read but not set."""
ADMINS = {
    ("shops", "add"), ("shops", "connect"), ("shops", "app", "add"), ("link",), *(
        ("team", act) for act in ("add-member", "role", "off", "on", "languages", "shift", "drop-shift")
    ),
    ("evidence", "retention", "hold"), ("evidence", "retention", "release"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("role", "path"),
    [
        *((role, path) for path in sorted(STAFF) for role in ("agent", "auditor", "seller_approver")),
        *((role, path) for path in sorted(SELLERS) for role in ("admin", "lead", "agent", "auditor")),
        *((role, path) for path in sorted(ADMINS) for role in ("lead", "agent", "auditor", "seller_approver")),
        *((role, path) for path in sorted(DESK_RULES) for role in ("agent", "auditor", "seller_approver")),
        *(("seller_approver", ("rules", verb)) for verb in ("explain", "list", "show")),
        *((role, ("outreach", "pause")) for role in ("agent", "auditor")),
        *((role, ("requests", "answer")) for role in ("auditor", "seller_approver")),
        *((role, ("outreach", "look")) for role in ("auditor", "seller_approver")),
        *((role, ("outreach", "settle")) for role in ("auditor", "seller_approver")),
        *((role, ("incident", "paper")) for role in ("agent", "auditor")),
    ],
    ids=str,
)
def test_a_role_that_may_not_is_told_so_and_changes_nothing(
    say: Say, ours: Storm, tmp_path: Path, role: str, path: tuple[str, ...]
) -> None:
    line = filled(REFUSED[path][1], ours, tmp_path)
    before = everything()
    said = say("--json", "--as", f"north-{role}", *path, *line)
    assert (said.code, said.json["error"]) == (1, "not_allowed"), said
    assert said.json["params"]["role"] == role
    assert everything() == before


def test_who_acts_must_be_clear(say: Say, ours: Storm, rival: Desk) -> None:
    code = ours.incident.code
    for argv, expected in (
        (["--as", "nobody", "incident", "show", code], (1, "member_unknown")),
        (["incident", "show", code], (2, "say_who_acts")),
    ):
        said = say("--json", *argv)
        assert (said.code, said.json["error"]) == expected
    add_member(AddMember(username="north-lead", role="agent"), by=rival.admin, clock=SYSTEM_CLOCK)
    both = say("--json", "--as", "north-lead", "incident", "show", code)
    assert (both.code, both.json["error"]) == (2, "member_in_many_teams")
