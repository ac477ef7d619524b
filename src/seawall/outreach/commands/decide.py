"""The seller approves or sends back: bound to the digest the seller was shown."""

from dataclasses import dataclass

from django.db import transaction

from seawall.kernel.clock import Clock
from seawall.kernel.errors import Refused
from seawall.kernel.origin import UNSAID, Origin
from seawall.outreach.errors import StalePlan
from seawall.outreach.models import Approval, Recipient, RollOut
from seawall.outreach.states import DELIVERED, ROLL_OUT
from seawall.tenancy.api import Actor, Seller
from seawall.timeline.api import move, record


@dataclass(frozen=True, kw_only=True)
class Decide:
    """A decision on what was seen: `seen_binding` is the digest that stood on the page."""

    roll_out: RollOut
    seen_binding: str
    comment: str = ""
    origin: Origin = UNSAID


def approve(cmd: Decide, *, by: Actor, clock: Clock) -> Approval:
    """Approve. Raises StalePlan when something changed since it was looked at, Refused when the approver wrote or
    planned it, or when the sample has not been taken by the platform."""
    seller_id = by.require_for_seller("outreach.approve")
    with transaction.atomic():
        roll_out = _checked(cmd, by)
        sample = Recipient.objects.filter(
            roll_out=roll_out, wave=0, lane__isnull=False, state__in=[s.value for s in DELIVERED]
        ).first()
        if sample is None:
            raise Refused("sample_not_delivered")
        move(
            roll_out, ROLL_OUT, "approve", verb="outreach.approve", clock=clock, by=by, why=cmd.comment,
            after={
                "binding": roll_out.binding_digest, "sample_message_id": sample.platform_message_id,
                **cmd.origin.as_json(),
            },
            on_behalf_of=_seller(seller_id).name,
        )  # fmt: skip
        message_id = sample.platform_message_id
        return _store(roll_out, cmd, by, clock, seller_id=seller_id, is_approved=True, sample_message_id=message_id)


def send_back(cmd: Decide, *, by: Actor, clock: Clock) -> Approval:
    """Send back with a comment, which is required: the desk must know what to change. The plan is void after it."""
    seller_id = by.require_for_seller("outreach.approve")
    if not cmd.comment.strip():
        raise Refused("send_back_needs_comment")
    with transaction.atomic():
        roll_out = _checked(cmd, by)
        decision = _store(roll_out, cmd, by, clock, seller_id=seller_id, is_approved=False, sample_message_id="")
        record(
            team_id=by.team_id, incident_id=roll_out.incident_id, verb="outreach.send_back", clock=clock, by=by,
            subject=f"roll_out:{roll_out.pk}", why=cmd.comment, on_behalf_of=_seller(seller_id).name,
            after=cmd.origin.as_json(),
        )  # fmt: skip
        return decision


def _seller(seller_id: int) -> Seller:
    return Seller.objects.get(pk=seller_id)


def _checked(cmd: Decide, by: Actor) -> RollOut:
    roll_out = RollOut.objects.select_for_update().select_related("script_version").get(pk=cmd.roll_out.pk)
    if cmd.seen_binding != roll_out.binding_digest:
        raise StalePlan("stale_plan", seen=cmd.seen_binding[:8], now=roll_out.binding_digest[:8])
    if by.user_id in (roll_out.planned_by_id, roll_out.script_version.author_id):
        raise Refused("author_may_not_approve")
    return roll_out


def _store(
    roll_out: RollOut,
    cmd: Decide,
    by: Actor,
    clock: Clock,
    *,
    seller_id: int,
    is_approved: bool,
    sample_message_id: str,
) -> Approval:
    return Approval.objects.create(
        team_id=by.team_id,
        roll_out=roll_out,
        is_approved=is_approved,
        binding_digest=roll_out.binding_digest,
        script_digest=roll_out.script_digest,
        audience_digest=roll_out.audience_digest,
        facts_digest=roll_out.facts_digest,
        ceiling_amount=roll_out.ceiling_amount,
        ceiling_currency=roll_out.ceiling_currency,
        sample_message_id=sample_message_id,
        author_id=roll_out.planned_by_id,
        approver_id=by.user_id,
        on_behalf_of_id=seller_id,
        is_simulated=by.is_simulated,
        comment=cmd.comment,
        origin=cmd.origin.as_json(),
        at=clock.now(),
    )
