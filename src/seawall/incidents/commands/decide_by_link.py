"""What a link says when it is opened, and the one decision it takes."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import F

from seawall.incidents.commands.links import token_hash
from seawall.incidents.commands.roll_out import approve, send_back
from seawall.incidents.commands.write_facts import attest_facts, refuse_facts
from seawall.incidents.link_models import ApprovalLink, LinkDecision, LinkPurpose
from seawall.incidents.models import FactsSheet, Incident
from seawall.kernel.clock import Clock
from seawall.kernel.errors import InvalidInput, NotAllowed, NotFound, Refused
from seawall.kernel.origin import Origin
from seawall.outreach.api import STEP_FIRST_CONTACT, Approval, standing_roll_out
from seawall.tenancy.api import Actor, actor_of

READABLE_FOR = timedelta(days=30)
"""How long a link still shows what it decided, and how the roll-out goes (ours)."""


class LinkStatus(StrEnum):
    """What a link can do at this moment."""

    OPEN = "open"
    DECIDED = "decided"
    """It decided; it shows the record."""
    SETTLED = "settled"
    """The same thing was decided in another way; it shows that."""
    EXPIRED = "expired"
    REVOKED = "revoked"
    VOID = "void"
    """What it was made for is no longer what stands."""

    @property
    def shows(self) -> bool:
        """Whether its page shows the storm at all."""
        return self in (LinkStatus.OPEN, LinkStatus.DECIDED, LinkStatus.SETTLED)


@dataclass(frozen=True, kw_only=True)
class OpenedLink:
    """A link that exists, whose person may act."""

    link: ApprovalLink
    actor: Actor
    status: LinkStatus


def open_link(token: str, *, clock: Clock, is_seen: bool = False) -> OpenedLink:
    """The link of a token. Opening spends and decides nothing; with `is_seen` it is counted.

    Raises NotFound(link_unknown), NotAllowed(membership_inactive).
    """
    rows = ApprovalLink.objects.filter(token_sha256=token_hash(token))
    link = rows.select_related("incident__seller", "person__user", "person__team", "made_by").first()
    if link is None:
        raise NotFound("link_unknown")
    actor = actor_of(link.person)
    if is_seen:
        rows.update(opens=F("opens") + 1, opened_at=clock.now())
    return OpenedLink(link=link, actor=actor, status=status_of(link, clock.now()))


def status_of(link: ApprovalLink, now: datetime) -> LinkStatus:
    """What the link can do at `now`, judged against what stands in the tables."""
    if link.revoked_at is not None:
        return LinkStatus.REVOKED
    if link.decided_at is not None:
        return LinkStatus.DECIDED if now < link.decided_at + READABLE_FOR else LinkStatus.EXPIRED
    if now >= link.expires_at:
        return LinkStatus.EXPIRED
    return _standing(link)


def _standing(link: ApprovalLink) -> LinkStatus:
    if link.purpose == LinkPurpose.ATTEST:
        sheet = FactsSheet.objects.filter(incident_id=link.incident_id).order_by("-version").first()
        if sheet is None or sheet.digest != link.subject_digest:
            return LinkStatus.VOID
        return LinkStatus.SETTLED if sheet.attested_at else LinkStatus.OPEN
    plan = standing_roll_out(link.incident_id, STEP_FIRST_CONTACT)
    if plan is None or plan.binding_digest != link.subject_digest:
        return LinkStatus.VOID
    standing = Approval.objects.filter(roll_out=plan, is_approved=True, voided_at__isnull=True)
    return LinkStatus.SETTLED if standing.exists() else LinkStatus.OPEN


@dataclass(frozen=True, kw_only=True)
class DecideByLink:
    """A decision, with the digest that stood on the page. `visitor_id` is the user signed in in the same browser."""

    decision: str
    seen: str
    comment: str = ""
    origin: Origin
    visitor_id: int | None = None


def decide_by_link(token: str, cmd: DecideByLink, *, clock: Clock) -> ApprovalLink:
    """Decide once, in the name of the link's person: the same commands, checks and records as for one who signed in.

    Two presses at the same moment decide once. Raises NotFound, NotAllowed(link_not_yours) in a browser where another
    member is signed in, Refused (link_expired, link_revoked, link_void, link_decided, and what the decision refuses).
    """
    with transaction.atomic():
        found = ApprovalLink.objects.filter(token_sha256=token_hash(token)).first()
        if found is None:
            raise NotFound("link_unknown")
        # The storm first, then the link: the order in which making a link locks them.
        Incident.objects.select_for_update().get(pk=found.incident_id)
        ApprovalLink.objects.select_for_update().get(pk=found.pk)
        opened = open_link(token, clock=clock)
        if cmd.visitor_id is not None and cmd.visitor_id != opened.actor.user_id:
            raise NotAllowed("link_not_yours", name=opened.actor.name)
        _refuse_unless_open(opened.status)
        link = opened.link
        origin = replace(
            cmd.origin,
            via="link",
            link_made_by=str(link.made_by),
            is_makers_address=bool(link.made_from) and link.made_from == cmd.origin.address,
        )
        link.decision = _apply(opened, replace(cmd, origin=origin), clock)
        link.decided_at = clock.now()
        link.comment = cmd.comment.strip()
        link.origin = origin.as_json()
        link.save(update_fields=["decision", "decided_at", "comment", "origin"])
    return link


def _apply(opened: OpenedLink, cmd: DecideByLink, clock: Clock) -> LinkDecision:
    incident, by = opened.link.incident, opened.actor
    comment = cmd.comment.strip()
    match (opened.link.purpose, cmd.decision):
        case (LinkPurpose.APPROVE, "approve"):
            approve(incident, seen_binding=cmd.seen, comment=comment, by=by, clock=clock, origin=cmd.origin)
            return LinkDecision.APPROVED
        case (LinkPurpose.APPROVE, "send_back"):
            send_back(incident, seen_binding=cmd.seen, comment=comment, by=by, clock=clock, origin=cmd.origin)
            return LinkDecision.SENT_BACK
        case (LinkPurpose.ATTEST, "attest"):
            attest_facts(incident, seen_digest=cmd.seen, by=by, clock=clock, origin=cmd.origin)
            return LinkDecision.ATTESTED
        case (LinkPurpose.ATTEST, "refuse"):
            refuse_facts(incident, seen_digest=cmd.seen, comment=comment, by=by, clock=clock, origin=cmd.origin)
            return LinkDecision.REFUSED
    raise InvalidInput("link_decision_unknown")


def _refuse_unless_open(status: LinkStatus) -> None:
    match status:
        case LinkStatus.OPEN:
            return
        case LinkStatus.EXPIRED:
            raise Refused("link_expired")
        case LinkStatus.REVOKED:
            raise Refused("link_revoked")
        case LinkStatus.VOID:
            raise Refused("link_void")
    raise Refused("link_decided")
