"""The administrator's page of how long data is kept, and the reviewer's form on the storm's page."""

from datetime import timedelta

import pytest
from tests.kit.storm import Desk, Storm, a_storm, bring
from tests.web.conftest import client_of

from seawall.evidence.models import Capture, Erasure, LegalHold, RedactedPack, RetentionRule
from seawall.incidents.commands.retention import set_retention
from seawall.incidents.commands.roll_out import close
from seawall.incidents.commands.seal_pack import seal_pack
from seawall.incidents.models import Incident
from seawall.kernel.clock import SYSTEM_CLOCK, MovableClock

pytestmark = pytest.mark.django_db


@pytest.fixture
def old(desk: Desk) -> Storm:
    """A storm closed two years ago, whose records have a time of twelve months."""
    storm = bring(a_storm(desk, orders=2), "follow_up")
    long_ago = MovableClock(SYSTEM_CLOCK.now() - timedelta(days=730))
    seal_pack(storm.refresh(), by=desk.lead, clock=long_ago, with_pictures=False, with_report=False)
    close(storm.refresh(), by=desk.lead, clock=long_ago, why="done")
    set_retention("packs", 12, why="our agreement", by=desk.admin, clock=SYSTEM_CLOCK)
    return storm


def test_an_administrator_sets_a_time_and_takes_it_back(desk: Desk) -> None:
    browser = client_of(desk.admin)
    page = browser.get("/keeping/").content.decode()
    assert page.count("without end") >= 4
    said = browser.post("/keeping/", {"act": "set", "kind": "records", "months": "24", "why": "contract"}, follow=True)
    assert "24 months" in said.content.decode()
    assert "contract" in said.content.decode()
    browser.post("/keeping/", {"act": "unset", "kind": "records", "why": "a new contract"})
    assert not RetentionRule.objects.filter(withdrawn_at__isnull=True).exists()


@pytest.mark.parametrize(
    "given",
    [
        {"act": "set", "kind": "records", "months": "0", "why": "x"},
        {"act": "set", "kind": "records", "months": "²", "why": "x"},
        {"act": "set", "kind": "records", "months": "", "why": "x"},
        {"act": "set", "kind": "all", "months": "3", "why": "x"},
        {"act": "set", "kind": "records", "months": "3", "why": " "},
        {"act": "hold", "code": "", "why": ""},
        {"act": "hold", "why": "x"},
        {"act": "hold", "code": "S-9999", "why": "x"},
        {"act": "release", "code": "", "why": "x"},
        {"act": "run", "seen": "", "typed": ""},
        {"act": "run", "seen": "abcdef0123456789", "typed": "ABCDEF"},
        {"act": "burn"},
        {},
    ],
)
def test_bad_input_is_refused_in_words_and_changes_nothing(desk: Desk, given: dict[str, str]) -> None:
    answer = client_of(desk.admin).post("/keeping/", given)
    assert answer.status_code in (400, 404, 409, 422)
    assert not RetentionRule.objects.exists()
    assert not LegalHold.objects.exists()
    assert not Erasure.objects.exists()


def test_what_is_due_is_erased_only_when_its_letters_are_typed(desk: Desk, old: Storm) -> None:
    browser = client_of(desk.admin)
    page = browser.get("/keeping/")
    seen = page.context["plan"].digest
    assert "Erase for good" in page.content.decode()
    assert browser.post("/keeping/", {"act": "run", "seen": seen, "typed": "x"}).status_code == 422
    assert not Erasure.objects.exists()
    done = browser.post("/keeping/", {"act": "run", "seen": seen, "typed": seen[:6]}, follow=True).content.decode()
    erasure = Erasure.objects.get()
    assert erasure.digest in done
    assert "Erase for good" not in done
    room = browser.get(f"/incidents/{old.incident.code}/").content.decode()
    assert "The file of pack 1 was erased on" in room
    lost = browser.get(f"/incidents/{old.incident.code}/packs/1/")
    assert lost.status_code == 404
    assert "was removed when its time was over" in lost.content.decode()


def test_a_hold_takes_the_button_away(desk: Desk, old: Storm) -> None:
    browser = client_of(desk.admin)
    browser.post("/keeping/", {"act": "hold", "code": "", "why": "an audit"})
    page = browser.get("/keeping/").content.decode()
    assert "Erase for good" not in page
    assert "The whole team is held" in page
    browser.post("/keeping/", {"act": "release", "code": "", "why": "done"})
    assert "Erase for good" in browser.get("/keeping/").content.decode()


def test_others_look_at_most(desk: Desk, rival: Desk, old: Storm) -> None:
    for member in (desk.lead, desk.auditor):
        page = client_of(member).get("/keeping/")
        assert page.status_code == 200
        assert b'<form class="filters"' not in page.content
        assert client_of(member).post("/keeping/", {"act": "hold", "code": "", "why": "x"}).status_code == 403
    for member in (desk.agent, desk.approver):
        assert client_of(member).get("/keeping/").status_code == 403
    theirs = client_of(rival.admin).get("/keeping/").content.decode()
    assert old.incident.title not in theirs
    assert "our agreement" not in theirs
    given = {"act": "hold", "code": old.incident.code, "why": "x"}
    assert client_of(rival.admin).post("/keeping/", given).status_code == 404
    assert Capture.objects.exists()


def test_the_page_speaks_chinese(desk: Desk, old: Storm) -> None:
    page = client_of(desk.admin, language="zh-hans").get("/keeping/").content.decode()
    for words in ("数据保存", "买家身份", "我们", "永久删除"):
        assert (words in page) is (words != "我们")


def test_the_desk_makes_and_downloads_the_reviewers_form(desk: Desk, rival: Desk, old: Storm) -> None:
    browser, code = client_of(desk.lead), old.incident.code
    room = browser.post(f"/incidents/{code}/redact/", {"number": "1"}, follow=True).content.decode()
    made = RedactedPack.objects.get()
    assert "Pack 1 for a reviewer" in room
    got = browser.get(f"/incidents/{code}/redacted/{made.pk}/")
    assert got.headers["X-Seawall-SHA256"] == made.sha256
    assert "redacted" in got.headers["Content-Disposition"]
    b"".join(got.streaming_content)  # type: ignore[arg-type]
    assert client_of(desk.agent).post(f"/incidents/{code}/redact/").status_code == 403
    for odd in ("²", "-1", "9", "99999999999"):
        assert browser.post(f"/incidents/{code}/redact/", {"number": odd}).status_code == 404
    a_storm(rival, orders=1)
    assert Incident.objects.filter(team_id=rival.lead.team_id).count() == 1
    assert client_of(rival.lead).get(f"/incidents/S-0001/redacted/{made.pk}/").status_code == 404
