"""What of a storm goes into a pack: read from the tables, in order, a chunk at a time."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from seawall.casework.api import CaseEnd, ends_of
from seawall.connectors.contracts import Speaker
from seawall.evidence import records as pack
from seawall.evidence.api import Capture, CaptureSource, Screenshot, screenshot_path
from seawall.incidents.commands.add_paper import paper_path
from seawall.incidents.keeping.told import erased_member, erased_orders, outcome_of
from seawall.incidents.models import Case, FactsSheet, Incident
from seawall.incidents.packed_sheets import (
    approval_of,
    attestation_of,
    cancellings_of,
    facts_of,
    scripts_of,
    timeline_of,
)
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


Pictured = Callable[[Sequence[tuple[Case, pack.OrderEvidence]]], Iterator[pack.OrderEvidence]]
"""Some orders of a storm, and the same with their pictures."""


def contents(
    incident: Incident, roll_out: RollOut, sheet: FactsSheet, *, sealed_at: datetime, pictured: Pictured | None = None
) -> pack.PackContents:
    """All that is sealed of a storm; orders and timeline stream. `pictured` gives an order its picture.

    Raises Refused(pack_counts_differ) when an open order has no ledger row.
    """
    outcomes = _outcomes(incident)
    approvals = list(Approval.objects.filter(roll_out__incident=incident).select_related("approver", "on_behalf_of"))
    is_simulated = is_exercise(incident, roll_out, sheet)
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
        orders=_orders(incident, pictured),
        facts=facts_of(sheet),
        scripts=scripts_of(incident),
        approvals=[approval_of(each) for each in approvals]
        + attestation_of(incident, sheet)
        + cancellings_of(incident),
        papers=[
            pack.AttachedFile(name=p.name, content=paper_path(p), sha256=p.sha256, received_at=p.uploaded_at)
            for p in incident.papers.order_by("pk")
        ],
        screenshots=[_screenshot(each) for each in _shots(incident)],
        timeline=timeline_of(incident),
        extra=erased_member(incident),
    )


def is_exercise(incident: Incident, roll_out: RollOut, sheet: FactsSheet) -> bool:
    """Whether any part of the storm is simulated: then all of its proof says so."""
    return (
        incident.is_training
        or Approval.objects.filter(roll_out__incident=incident, is_simulated=True).exists()
        or sheet.is_attestation_simulated
        or roll_out.lanes.filter(is_simulator=True).exists()
        or incident.cancellings.filter(is_approval_simulated=True).exists()
    )


def _outcomes(incident: Incident) -> dict[str, int]:
    """Every order of the storm has exactly one outcome; one withdrawn before there was a plan is left out."""
    states: dict[tuple[int, int], str] = {}
    rows = Recipient.objects.filter(incident=incident).order_by("pk").values_list("case_id", "order_id", "state")
    for case_id, order_id, state in rows.iterator(chunk_size=5000):
        states[case_id, order_id] = _further(states.get((case_id, order_id)), state)
    erased = erased_orders(incident)
    outcomes = Counter(outcome_of(state, order_id, erased) for (_, order_id), state in states.items())
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


def _orders(incident: Incident, pictured: Pictured | None) -> Iterator[pack.OrderEvidence]:
    for chunk in order_chunks(incident):
        yield from pictured(chunk) if pictured is not None else (order for _, order in chunk)


def order_chunks(incident: Incident) -> Iterator[list[tuple[Case, pack.OrderEvidence]]]:
    """The storm's orders with all their records, some hundreds at a time, in the order of the pack."""
    approved = approved_bindings(incident)
    pks = list(
        incident.cases.order_by("order__shop__platform", "order__shop__code", "order__platform_order_id").values_list(
            "pk", flat=True
        )
    )
    for start in range(0, len(pks), CHUNK):
        yield with_records(incident, pks[start : start + CHUNK], approved)


def with_records(
    incident: Incident, wanted: Sequence[int], approved: Collection[str]
) -> list[tuple[Case, pack.OrderEvidence]]:
    """These cases of the storm, by their keys and in this order, with all records of their orders."""
    cases = Case.objects.filter(pk__in=wanted).select_related("order__shop").prefetch_related("order__parcels")
    by_pk = {case.pk: case for case in cases}
    rows = told_by(wanted)
    together = named_together([row for row in rows.values() if row.platform_message_id or row.screenshot_sha256])
    mates = {each.case_id for others in together.values() for each in others} - set(wanted)
    telling = {row.pk for row in rows.values()} | {row.pk for row in told_by(mates).values()}
    captures: dict[int, list[Capture]] = defaultdict(list)
    orders = [case.order_id for case in by_pk.values()]
    ends = ends_of(orders, incident.pk)
    for capture in Capture.objects.filter(incident=incident, order_id__in=orders).order_by("pk"):
        if capture.order_id is not None:
            captures[capture.order_id].append(capture)
    shots, erased = _shots_by_message(rows.values()), erased_orders(incident)
    chunk = []
    for pk in wanted:
        case = by_pk[pk]
        row = rows.get(pk)
        others = [each for each in together.get(row.pk if row else 0, ()) if each.pk in telling]
        # Orders told together name one message; where its records are gone there is none to name.
        is_whole = erased.isdisjoint([case.order_id, *(each.order_id for each in others)])
        named = sorted(each.order.platform_order_id for each in others) if is_whole else []
        seen = shots[row.rides_with_id or row.pk] if row else ()
        records = (
            *(record_of(capture, case, row, approved) for capture in captures[case.order_id]),
            *(shot_record(shot, case, row) for shot in seen),
        )
        made = _order(case, row, records, ends[case.order_id])
        outcome = outcome_of(made.outcome, case.order_id, erased)
        chunk.append((case, replace(made, named_with=tuple(named), outcome=outcome)))
    return chunk


def told_by(cases: Collection[int]) -> dict[int, Recipient]:
    """For each case the ledger row of the message that tells its outcome."""
    rows: dict[int, Recipient] = {}
    found = Recipient.objects.filter(case_id__in=cases).select_related("roll_out", "pressed_by__user").order_by("pk")
    for row in found:
        known = rows.get(row.case_id)
        if known is None or _further(known.state, row.state) != known.state:
            rows[row.case_id] = row
    return rows


_PROVES = ("acknowledged", "confirmed", "read", "answered")


def _further(known: str | None, state: str) -> str:
    """Of two messages to one buyer, the one that went further tells the order's outcome; else the first."""
    if known is None:
        return state
    reach = {name: place for place, name in enumerate(_PROVES, 1)}
    return state if reach.get(state, 0) > reach.get(known, 0) else known


def approved_bindings(incident: Incident) -> frozenset[str]:
    """Every binding that was ever approved, those voided later included: what was sent under them was approved."""
    given = Approval.objects.filter(roll_out__incident=incident, is_approved=True)
    return frozenset(given.values_list("binding_digest", flat=True))


def _order(
    case: Case, row: Recipient | None, records: tuple[pack.MessageRecord, ...], end: CaseEnd
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
        cancellation=end.cancellation.state if end.cancellation else "",
        cancellation_reason=cancellation_reason(end),
        records=records,
    )


def cancellation_reason(end: CaseEnd) -> str:
    """The platform's own reason that was given, or its words on why not, or who was faster."""
    row = end.cancellation
    if row is None:
        return f"resolved by {end.watched.resolved_by}" if end.watched and end.watched.resolved_by else ""
    if row.chosen_code or row.chosen_text:
        return " ".join(dict.fromkeys(filter(None, (row.chosen_code, row.chosen_text))))
    return " ".join(filter(None, (row.reason_code, row.platform_code, row.platform_words[:300])))


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
