"""Every address asked oddly by everybody: whatever the parameters and bodies, never a fault of ours.

Why our own generator and not Schemathesis: docs/decisions/0018-odd-requests.md.
"""

import json
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.kit.every_page import Scene, a_scene, client_for, path_of, patterns, values_of
from tests.kit.storm import Desk, a_storm

pytestmark = pytest.mark.django_db

NAMES = (
    "q", "page", "after", "at", "show", "reason", "shop", "lang", "state", "outcome", "platform", "market", "subject",
    "certainty", "day", "person", "verb", "incident", "from", "until", "intent", "act", "why", "typed", "binding",
    "digest", "decision", "comment", "seen", "name", "hours", "purpose", "role", "username", "seller", "lang", "zone",
    "shift", "app", "how", "next", "language", "theme", "team", "step", "l", "message_id", "code", "a-seats",
    "a-reply_share", "size", "picture", "papers", "files", "password", "may_download", "state", "error",
    "storm", "member", "text", "amount", "reference", "key", "f-show", "f-storm", "f-q",
)  # fmt: skip
"""Fields that some page or act reads."""

ODD = st.one_of(
    st.sampled_from((
        "", "0", "-1", "1", "²", "٣", "1e9", "NaN", "9" * 40, "9223372036854775808", "\x00", "a\x00b", "%00", "'", '"',
        "=1+1", "../../etc/passwd", "2026-02-30", "9999-12-31", "0001-01-01", "25:61", "mon", "api", "renew", "revoke",
        "approve", "attest", "send_back", "settle", "retry", "lift", "correct", "off", "role", "languages", "shift",
        "drop_shift", "agent", "th", "S-0001", "north-lead", "\ud7ff\ufffd", "💥" * 10, "x" * 3000, "<script>",
        "//x.example", "0.1-0.3", "-5", "inf", "on", "yes", "all", "1-1",
    )),
    st.text(st.characters(exclude_categories=("Cs",)), max_size=12),
    st.integers().map(str),
)  # fmt: skip
FIELDS = st.dictionaries(st.sampled_from(NAMES), ODD, max_size=6)
BODIES = st.one_of(
    st.none(),
    st.binary(max_size=40),
    FIELDS.map(lambda said: json.dumps(said).encode()),
)
READ = (
    "/find/", "/incidents/S-0001/cases/", "/incidents/S-0001/outcomes/", "/incidents/S-0001/answers/", "/rules/",
    "/audit/", "/incidents/S-0001/risk/", "/seats/", "/inbox/", "/orders/import/",
    "/shops/callback/",
)  # fmt: skip
"""Pages that are narrowed by what the address says."""
ROLES = ("admin", "lead", "agent", "approver", "auditor", None)


@pytest.fixture
def scene(desk: Desk) -> Scene:
    return a_scene(desk)


def ask(browser: Client, method: str, path: str, fields: dict[str, str], body: bytes | None, **headers: str) -> Any:
    """One request; in earnest, but nothing of it is kept."""
    with transaction.atomic():
        if method == "GET":
            answer = browser.get(path, fields, headers=headers)
        elif body is not None:
            answer = browser.generic("POST", path, body, headers["Content-Type"], headers=headers)
        else:
            answer = browser.post(path, fields, headers=headers)
        if answer.streaming:
            b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # a streaming answer has it
        transaction.set_rollback(True)
    return answer


def test_odd_requests_are_never_a_fault_of_ours(scene: Scene) -> None:
    values = values_of(scene, scene.rolling)
    known = sorted({path_of(pattern, values) for pattern in patterns()})
    odd_paths = [
        "/incidents/%00/", "/incidents/S-0001%00/", "/incidents/S-99999999999999999999/", "/incidents/💥/cases/",
        "/incidents/S-0001/cases/99999999999999999999/", "/incidents/S-0001/packs/99999999999999999999/",
        "/incidents/S-0001/outcomes/99999999999999999999/", "/incidents/S-0001/answers/99999999999999999999/",
        "/incidents/S-0001/links/99999999999999999999/", "/incidents/S-0001/papers/../", "/team/99999999999999999999/",
        "/team/99999999999999999999/sign-in-link/", "/shops/99999999999999999999/connect/", "/a/%00/", "/in/%00/",
        "/inbox/99999999999999999999/", "/inbox/99999999999999999999/take/", "/inbox/99999999999999999999/assign/",
        "/seats/99999999999999999999/press/", "/incidents/S-0001/papers/%00/", "/orders/import/%00/",
        "/incidents/S-0001/screenshots/%00/", "/hooks/%00/%00/", "/incidents/S-0001/plan/export.exe",
    ]  # fmt: skip
    browsers = {role: client_for(getattr(scene.desk, role) if role else None) for role in ROLES}
    for browser in browsers.values():
        browser.raise_request_exception = False
    faults: dict[str, str] = {}

    def see(role: str | None, method: str, path: str, fields: dict[str, str], body: bytes | None, part: bool) -> None:
        headers = {"HX-Request": "true"} if part else {}
        kind = "application/json" if (body or b"").startswith(b"{") else "application/x-www-form-urlencoded"
        answer = ask(browsers[role], method, path, fields, body, **{**headers, "Content-Type": kind})
        if answer.status_code >= 500 and answer.status_code != 503:
            faults.setdefault(f"{method} {path} {sorted(fields)}", f"{role} {fields} {body!r} {answer.status_code}")

    for path in [*known, *odd_paths]:
        for role in ("admin", "approver", None):
            for method in ("GET", "POST"):
                see(role, method, path, {}, None, False)

    # What breaks a database or a number, in every field at once and, where a page reads few, in each alone.
    for path in [each for each in known if not each.startswith("/account/")]:
        for said in ("\x00", "²", "9" * 40, "x" * 3000):
            see("admin", "GET", path, dict.fromkeys(NAMES, said), None, False)
            see("admin", "POST", path, dict.fromkeys(NAMES, said), None, False)
    for path in READ:
        for name in NAMES:
            see("admin", "GET", path, {name: "\x00"}, None, False)

    @settings(
        max_examples=600, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(
        role=st.sampled_from(ROLES), method=st.sampled_from(("GET", "POST")), path=st.sampled_from(known),
        fields=FIELDS, body=BODIES, part=st.booleans(),
    )  # fmt: skip
    def oddly(**asked: Any) -> None:
        if asked["path"].startswith("/account/logout"):
            return
        see(**asked)

    oddly()
    assert faults == {}, "\n" + "\n".join(f"{what}: {who}" for what, who in faults.items())


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/incidents/S-0001/links/", {"name": "a\x00b", "hours": "24", "purpose": "attest"}),
        ("/team/", {"username": "x", "role": "agent", "name": "a\x00b"}),
        ("/incidents/S-0001/pause/", {"why": "\x00"}),
    ],
)
def test_a_nul_in_a_form_is_refused_before_any_page(desk: Desk, path: str, said: dict[str, str]) -> None:
    a_storm(desk, orders=1)
    browser = client_for(desk.admin)
    assert browser.post(path, said).status_code == 400
    assert browser.get("/find/", {"q": "\x00"}).status_code == 400
