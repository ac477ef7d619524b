"""The board 值守台: what will hurt next, and who moves now."""

from dataclasses import dataclass
from datetime import datetime

from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from seawall.evidence.api import Pack
from seawall.incidents import queries as incidents
from seawall.incidents.api import FactsSheet, Incident
from seawall.incidents.queries import ClockGroup
from seawall.kernel.texts import text
from seawall.outreach import queries as outreach
from seawall.outreach.api import SENDING, STEP_FIRST_CONTACT, Lane, RollOut, RollOutState
from seawall.tenancy.api import scoped
from seawall.web.desk import Desk, desk_page
from seawall.web.needs import needs_of
from seawall.web.outcomes import Tally, storm_tally
from seawall.web.reply_wave import HIGH, WIDE, reply_wave
from seawall.web.steps import NextStep, next_step, present_step
from seawall.web.times import Left, left_until


@dataclass(frozen=True, kw_only=True)
class Storm:
    """One card of the board."""

    incident: Incident
    roll_out: RollOut | None
    tally: Tally
    places: list[tuple[str, list[str]]]
    present: int
    """The place of the present step, 0-7; 8 when all are done."""
    left: Left | None
    next_step: NextStep
    stopped_lanes: int

    @property
    def is_moving(self) -> bool:
        """Whether the worker is sending for it."""
        return self.roll_out is not None and self.roll_out.state in SENDING


@require_safe
@desk_page("incident.read")
def board(desk: Desk) -> HttpResponseBase:
    """All storms that are not closed, with what each needs next."""
    storms = storms_of(desk)
    context = {
        "storms": storms,
        "is_live": any(storm.is_moving for storm in storms),
        "numbers": _numbers(storms),
        "due": sorted((s for s in storms if s.left), key=_until),
        "deadlines": clock_rows(desk, [storm.incident for storm in storms]),
        "needs": needs_of(desk, storms),
        "reply_wave": reply_wave(desk) if desk.may("inbox.read") else None,
        "wide": WIDE,
        "high": HIGH,
        "closed": list(incidents.closed_incidents(desk.actor)[:10]),
    }
    template = "web/board_parts.html" if desk.is_partial else "web/board.html"
    return desk.render(template, context)


@dataclass(frozen=True, kw_only=True)
class ClockRow:
    """The orders of one storm whose clocks of one kind are due today, or have passed."""

    incident: Incident
    group: ClockGroup
    words: str
    left: Left | None


def clock_rows(desk: Desk, storms: list[Incident], *, only_today: bool = True) -> list[ClockRow]:
    """Groups of clocks, the nearest deadline first; with `only_today`, those due today or passed."""
    now = desk.clock.now()
    by_pk = {storm.pk: storm for storm in storms}
    groups = incidents.clock_groups(desk.actor, list(by_pk), now)
    return [
        ClockRow(
            incident=by_pk[group.incident_id],
            group=group,
            words=text(group.code),
            left=left_until(group.next_at, now) if group.next_at else None,
        )
        for group in groups
        if not only_today or group.today or group.breached
    ]


def _until(storm: Storm) -> datetime:
    assert storm.left is not None  # noqa: S101  # the caller filters on it
    return storm.left.until


def storms_of(desk: Desk) -> list[Storm]:
    """The cards, in a number of queries that does not grow with the number of storms."""
    actor = desk.actor
    rows = list(incidents.open_incidents(actor))
    pks = [row.pk for row in rows]
    counts = outreach.counts_by_incident(actor, pks, STEP_FIRST_CONTACT)
    cases = incidents.case_counts(actor, pks, STEP_FIRST_CONTACT)
    sheets = incidents.newest_facts(actor, pks)
    roll_outs = outreach.live_roll_outs(actor, pks, STEP_FIRST_CONTACT)
    places = incidents.places_of(actor, pks)
    packs = set(scoped(Pack, actor).filter(incident_id__in=pks).values_list("incident_id", flat=True))
    stopped = [
        lane.roll_out_id for lane in scoped(Lane, actor).filter(roll_out__in=roll_outs.values(), is_stopped=True)
    ]
    storms = []
    for row in rows:
        roll_out, sheet = roll_outs.get(row.pk), sheets.get(row.pk)
        bar = storm_tally(counts[row.pk], cases[row.pk], has_plan=roll_out is not None)
        stopped_lanes = stopped.count(roll_out.pk) if roll_out else 0
        storms.append(
            Storm(
                incident=row,
                roll_out=roll_out,
                tally=bar,
                places=grouped(places[row.pk]),
                present=present_step(row.state),
                left=left_of(row, sheet, desk.clock.now()),
                next_step=next_step(row, sheet, roll_out, bar, packs=int(row.pk in packs), stopped_lanes=stopped_lanes),
                stopped_lanes=stopped_lanes,
            )
        )
    return storms


def grouped(places: list[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Markets by platform."""
    found: dict[str, list[str]] = {}
    for platform, market in places:
        found.setdefault(platform, []).append(market)
    return list(found.items())


def left_of(incident: Incident, sheet: FactsSheet | None, now: datetime) -> Left | None:
    """What is left of the golden window; of the facts sheet's deadline where no window is known."""
    until = incident.golden_until or (sheet.deadline_at if sheet else None)
    if until is None or incident.closed_at:
        return None
    return left_until(until, now, window=until - incident.opened_at)


def _numbers(storms: list[Storm]) -> dict[str, int]:
    """The row of figures, each a sum over the ledger counts of the cards."""
    return {
        "storms": len(storms),
        "orders": sum(storm.tally.sum for storm in storms),
        "moving": sum(storm.is_moving for storm in storms),
        "paused": sum(bool(storm.roll_out and storm.roll_out.state == RollOutState.PAUSED) for storm in storms),
        "waiting": sum(storm.tally.of("waiting") for storm in storms),
        "contacted": sum(storm.tally.contacted for storm in storms),
        "answered": sum(storm.tally.counts.get("answered", 0) for storm in storms),
        "person": sum(storm.tally.of("person") for storm in storms),
        "refused": sum(storm.tally.of("refused") for storm in storms),
        "unreachable": sum(storm.tally.of("unreachable") for storm in storms),
        "seller": sum(storm.next_step.owner == "seller_approver" for storm in storms),
    }


@require_safe
@desk_page("incident.read")
def find(desk: Desk) -> HttpResponseBase:
    """Find an order by its number, or a storm by its code."""
    wanted = desk.request.GET.get("q", "").strip()[:64]
    storm = scoped(Incident, desk.actor).filter(code__iexact=wanted).first() if wanted else None
    if storm is not None:
        return redirect("incident", code=storm.code)
    found = incidents.cases_by_order_number(desk.actor, wanted) if wanted else []
    if len(found) == 1:
        return redirect("case", code=found[0].incident.code, pk=found[0].pk)
    return desk.render("web/find.html", {"wanted": wanted, "found": found})
