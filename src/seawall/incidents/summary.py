"""A storm in numbers, counted now from the ledger: what the command line and the demo show."""

from datetime import datetime
from typing import Any

from seawall.casework.api import cancel_summary
from seawall.incidents.models import Incident
from seawall.incidents.states import CaseState
from seawall.kernel.clock import SYSTEM_CLOCK, Clock
from seawall.outreach.api import (
    STEP_FIRST_CONTACT,
    STEP_SECOND_CONTACT,
    Approval,
    Lane,
    RollOut,
    counts_of,
    measured_now,
    shares_of,
    standing_of,
    standing_roll_out,
)
from seawall.tenancy.api import Actor, get_scoped


def summary(incident: Incident, *, by: Actor, clock: Clock = SYSTEM_CLOCK) -> dict[str, Any]:
    """One object: where the storm stands, and `planned` with outcomes that add up to it exactly."""
    by.require("incident.read")
    incident = get_scoped(Incident, by, pk=incident.pk)
    sheet = incident.facts_sheets.order_by("-version").first()
    roll_out = standing_roll_out(incident.pk, STEP_FIRST_CONTACT)
    outcomes = counts_of(roll_out) if roll_out else {}
    planned = roll_out.recipients.count() if roll_out else 0
    after = cancel_summary(incident.pk)
    listed = incident.cases.filter(cancellations__isnull=False).count()
    return {
        "incident": incident.code,
        "kind": incident.kind,
        "title": incident.title,
        "state": incident.state,
        "is_training": incident.is_training,
        "seller": incident.seller.name,
        "opened_at": incident.opened_at.isoformat(),
        "closed_at": incident.closed_at.isoformat() if incident.closed_at else None,
        "facts": {
            "version": sheet.version,
            "digest": sheet.digest,
            "attested_at": sheet.attested_at.isoformat() if sheet.attested_at else None,
            "attested_by": str(sheet.attested_by) if sheet.attested_by else None,
            "is_attestation_simulated": sheet.is_attestation_simulated,
            "papers": list(incident.papers.values("name", "sha256")),
        }
        if sheet
        else None,
        "orders": {
            "open": incident.cases.filter(state=CaseState.OPEN).count(),
            "withdrawn": incident.cases.filter(state=CaseState.WITHDRAWN).count(),
            "total": incident.cases.count(),
        },
        "planned": planned,
        "outcomes": outcomes,
        "messages": _messages_taken(roll_out) if roll_out else 0,
        "adds_up": sum(outcomes.values()) == planned and after["listed"] == listed,
        "after": after,
        "roll_out": _roll_out(roll_out, clock.now()) if roll_out else None,
        "second_contact": _second(incident, clock.now()),
        "packs": [
            {"number": p.number, "root": p.root, "sha256": p.sha256, "key_id": p.key_id, "items": p.items}
            for p in incident.packs.order_by("number")
        ],
    }


def _second(incident: Incident, now: datetime) -> dict[str, Any] | None:
    """The second contact as a roll-out of its own, with its own sum."""
    roll_out = standing_roll_out(incident.pk, STEP_SECOND_CONTACT)
    if roll_out is None:
        return None
    outcomes, planned = counts_of(roll_out), roll_out.recipients.count()
    return {"planned": planned, "outcomes": outcomes, "adds_up": sum(outcomes.values()) == planned,
            **_roll_out(roll_out, now)}  # fmt: skip


def _messages_taken(roll_out: RollOut) -> int:
    """Messages the platforms took: fewer than orders where one names several."""
    taken = roll_out.recipients.exclude(platform_message_id="")
    return taken.values("order__shop_id", "session_id", "platform_message_id").distinct().count()


def _roll_out(roll_out: RollOut, now: datetime) -> dict[str, Any]:
    approval = Approval.objects.filter(roll_out=roll_out, is_approved=True, voided_at__isnull=True).first()
    samples = roll_out.recipients.filter(wave=0, lane__isnull=False, rides_with__isnull=True)
    sample = samples.select_related("order").first()
    return {
        "state": roll_out.state,
        "version": roll_out.version,
        "binding": roll_out.binding_digest,
        "script": roll_out.script_digest,
        "audience": roll_out.audience_digest,
        "ceiling": f"{roll_out.ceiling_amount:.2f} {roll_out.ceiling_currency}",
        "open_wave": roll_out.open_wave,
        "paused": {"code": roll_out.paused_code, **roll_out.paused_params} if roll_out.paused_code else None,
        "waves": list(roll_out.waves.order_by("number").values("number", "size", "opened_at", "passed_at")),
        "tuning": _tuning(roll_out),
        "lanes": [
            {
                "shop": lane.connection.shop.code,
                "platform": lane.connection.shop.platform,
                "market": lane.connection.shop.market,
                "mode": lane.connection.mode,
                "sends_per_second": str(lane.sends_per_second),
                "recipients": lane.recipients.count(),
                "waiting": lane.recipients.filter(state="waiting", wave__lte=roll_out.open_wave or 0).count(),
                "stopped": lane.stopped_code or None,
                **_standing(lane, now),
            }
            for lane in roll_out.lanes.select_related(
                "connection__shop", "connection__pace__quota", "roll_out"
            ).order_by("pk")
        ],
        "approval": {
            "by": str(approval.approver),
            "on_behalf_of": approval.on_behalf_of.name,
            "at": approval.at.isoformat(),
            "binding": approval.binding_digest,
            "is_simulated": approval.is_simulated,
        }
        if approval
        else None,
        "sample": {
            "order": sample.order.platform_order_id,
            "state": sample.state,
            "language": sample.language,
            "text": sample.text,
            "message_id": sample.platform_message_id,
        }
        if sample
        else None,
    }


def _tuning(roll_out: RollOut) -> dict[str, Any]:
    """Hours, quota and thresholds in force, with what the open wave measures now."""
    limits = shares_of(roll_out)
    return {
        "quiet_hours": "kept" if roll_out.keeps_quiet_hours else "off",
        "quota": "spread" if roll_out.spreads_quota else "fast",
        "why": roll_out.tuned_why or None,
        "gates": [
            {"measure": each.measure, "count": each.count, "of": each.of, "limit": f"{limits[each.measure]:.2%}"}
            for each in measured_now(roll_out)
        ],
    }


def _standing(lane: Lane, now: datetime) -> dict[str, Any]:
    """What holds a lane back, and what of a daily limit is used."""
    found = standing_of(lane, now)
    times = {"sleeps_until": found.sleeps_until, "waits_until": found.waits_until, "day_full_until": found.full_until}
    return {
        **{name: at.isoformat() if at else None for name, at in times.items()},
        "day_limit": found.day_limit,
        "day_used": found.day_used,
        "day_limit_source": found.limit_source,
    }


def incident_named(code: str, *, by: Actor) -> Incident:
    """The storm of this code in the actor's team. Raises NotFound alike for missing and foreign ones."""
    by.require("incident.read")
    return get_scoped(Incident, by, code=code)
