"""What of a storm goes into a pack: read from the tables, in order, a chunk at a time."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from seawall.connectors.contracts import Speaker
from seawall.evidence import records as pack
from seawall.evidence.api import Capture, CaptureSource, Screenshot, screenshot_path
from seawall.incidents.commands.add_paper import paper_path
from seawall.incidents.keeping.told import erased_member, erased_orders, outcome_of
from seawall.incidents.models import Case, FactsSheet, Incident
from seawall.incidents.states import CaseState
from seawall.kernel.errors import Refused
from seawall.kernel.markets import Market, Platform
from seawall.outreach.api import Approval, Recipient, RollOut, named_together

CHUNK = 1000

_KINDS = {
    CaptureSource.ANSWER: pack.RecordKind.ANSWER,
    CaptureSource.PUSH: pack.RecordKind.PUSH,
    CaptureSource.READ_BACK: pack.RecordKind.READ_BACK,
}


def contents(incident: Incident, roll_out: RollOut, sheet: FactsSheet, *, sealed_at: datetime) -> pack.PackContents:
    """All that is sealed of a storm; orders and timeline stream.

    Raises Refused(pack_counts_differ) when an open order has no ledger row.
    """
    outcomes = _outcomes(incident)
    approvals = list(Approval.objects.filter(roll_out__incident=incident).select_related("approver", "on_behalf_of"))
    is_simulated = (
        incident.is_training
        or any(a.is_simulated for a in approvals)
        or sheet.is_attestation_simulated
        or roll_out.lanes.filter(is_simulator=True).exists()
    )
    return pack.PackContents(
        incident=pack.IncidentHead(
            reference=incident.code,
            kind=incident.kind,
            title=incident.title,
            team=incident.team.name,
            seller=incident.seller.name,
            opened_at=incident.opened_at,
        ),
        is_simulated=is_simulated,
        sealed_at=sealed_at,
        planned=sum(outcomes.values()),
        outcomes=outcomes,
        orders=_orders(incident),
        facts=_facts(sheet),
        scripts=_scripts(incident),
        approvals=[_approval(each) for each in approvals] + _attestation(incident, sheet),
        papers=[
            pack.AttachedFile(name=p.name, content=paper_path(p), sha256=p.sha256, received_at=p.uploaded_at)
            for p in incident.papers.order_by("pk")
        ],
        screenshots=[_screenshot(each) for each in _shots(incident)],
        timeline=_timeline(incident),
        further=erased_member(incident),
    )


def _outcomes(incident: Incident) -> dict[str, int]:
    """Every order of the storm has exactly one outcome; one withdrawn before there was a plan is left out."""
    states = Recipient.objects.filter(incident=incident).values_list("state", "order_id")
    erased = erased_orders(incident)
    outcomes = Counter(outcome_of(*each, erased) for each in states.iterator(chunk_size=5000))
    without_row = incident.cases.filter(recipients__isnull=True)
    if without_row.filter(state=CaseState.OPEN).exists():
        raise Refused(
            "pack_counts_differ",
            incident=incident.code,
            recipients=outcomes.total(),
            cases=incident.cases.count(),
        )
    if withdrawn := without_row.count():
        outcomes["left_out"] += withdrawn
    return dict(outcomes)


def _orders(incident: Incident) -> Iterator[pack.OrderEvidence]:
    approved, erased = approved_bindings(incident), erased_orders(incident)
    pks = list(
        incident.cases.order_by("order__shop__platform", "order__shop__code", "order__platform_order_id").values_list(
            "pk", flat=True
        )
    )
    for start in range(0, len(pks), CHUNK):
        wanted = pks[start : start + CHUNK]
        cases = Case.objects.filter(pk__in=wanted).select_related("order__shop").prefetch_related("order__parcels")
        by_pk = {case.pk: case for case in cases}
        rows = {
            row.case_id: row
            for row in Recipient.objects.filter(case_id__in=wanted).select_related("roll_out", "pressed_by__user")
        }
        together = named_together([row for row in rows.values() if row.platform_message_id or row.screenshot_sha256])
        captures: dict[int, list[Capture]] = defaultdict(list)
        orders = [case.order_id for case in by_pk.values()]
        for capture in Capture.objects.filter(incident=incident, order_id__in=orders).order_by("pk"):
            if capture.order_id is not None:
                captures[capture.order_id].append(capture)
        shots = _shots_by_message(rows.values())
        for pk in wanted:
            case = by_pk[pk]
            row = rows.get(pk)
            told = together.get(row.pk if row else 0, ())
            # Orders told together name one message; where its records are gone there is none to name.
            is_whole = erased.isdisjoint([case.order_id, *(each.order_id for each in told)])
            named = sorted(each.order.platform_order_id for each in told) if is_whole else []
            seen = shots[row.rides_with_id or row.pk] if row else ()
            made = _order(case, row, captures[case.order_id], approved, seen)
            yield replace(made, named_with=tuple(named), outcome=outcome_of(made.outcome, case.order_id, erased))


def approved_bindings(incident: Incident) -> frozenset[str]:
    """Every binding that was ever approved, those voided later included: what was sent under them was approved."""
    given = Approval.objects.filter(roll_out__incident=incident, is_approved=True)
    return frozenset(given.values_list("binding_digest", flat=True))


def _order(
    case: Case,
    row: Recipient | None,
    captures: Sequence[Capture],
    approved: Collection[str],
    shots: Sequence[Screenshot],
) -> pack.OrderEvidence:
    order, shop = case.order, case.order.shop
    parcel = next(iter(order.parcels.all()), None)
    return pack.OrderEvidence(
        platform=Platform(shop.platform),
        market=Market(shop.market),
        shop=shop.code,
        order_id=order.platform_order_id,
        outcome=row.state if row else "left_out",
        status=order.status,
        shop_name=shop.name,
        ordered_at=order.ordered_at,
        shipped_at=order.shipped_at,
        tracking_number=parcel.tracking_number if parcel else "",
        item=order.lines[0].get("title", "") if order.lines else "",
        sent_by=sent_by(row),
        records=(
            *(record_of(capture, case, row, approved) for capture in captures),
            *(shot_record(shot, case, row) for shot in shots),
        ),
    )


def sent_by(row: Recipient | None) -> str:
    """Who let an order's message go, as the pack names it."""
    if row is None:
        return ""
    if row.screenshot_sha256 and row.pressed_by is not None:
        # A person sent it in Seller Center, whatever the platform's record says of it since.
        return f"seat, by hand: {row.pressed_by.user}" + (" [simulated]" if row.pressed_by.is_simulated else "")
    if not row.platform_message_id:
        return ""
    if row.pressed_by is None:
        return "worker"
    return f"seat: {row.pressed_by.user}" + (" [simulated]" if row.pressed_by.is_simulated else "")


def record_of(capture: Capture, case: Case, row: Recipient | None, approved: Collection[str]) -> pack.MessageRecord:
    """A capture as a pack holds it. The sample left before the approval, so its records name none."""
    shop = case.order.shop
    is_ours = bool(row and capture.speaker == Speaker.SELLER and capture.message_id == row.platform_message_id)
    return pack.MessageRecord(
        ref=f"c{capture.pk}",
        kind=_KINDS[CaptureSource(capture.source)],
        platform=Platform(shop.platform),
        market=Market(shop.market),
        shop=shop.code,
        order_id=case.order.platform_order_id,
        speaker=Speaker(capture.speaker),
        our_at=capture.our_time,
        platform_at=None if capture.is_read else capture.platform_time,
        read_up_to=capture.platform_time if capture.is_read else None,
        session_id=capture.session_id,
        message_id=capture.message_id,
        text=capture.text,
        language=row.language if row and is_ours else "",
        blocked_note=capture.blocked_note,
        is_recalled=capture.is_recalled,
        is_auto_reply=capture.is_auto_reply,
        request_id=capture.request_id,
        path=capture.path,
        http_status=0 if capture.source == CaptureSource.PUSH else 200,
        script_digest=row.script_digest if row and is_ours else "",
        approval_digest=_approval_of(row, approved) if row and is_ours else "",
        body=capture.body,
    )


def _shots_by_message(rows: Iterable[Recipient]) -> Mapping[int, list[Screenshot]]:
    """The screenshots by the row that has the message: one picture shows it for all orders that it names."""
    found: dict[int, list[Screenshot]] = defaultdict(list)
    for shot in Screenshot.objects.filter(recipient__in={row.rides_with_id or row.pk for row in rows}).order_by("pk"):
        found[shot.recipient_id].append(shot)
    return found


def _shots(incident: Incident) -> Iterator[Screenshot]:
    yield from Screenshot.objects.filter(incident=incident).select_related("order").order_by("pk").iterator(CHUNK)


def _screenshot(shot: Screenshot) -> pack.AttachedFile:
    return pack.AttachedFile(
        name=Path(shot.stored_as).name, content=screenshot_path(shot), sha256=shot.sha256,
        note=f"screenshot 截图: order {shot.order.platform_order_id}, attached by {attached_by(shot)};"
        " not a record of the platform",
        received_at=shot.attached_at,
    )  # fmt: skip


def attached_by(shot: Screenshot) -> str:
    """Who attached a screenshot, as the pack names people."""
    return shot.attached_name + (" [simulated]" if shot.is_simulated else "")


def shot_record(shot: Screenshot, case: Case, row: Recipient | None) -> pack.MessageRecord:
    """A screenshot as a pack holds it: who attached it and when, and what the file was. It claims nothing of its words,
    and it counts beside the grade only."""
    shop = case.order.shop
    said = {
        "arrival_sha256": shot.arrival_sha256, "attached_at": shot.attached_at.isoformat(),
        "attached_by": attached_by(shot), "content_type": shot.content_type, "height": shot.height,
        "label": "screenshot", "sha256": shot.sha256, "size": shot.size, "width": shot.width,
    }  # fmt: skip
    return pack.MessageRecord(
        ref=f"s{shot.pk}" if shot.order_id == case.order_id else f"s{shot.pk}-{case.pk}",
        kind=pack.RecordKind.SCREENSHOT,
        platform=Platform(shop.platform),
        market=Market(shop.market),
        shop=shop.code,
        order_id=case.order.platform_order_id,
        speaker=Speaker.SELLER,
        our_at=shot.attached_at,
        language=row.language if row else "",
        attachment_sha256=shot.sha256,
        body=json.dumps(said, ensure_ascii=False, sort_keys=True),
    )


def _approval_of(row: Recipient, approved: Collection[str]) -> str:
    binding = row.roll_out.binding_digest
    return binding if row.wave > 0 and binding in approved else ""


def _facts(sheet: FactsSheet) -> Mapping[str, pack.Json]:
    return {
        "version": sheet.version,
        "digest": sheet.digest,
        "cause": sheet.cause,
        "cause_by_language": dict(sheet.cause_by_language),
        "happened_on": sheet.happened_on.isoformat(),
        "remedy": sheet.remedy,
        "ceiling": f"{sheet.ceiling_amount:.2f} {sheet.ceiling_currency}",
        "deadline_at": sheet.deadline_at.isoformat(),
        "statements": list(sheet.statements),
        "new_date": sheet.new_date.isoformat() if sheet.new_date else "",
        "compensation": dict(sheet.compensation),
        "attested_by": str(sheet.attested_by) if sheet.attested_by else "",
        "attested_at": sheet.attested_at.isoformat() if sheet.attested_at else "",
        "is_attestation_simulated": sheet.is_attestation_simulated,
    }


def _scripts(incident: Incident) -> list[pack.ScriptVersion]:
    return [
        pack.ScriptVersion(
            version=f"{version.step} v{version.number}",
            digest=version.digest,
            texts={text.language: text.text for text in version.texts.all()},
        )
        for version in incident.script_versions.filter(is_frozen=True).order_by("pk").prefetch_related("texts")
    ]


def _approval(approval: Approval) -> pack.Approval:
    verdict = "roll_out" if approval.is_approved else "sent_back"
    note = [approval.comment] if approval.comment else []
    if approval.origin:
        note.append(said_of_origin(approval.origin))
    if approval.voided_at:
        note.append(f"voided {approval.voided_at.isoformat()}: {approval.voided_why}")
    return pack.Approval(
        step=verdict,
        digest=approval.binding_digest,
        by=str(approval.approver),
        on_behalf_of=approval.on_behalf_of.name,
        at=approval.at,
        binds={
            "script": approval.script_digest,
            "audience": approval.audience_digest,
            "facts": approval.facts_digest,
            "sample_message": approval.sample_message_id,
            "ceiling": f"{approval.ceiling_amount:.2f} {approval.ceiling_currency}",
        },
        is_simulated=approval.is_simulated,
        note="; ".join(note),
    )


def _attestation(incident: Incident, sheet: FactsSheet) -> list[pack.Approval]:
    if sheet.attested_by is None or sheet.attested_at is None:
        return []
    return [
        pack.Approval(
            step="facts",
            digest=sheet.digest,
            by=str(sheet.attested_by),
            on_behalf_of=incident.seller.name,
            at=sheet.attested_at,
            binds={"facts": sheet.digest},
            is_simulated=sheet.is_attestation_simulated,
            note=said_of_origin(sheet.attestation_origin),
        )
    ]


def said_of_origin(origin: Mapping[str, object]) -> str:
    """From where a decision was given, in one line of English; empty where nothing is known."""
    parts = []
    if origin.get("via") == "link":
        parts.append(f"by a link that {origin.get('link_made_by', '')} made")
    elif via := origin.get("via"):
        parts.append(f"in the {str(via).replace('_', ' ')}")
    if address := origin.get("from"):
        parts.append(f"from {address}")
    if origin.get("is_makers_address"):
        parts.append("the address the link was made from")
    if agent := origin.get("user_agent"):
        parts.append(f"with {agent}")
    return ("given " + ", ".join(parts)) if parts else ""


def _timeline(incident: Incident) -> Iterator[pack.TimelineEntry]:
    for entry in incident.timeline.order_by("at", "pk").iterator(chunk_size=1000):
        yield pack.TimelineEntry(
            at=entry.at,
            action=entry.verb,
            by=f"{entry.actor_name} ({entry.actor_role})" + (" [simulated]" if entry.is_simulated else ""),
            on_behalf_of=entry.on_behalf_of,
            subject=entry.subject,
            before=entry.before,
            after=entry.after,
            note=entry.why,
        )
