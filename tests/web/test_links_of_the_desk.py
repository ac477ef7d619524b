"""What the desk can do with links for the seller, and what nobody can."""

import re
import threading
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connections, transaction
from django.test import Client
from tests.kit.links import a_link, a_phone, path_of_link, press, sealed
from tests.kit.refusals import refused
from tests.kit.storm import (
    Desk,
    Storm,
    a_storm,
    bring,
    let_tables_be_emptied,  # noqa: F401  # used by name
)
from tests.web.conftest import client_of

from seawall.incidents.api import (
    ApprovalLink,
    DecideByLink,
    MakeLink,
    add_paper,
    decide_by_link,
    make_link,
    renew_link,
    revoke_link,
)
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.origin import Origin
from seawall.outreach.api import Approval
from seawall.tenancy.api import Membership, User, name_seller_person
from seawall.timeline.api import Entry

StormAt = Callable[..., Storm]

pytestmark = pytest.mark.django_db


def test_a_desk_member_signed_in_in_that_browser_decides_nothing(storm_at: StormAt, desk: Desk) -> None:
    storm = storm_at("sample_sent", orders=4)
    made = a_link(storm)
    browser, path = client_of(desk.lead), path_of_link(made)
    browser.get(path)
    answer = browser.post(path, {"decision": "approve", "seen": storm.roll_out.binding_digest})
    assert answer.status_code == 403
    assert "陈先生" in answer.content.decode()
    assert storm.refresh().state == "sample_sent"


def test_nobody_makes_a_link_for_himself_nor_for_one_who_is_not_the_sellers(storm_at: StormAt, desk: Desk) -> None:
    storm = storm_at("sample_sent", orders=4)
    mine = Membership.objects.get(pk=desk.lead.membership_id)
    with refused("link_for_oneself"):
        make_link(storm.incident, MakeLink(purpose="approve", person=mine), by=desk.lead, clock=SYSTEM_CLOCK)
    agent = Membership.objects.get(pk=desk.agent.membership_id)
    with refused("link_person_not_seller"):
        make_link(storm.incident, MakeLink(purpose="approve", person=agent), by=desk.lead, clock=SYSTEM_CLOCK)
    for who in (desk.agent, desk.approver, desk.auditor):
        with refused("not_allowed"):
            make_link(storm.incident, MakeLink(purpose="approve", person=agent), by=who, clock=SYSTEM_CLOCK)
    made = a_link(storm)
    with pytest.raises(IntegrityError), transaction.atomic():
        ApprovalLink.objects.filter(pk=made.link.pk).update(made_by=made.link.user)


def test_whoever_wrote_the_words_cannot_approve_by_a_link_either(storm_at: StormAt, desk: Desk) -> None:
    storm = storm_at("sample_sent", orders=4)
    made = a_link(storm)
    type(storm.roll_out).objects.filter(pk=storm.roll_out.pk).update(planned_by=made.link.user)
    cmd = DecideByLink(decision="approve", seen=storm.roll_out.binding_digest, origin=Origin(via="link"))
    with refused("author_may_not_approve"):
        decide_by_link(made.token, cmd, clock=SYSTEM_CLOCK)


def test_only_the_hash_is_kept_and_a_made_up_token_asks_no_table(
    storm_at: StormAt, django_assert_num_queries: Callable[..., object]
) -> None:
    made = a_link(storm_at("sample_sent", orders=4))
    row = ApprovalLink.objects.values().get()
    assert made.token not in str(row)
    assert len(made.token) == 54
    from seawall.incidents.api import open_link

    with django_assert_num_queries(0), refused("link_unknown"):  # type: ignore[attr-defined]
        open_link("A" * 32 + made.token[32:], clock=SYSTEM_CLOCK)


def test_who_tries_many_made_up_links_must_wait(db: None) -> None:
    from django.core.cache import cache

    cache.clear()
    answers = [a_phone().get(f"/a/{n:054d}/").status_code for n in range(33)]
    assert answers[:30] == [404] * 30
    assert 403 in answers[30:]
    cache.clear()


def test_the_desk_makes_renews_and_takes_back_links_in_the_console(storm_at: StormAt, desk: Desk) -> None:
    storm = storm_at("sample_sent", orders=4)
    browser, page = client_of(desk.lead), f"/incidents/{storm.incident.code}/links/"
    assert page in browser.get(f"/incidents/{storm.incident.code}/").content.decode()
    made = browser.post(page, {"purpose": "approve", "name": "陈先生", "hours": "24", "may_download": "yes"})
    url = re.search(r"http://[^<\s]+/a/[\w-]{54}/", made.content.decode())
    assert url is not None
    link = ApprovalLink.objects.get()
    assert (link.made_from, link.may_download, str(link.user)) == ("127.0.0.1", True, "陈先生")
    assert url.group(0) not in browser.get(page).content.decode()
    phone, path = a_phone(), url.group(0).removeprefix("http://127.0.0.1:8700")
    assert phone.get(path).status_code == 200

    assert browser.get(f"{page}{link.pk}/").status_code == 200
    renewed = browser.post(f"{page}{link.pk}/", {"act": "renew"})
    assert renewed.status_code == 200
    assert phone.get(path).status_code == 410
    newest = ApprovalLink.objects.latest("pk")
    assert User.objects.filter(display_name="陈先生").count() == 1
    assert browser.post(f"{page}{newest.pk}/", {"act": "revoke", "why": "发错人"}).status_code == 302
    assert Entry.objects.filter(verb="approval.link_revoked").count() == 2
    assert browser.post(f"{page}{newest.pk}/", {"act": "burn"}).status_code == 400
    assert client_of(desk.auditor).get(page).status_code == 200
    assert client_of(desk.auditor).post(page, {"purpose": "approve", "name": "x", "hours": "24"}).status_code == 403
    assert client_of(desk.approver).get(page).status_code == 403


def test_the_room_tells_who_made_the_link_and_warns_of_one_address(storm_at: StormAt, desk: Desk) -> None:
    storm = storm_at("sample_sent", orders=4)
    made = a_link(storm, made_from="127.0.0.1")
    phone, path = a_phone(), path_of_link(made)
    phone.get(path)
    press(phone, path, decision="approve", seen=storm.roll_out.binding_digest)
    for page in ("", "links/"):
        words = client_of(desk.lead).get(f"/incidents/{storm.incident.code}/{page}").content.decode()
        assert "same address as where the link was made" in words
    assert Approval.objects.get().origin["is_makers_address"] is True


def test_packs_are_for_links_that_include_them(storm_at: StormAt) -> None:
    storm = storm_at("sample_sent", orders=4)
    plain, with_packs = a_link(storm), a_link(storm, name="林女士", may_download=True)
    sealed(storm)
    assert a_phone().get(path_of_link(plain) + "packs/1/").status_code == 403
    assert a_phone().get(path_of_link(with_packs) + "packs/1/").status_code == 403  # not before a decision
    cmd = DecideByLink(decision="approve", seen=storm.roll_out.binding_digest, origin=Origin(via="link"))
    decide_by_link(plain.token, cmd, clock=SYSTEM_CLOCK)
    assert a_phone().get(path_of_link(plain) + "packs/1/").status_code == 403
    fetched = a_phone().get(path_of_link(with_packs) + "packs/1/")
    assert b"".join(fetched.streaming_content)[:2] == b"PK"
    assert a_phone().get(path_of_link(with_packs) + "packs/2/").status_code == 404


def test_a_link_opens_its_own_storm_only(storm_at: StormAt, desk: Desk, rival: Desk) -> None:
    theirs = bring(a_storm(rival, orders=2), "sample_sent")
    paper = add_paper(
        a_storm(rival, orders=1, markets=("MY",)).incident, name="theirs.pdf", content=b"%PDF-1.4 theirs",
        by=rival.lead, clock=SYSTEM_CLOCK,
    )  # fmt: skip
    assert theirs.incident.code == "S-0001"
    storm = storm_at("sample_sent", orders=4)
    path = path_of_link(a_link(storm))
    assert a_phone().get(f"{path}papers/{paper.sha256}/").status_code == 404
    words = a_phone().get(path).content.decode()
    assert "Team south" not in words
    foreign = name_seller_person("s017", "外人", by=rival.lead, clock=SYSTEM_CLOCK)
    with refused("not_found"):
        make_link(storm.incident, MakeLink(purpose="approve", person=foreign), by=desk.lead, clock=SYSTEM_CLOCK)
    with refused("not_found"):
        revoke_link(ApprovalLink.objects.get(), by=rival.lead, clock=SYSTEM_CLOCK, why="x")
    with refused("not_found"):
        renew_link(ApprovalLink.objects.get(), by=rival.lead, clock=SYSTEM_CLOCK)


def test_a_person_who_was_switched_off_decides_nothing(storm_at: StormAt) -> None:
    storm = storm_at("sample_sent", orders=4)
    made = a_link(storm)
    Membership.objects.filter(pk=made.link.person_id).update(is_active=False)
    assert a_phone().get(path_of_link(made)).status_code == 403


@pytest.mark.parametrize(("stage", "purpose", "code"), [
    ("opened", "attest", "facts_missing"), ("facts", "attest", "link_nothing_to_attest"),
    ("facts", "approve", "link_nothing_to_approve"), ("approved", "approve", "link_nothing_to_approve"),
    ("sample_sent", "burn", "link_purpose_unknown"),
])  # fmt: skip
def test_a_link_is_made_only_for_what_can_be_decided(stage: str, purpose: str, code: str, storm_at: StormAt) -> None:
    storm = storm_at(stage, orders=3)
    with refused(code):
        a_link(storm, purpose)


def test_before_the_sample_has_left_there_is_no_button(storm_at: StormAt) -> None:
    storm = storm_at("planned", orders=3)
    words = a_phone().get(path_of_link(a_link(storm))).content.decode()
    assert "样本尚未发出" in words
    assert "step=approve" not in words


def test_two_presses_at_the_same_instant_decide_once(desk: Desk, let_tables_be_emptied: None) -> None:  # noqa: F811
    storm = bring(a_storm(desk, orders=3), "sample_sent")
    made = a_link(storm)
    binding = storm.roll_out.binding_digest
    start, results = threading.Barrier(4), []

    def press_it() -> None:
        try:
            start.wait(10)
            cmd = DecideByLink(decision="approve", seen=binding, origin=Origin(via="link"))
            decide_by_link(made.token, cmd, clock=SYSTEM_CLOCK)
            results.append("decided")
        except Exception as error:  # noqa: BLE001  # its code is compared below
            results.append(getattr(error, "code", repr(error)))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press_it) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    assert sorted(results) == ["decided", "link_decided", "link_decided", "link_decided"]
    assert Approval.objects.filter(is_approved=True).count() == 1


def test_a_strange_visitor_address_is_not_believed(storm_at: StormAt) -> None:
    from seawall.settings.env import override_settings
    from seawall.web.origin import address_of

    request = Client().get("/healthz", headers={"X-Forwarded-For": "6.6.6.6, 203.0.113.9"}).wsgi_request
    assert address_of(request) == "127.0.0.1"
    with override_settings(behind_proxy=True):
        assert address_of(request) == "203.0.113.9"
        odd = Client().get("/healthz", headers={"X-Forwarded-For": "<script>"}).wsgi_request
        assert address_of(odd) == ""
