"""Shifts of members: weekly spans of duty."""

from collections.abc import Sequence

from django.db import transaction

from seawall.kernel.clock import Clock
from seawall.kernel.errors import NotFound, Refused
from seawall.staff.models import Shift
from seawall.staff.times import WEEKDAYS, spans_of
from seawall.tenancy.api import Actor, Membership, get_scoped
from seawall.timeline.api import record

MOST_SHIFTS = 42
"""Shifts a member may have (six a day)."""


def add_shifts(
    username: str, days: Sequence[str], starts: str, ends: str, zone: str, *, by: Actor, clock: Clock
) -> list[Shift]:
    """The shifts of these weekdays, new or as they were. An end at or before the start lies on the next day.

    Raises NotFound, Refused(shift_too_many), InvalidInput as `times.spans_of`.
    """
    by.require("team.manage")
    spans = spans_of(days, starts, ends, zone)
    with transaction.atomic():
        member = get_scoped(Membership, by, lock=True, user__username=username)
        found, is_new = [], False
        for span in spans:
            shift, made = Shift.objects.get_or_create(
                team_id=by.team_id, membership=member, weekday=span.weekday, starts=span.starts, ends=span.ends,
                zone=span.zone,
            )  # fmt: skip
            found.append(shift)
            is_new = is_new or made
        if Shift.objects.filter(membership=member).count() > MOST_SHIFTS:
            raise Refused("shift_too_many", most=MOST_SHIFTS)
        if is_new:
            said = ", ".join(WEEKDAYS[span.weekday] for span in spans)
            record(
                team_id=by.team_id, incident_id=None, verb="team.shift_add", clock=clock, by=by,
                subject=f"membership:{member.pk}",
                after={"member": username, "days": said, "hours": f"{starts.strip()}–{ends.strip()}", "zone": zone},
            )  # fmt: skip
    return found


def drop_shift(number: int, *, of: str = "", by: Actor, clock: Clock) -> None:
    """Take a shift away. Raises NotFound when there is none of this number in the team, or with the member `of`."""
    by.require("team.manage")
    with transaction.atomic():
        shift = get_scoped(Shift, by, lock=True, pk=number)
        member = shift.membership
        if of and member.user.username != of:
            raise NotFound("not_found", what=str(number))
        record(
            team_id=by.team_id, incident_id=None, verb="team.shift_drop", clock=clock, by=by,
            subject=f"membership:{member.pk}",
            before={
                "member": member.user.username, "days": WEEKDAYS[shift.weekday],
                "hours": f"{shift.starts:%H:%M}–{shift.ends:%H:%M}", "zone": shift.zone,
            },
        )  # fmt: skip
        Shift.objects.filter(pk=shift.pk).delete()
