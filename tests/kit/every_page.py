"""A team in the middle of everything, and every page it has there: read off the table of addresses, so that a page
without a place here is missed by nobody."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.test import Client
from django.urls import URLPattern
from tests.kit.by_hand import a_shot, approve_and_start, batch, send_by_hand
from tests.kit.links import a_link
from tests.kit.rollout import planned
from tests.kit.storm import (
    Desk,
    Storm,
    a_storm,
    answer,
    block,
    bring,
    confirm,
    deliver,
    hand_to_person,
    lose_sight,
    reject,
)

from seawall.evidence.api import Screenshot
from seawall.inbox.api import Conversation, Message
from seawall.incidents.api import ApprovalLink, keep_risk, seal_pack
from seawall.incidents.models import Case, Paper
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.outreach.api import Recipient
from seawall.shops.api import Connection, Shop
from seawall.staff.api import add_shifts
from seawall.tenancy.api import Actor, Membership, User
from seawall.web.urls import urlpatterns

TROUBLED = ("needs_person", "unknown", "blocked", "rejected")


@dataclass(frozen=True, kw_only=True)
class Place:
    """A page, and who looks at it; nobody in particular: a stranger."""

    name: str
    path: str
    who: Actor | None

    def __str__(self) -> str:
        return f"{self.name} {re.sub(r'[A-Za-z0-9_-]{30,}', '…', self.path)}"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Storms in several states of one team."""

    desk: Desk
    rolling: Storm
    written: Storm
    sampled: Storm
    by_hand: Storm
    tokens: dict[str, str]
    """Tokens of the seller's links, by purpose."""

    def link_of(self, storm: Storm) -> int:
        """The number of a storm's link."""
        return ApprovalLink.objects.get(incident=storm.incident).pk


def a_scene(desk: Desk) -> Scene:
    """Facts to attest, a sample to approve, a roll-out with every kind of trouble, a shop worked by hand."""
    rolling = bring(a_storm(desk, orders=40, unconnected=3), "rolling_out")
    for _wave in range(2):
        deliver(rolling, 12)
        confirm(rolling, 8)
    answer(rolling, 3)
    answer(rolling, 1, "ไม่ต้องส่งมาอีก")
    block(rolling, 1)
    reject(rolling, 2)
    hand_to_person(rolling, 2)
    lose_sight(rolling, 1)
    keep_risk(rolling.refresh(), by=desk.lead, clock=SYSTEM_CLOCK)
    seal_pack(rolling.refresh(), by=desk.lead, clock=SYSTEM_CLOCK)
    written = bring(a_storm(desk, orders=3, markets=("MY",), first=66001122330000), "written")
    sampled = bring(a_storm(desk, orders=5, markets=("PH",), first=55001122330000), "sample_sent")
    hand = a_storm(desk, orders=6, markets=("VN",), first=44001122330000)
    Connection.objects.filter(shop__in=hand.shops).update(mode="manual")
    approve_and_start(planned(hand))
    rows = batch(hand, desk.agent, size=4)
    send_by_hand(rows[0], desk.agent, a_shot())
    add_shifts("north-agent", ["mon-sun"], "00:00", "23:59", "Asia/Bangkok", by=desk.admin, clock=SYSTEM_CLOCK)
    tokens = {
        "attest": a_link(written, "attest").token,
        "approve": a_link(sampled, "approve", may_download=True).token,
    }
    return Scene(desk=desk, rolling=rolling, written=written, sampled=sampled, by_hand=hand, tokens=tokens)


def values_of(scene: Scene, storm: Storm) -> dict[str, dict[str, object]]:
    """What stands for the parts of an address, by the address's name; under "" for all others."""
    incident, team = storm.incident, storm.incident.team_id
    rows = Recipient.objects.filter(incident=incident)
    in_seat = Recipient.objects.filter(incident=scene.by_hand.incident, state="claimed", copied_at=None)
    member = Membership.objects.get(team_id=team, role="agent")
    pks = {
        "case": Case.objects.filter(incident=incident), "settle": rows.filter(state__in=TROUBLED),
        "answer": Message.objects.filter(conversation__team_id=team, speaker="buyer", recipient__incident=incident),
        "link": ApprovalLink.objects.filter(team_id=team), "connect_shop": Shop.objects.filter(team_id=team),
        "member": Membership.objects.filter(pk=member.pk), "member_link": Membership.objects.filter(pk=member.pk),
        **{
            str(each.name): Conversation.objects.filter(incident=incident)
            for each in urlpatterns if str(each.name).startswith("inbox_")
        },
        **{str(each.name): in_seat for each in urlpatterns if str(each.name).startswith("seat_")},
    }  # fmt: skip
    shot, paper = Screenshot.objects.filter(team_id=team).first(), Paper.objects.filter(incident=incident).first()
    return {
        "": {"code": incident.code, "number": 1, "kind": "csv", "token": scene.tokens["approve"], "pk": 1,
             "sha256": paper.sha256 if paper else "0" * 64, "platform": "lazada", "app_key": "k"},
        "screenshot": {"sha256": shot.sha256 if shot else "0" * 64},
        "sign_in_link": {"token": "x" * 43}, "apply_orders": {"token": "x" * 32}, "import_rejects": {"token": "x" * 32},
        **{name: {"pk": getattr(found.order_by("pk").first(), "pk", 1)} for name, found in pks.items()},
    }  # fmt: skip


def patterns() -> Iterator[URLPattern]:
    """Every address of the console, allauth's among them."""
    for each in urlpatterns:
        if "(?P" not in str(each.pattern):
            yield each


def path_of(pattern: URLPattern, values: dict[str, dict[str, object]]) -> str:
    """A concrete path of an address."""
    found = "/" + str(pattern.pattern)
    for name, value in {**values[""], **values.get(str(pattern.name), {})}.items():
        found = re.sub(rf"<(?:\w+:)?{name}>", str(value), found)
    # Parts of allauth's own addresses, which lead to no page for a signed-in member.
    return re.sub(r"<(?:\w+:)?\w+>", "1", found)


def addresses(scene: Scene, storm: Storm) -> list[tuple[URLPattern, str]]:
    """Every address with its path for a storm."""
    values = values_of(scene, storm)
    return [(pattern, path_of(pattern, values)) for pattern in patterns()]


def client_for(who: Actor | None, *, csrf: bool = False) -> Client:
    """A browser of a member, or of a stranger; English."""
    client = Client(enforce_csrf_checks=csrf)
    client.cookies["seawall_language"] = "en"
    if who is not None:
        client.force_login(User.objects.get(pk=who.user_id), backend="django.contrib.auth.backends.ModelBackend")
    return client


def visited(client: Client, path: str) -> tuple[int, str]:
    """Status and type of what a GET gives; a file is read to its end, which closes it."""
    answer = client.get(path)
    if answer.streaming:
        b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # a streaming answer has it
    return answer.status_code, answer.headers.get("Content-Type", "")


def every_place(scene: Scene) -> list[Place]:
    """Every page, each with somebody who may see it, and the states of it that look different."""
    desk = scene.desk
    readers: list[Actor | None] = [desk.admin, desk.approver, None]
    browsers = {who: client_for(who) for who in readers}
    found: list[Place] = []
    for pattern, path in addresses(scene, scene.rolling):
        name = str(pattern.name)
        for who, browser in browsers.items():
            status, kind = visited(browser, path)
            if status == 200 and kind.startswith("text/html"):
                found.append(Place(name=name, path=path, who=who))
                break
    rolling, written, sampled, hand = (
        each.incident.code for each in (scene.rolling, scene.written, scene.sampled, scene.by_hand)
    )
    found += [
        Place(name="incident", path=f"/incidents/{written}/", who=desk.approver),
        Place(name="incident", path=f"/incidents/{sampled}/", who=desk.lead),
        Place(name="incident", path=f"/incidents/{hand}/", who=desk.auditor),
        Place(name="attest", path=f"/incidents/{written}/attest/", who=desk.approver),
        Place(name="approve", path=f"/incidents/{sampled}/approve/", who=desk.approver),
        Place(name="seats", path="/seats/", who=desk.agent),
        Place(name="link", path=f"/incidents/{sampled}/links/{scene.link_of(scene.sampled)}/", who=desk.lead),
        Place(name="seller_link", path=f"/a/{scene.tokens['attest']}/", who=None),
        Place(name="seller_link", path=f"/a/{scene.tokens['attest']}/?step=attest", who=None),
        Place(name="seller_link", path=f"/a/{scene.tokens['approve']}/?step=approve&l=en", who=None),
        Place(name="seller_link", path=f"/a/{'x' * 43}/", who=None),
        Place(name="sign_in_link", path=f"/in/{'x' * 43}/", who=None),
        Place(name="cases", path=f"/incidents/{rolling}/cases/?q=nobody", who=desk.lead),
        Place(name="answers", path=f"/incidents/{written}/answers/", who=desk.lead),
        Place(name="audit", path="/audit/?verb=team.role", who=desk.admin),
        Place(name="find", path="/find/?q=nobody", who=desk.lead),
        Place(name="refused", path="/audit/", who=desk.agent),
        Place(name="nowhere", path="/nowhere/", who=desk.lead),
    ]
    return found
