"""A person of the seller approves by a link from the chat: no account, and nothing decided by opening it."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.kit.links import a_link, a_phone, path_of_link, press, sealed
from tests.kit.refusals import refused
from tests.kit.storm import (
    Desk,
    Storm,
    let_tables_be_emptied,  # noqa: F401  # used by name
    the_facts,
)

from seawall.incidents.api import (
    ApprovalLink,
    DecideByLink,
    decide_by_link,
    revoke_link,
    write_facts,
)
from seawall.incidents.packed_sheets import said_of_origin
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.origin import Origin
from seawall.outreach.api import Approval
from seawall.timeline.api import Entry

StormAt = Callable[..., Storm]

pytestmark = pytest.mark.django_db


def test_the_seller_approves_without_an_account(storm_at: StormAt, desk: Desk) -> None:
    storm = storm_at("sample_sent", unconnected=3)
    made = a_link(storm, may_download=True)
    phone, path = a_phone(), path_of_link(made)
    page = phone.get(path)
    words = page.content.decode()
    binding = storm.roll_out.binding_digest
    for shown in (
        "陈先生",
        "货柜在目的地".replace("目的地", "目的港"),
        "60,000.00",
        binding,
        "并非截图",
        "海关退运通知书.pdf",
    ):
        assert shown in words, shown
    sample = page.context["sample"].row
    assert sample.text in words
    assert sample.platform_message_id in words
    assert "<script" not in words
    assert "{order_id}" not in page.context["sample_gloss"]
    assert page.context["sample_gloss"] in words
    assert "http" not in re.sub(r"http://www\.w3\.org", "", words)

    question = phone.get(path, {"step": "approve"}).content.decode()
    assert "确定批准" in question
    assert not Approval.objects.exists()

    answer = press(phone, path, decision="approve", seen=binding, comment="可以发", read="yes")
    assert (answer.status_code, answer["Location"]) == (302, path)
    approval = Approval.objects.get()
    assert (approval.is_approved, approval.binding_digest, str(approval.approver)) == (True, binding, "陈先生")
    assert approval.origin == {
        "via": "link", "from": "127.0.0.1", "link_made_by": "north-lead",
        "user_agent": "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.49",
    }  # fmt: skip
    assert storm.refresh().state == "approved"
    entry = Entry.objects.get(verb="incident.approved")
    assert (entry.actor_name, entry.on_behalf_of, entry.after["from"]) == ("陈先生", "Seller 017", "127.0.0.1")
    after = phone.get(path).content.decode()
    for shown in ("您的决定", "可以发", "MicroMessenger", "north-lead", "目前进展", binding):
        assert shown in after, shown
    assert "csrfmiddlewaretoken" not in after
    said = sealed(storm)
    for shown in ("north-lead", "127.0.0.1", "MicroMessenger"):
        assert shown in said, shown
    page = phone.get(path).content.decode()
    assert f"{path}packs/1/" in page
    fetched = phone.get(f"{path}packs/1/")
    assert b"".join(fetched.streaming_content)[:2] == b"PK"


def test_opening_it_decides_nothing_however_often(storm_at: StormAt) -> None:
    storm = storm_at("sample_sent", orders=4)
    made = a_link(storm)
    path = path_of_link(made)
    before = Entry.objects.count()
    for _ in range(3):
        assert a_phone().get(path).status_code == 200
        assert a_phone().head(path).status_code == 200
        assert a_phone().get(path, {"step": "approve"}).status_code == 200
    assert a_phone().put(path).status_code in (403, 405)
    link = ApprovalLink.objects.get()
    assert (link.decision, link.opens) == ("", 6)
    assert not Approval.objects.exists()
    assert Entry.objects.count() == before


def test_without_the_forms_token_it_decides_nothing(storm_at: StormAt) -> None:
    storm = storm_at("sample_sent", orders=4)
    path = path_of_link(a_link(storm))
    answer = a_phone().post(path, {"decision": "approve", "seen": storm.roll_out.binding_digest})
    assert answer.status_code == 403
    assert storm.refresh().state == "sample_sent"


def test_what_the_answer_tells_browsers_and_caches(storm_at: StormAt) -> None:
    answer = a_phone().get(path_of_link(a_link(storm_at("sample_sent", orders=4))))
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Content-Language"] == "zh-hans"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_english_is_one_press_away_and_stays(storm_at: StormAt) -> None:
    storm = storm_at("sample_sent", orders=4)
    made = a_link(storm)
    path = path_of_link(made)
    phone = a_phone(**{"accept-language": "en"})
    assert "请" in phone.get(path).content.decode()
    words = phone.get(path, {"l": "en"}).content.decode()
    assert "For your approval" in words
    assert "This is not a screenshot" in words
    assert f'href="{path}"' in words
    answer = press(
        phone, path + "?l=en", decision="send_back", seen=storm.roll_out.binding_digest, comment="Wrong name"
    )
    assert answer["Location"] == path + "?l=en"
    assert storm.refresh().state == "script_ready"
    assert Entry.objects.get(verb="incident.sent_back").why == "Wrong name"
    after = phone.get(path + "?l=en").content.decode()
    assert "Sent back" in after
    assert "Wrong name" in after


def test_sending_back_wants_words(storm_at: StormAt) -> None:
    storm = storm_at("sample_sent", orders=4)
    path = path_of_link(a_link(storm))
    phone = a_phone()
    phone.get(path)
    answer = press(phone, path, decision="send_back", seen=storm.roll_out.binding_digest, comment="  ")
    assert answer.status_code == 409
    assert "重新打开页面" in answer.content.decode()
    assert ApprovalLink.objects.get().decision == ""


def test_the_facts_are_attested_or_refused_by_the_same_kind_of_link(storm_at: StormAt) -> None:
    storm = storm_at("written", orders=4)
    first = a_link(storm, "attest")
    phone, path = a_phone(), path_of_link(first)
    words = phone.get(path).content.decode()
    assert "货柜在目的港海关被退运" in words
    sheet = storm.incident.facts_sheets.get()
    paper = storm.incident.papers.get()
    assert (
        b"".join(phone.get(f"{path}papers/{paper.sha256}/").streaming_content)
        == b"%PDF-1.4\n% a customs notice\n%%EOF\n"
    )
    press(phone, path, decision="refuse", seen=sheet.digest, comment="日期不对")
    assert storm.refresh().state == "opened"
    entry = Entry.objects.get(verb="facts.refused")
    assert (entry.actor_name, entry.why) == ("陈先生", "日期不对")
    assert "日期不对" in phone.get(path).content.decode()

    write_facts(storm.refresh(), the_facts(), by=storm.desk.lead, clock=SYSTEM_CLOCK)
    second = path_of_link(a_link(storm, "attest"))
    phone.get(second)
    digest = storm.incident.facts_sheets.latest("version").digest
    press(phone, second, decision="attest", seen=digest)
    sheet = storm.incident.facts_sheets.latest("version")
    assert (str(sheet.attested_by), sheet.attestation_origin["via"]) == ("陈先生", "link")
    assert storm.refresh().state == "facts_attested"
    assert "MicroMessenger" in said_of_origin(sheet.attestation_origin)


@pytest.mark.parametrize("how", ["expired", "revoked", "void", "unknown", "cut off"])
def test_a_link_that_no_longer_counts_says_so_in_words(how: str, storm_at: StormAt, desk: Desk) -> None:
    storm = storm_at("sample_sent", orders=4)
    made = a_link(storm)
    path, binding = path_of_link(made), storm.roll_out.binding_digest
    phone = a_phone()
    phone.get(path)
    status, words = 410, {"expired": "已过期", "revoked": "收回", "void": "有改动"}.get(how, "不是本系统发出")
    if how == "expired":
        ApprovalLink.objects.update(made_at=SYSTEM_CLOCK.now() - timedelta(days=4), expires_at=SYSTEM_CLOCK.now())
    elif how == "revoked":
        revoke_link(made.link, by=desk.lead, clock=SYSTEM_CLOCK, why="换人")
    elif how == "void":
        write_facts(storm.refresh(), the_facts(), by=desk.lead, clock=SYSTEM_CLOCK)
    else:
        path, status = ("/a/" + "x" * 54 + "/" if how == "unknown" else path[:-5] + "/"), 404
    answer = phone.get(path)
    assert (answer.status_code, words in answer.content.decode()) == (status, True)
    assert storm.incident.title not in answer.content.decode()
    tried = press(phone, path, decision="approve", seen=binding)
    assert tried.status_code == status
    assert not Approval.objects.exists()
    for further in ("packs/1/", "papers/" + "0" * 64 + "/"):
        assert phone.get(path + further).status_code == status


def test_a_plan_changed_while_the_page_lay_open_is_not_approved(storm_at: StormAt, desk: Desk) -> None:
    storm = storm_at("sample_sent", orders=4)
    made = a_link(storm)
    cmd = DecideByLink(decision="approve", seen="0" * 64, origin=Origin(via="link"))
    with refused("stale_plan"):
        decide_by_link(made.token, cmd, clock=SYSTEM_CLOCK)
    assert ApprovalLink.objects.get().decision == ""


def test_it_decides_once(storm_at: StormAt) -> None:
    storm = storm_at("sample_sent", orders=4)
    made = a_link(storm)
    phone, path, binding = a_phone(), path_of_link(made), storm.roll_out.binding_digest
    phone.get(path)
    assert press(phone, path, decision="approve", seen=binding).status_code == 302
    again = press(phone, path, decision="send_back", seen=binding, comment="no")
    assert again.status_code == 409
    assert "不能再次决定" in again.content.decode()
    assert storm.refresh().state == "approved"


def test_a_second_link_shows_that_it_was_decided(storm_at: StormAt) -> None:
    storm = storm_at("sample_sent", orders=4)
    first, second = a_link(storm), a_link(storm, name="林女士")
    binding = storm.roll_out.binding_digest
    decide_by_link(
        first.token, DecideByLink(decision="approve", seen=binding, origin=Origin(via="link")), clock=SYSTEM_CLOCK
    )
    words = a_phone().get(path_of_link(second)).content.decode()
    assert "已由卖家方人员" in words
    with refused("link_decided"):
        decide_by_link(
            second.token, DecideByLink(decision="approve", seen=binding, origin=Origin(via="link")), clock=SYSTEM_CLOCK
        )
