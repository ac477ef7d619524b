"""Reads of the team's people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator

from seawall.staff.models import Shift
from seawall.staff.times import Span
from seawall.tenancy.api import Actor, Membership, Role, scoped

SEATS = (Role.ADMIN, Role.LEAD, Role.AGENT)
"""Roles that answer buyers (see `seat.work` in tenancy.roles)."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """A member with what hangs on the membership."""

    member: Membership
    shifts: tuple[Shift, ...]
    has_second_factor: bool
    is_on_duty: bool


def people(by: Actor, *, now: datetime) -> list[Person]:
    """Every member of the team, active ones first, then by name. Three queries, however many members."""
    by.require("team.read")
    members = scoped(Membership, by).select_related("user", "seller").order_by("-is_active", "user__username")
    found = list(members)
    guarded = set(
        Authenticator.objects.filter(
            user_id__in=[each.user_id for each in found],
            type__in=(Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN),
        ).values_list("user_id", flat=True)
    )
    shifts: dict[int, list[Shift]] = {}
    for shift in scoped(Shift, by).order_by("weekday", "starts", "pk"):
        shifts.setdefault(shift.membership_id, []).append(shift)
    return [
        Person(
            member=each,
            shifts=tuple(shifts.get(each.pk, ())),
            has_second_factor=each.user_id in guarded,
            is_on_duty=each.is_active and any(span.covers(now) for span in _spans(shifts.get(each.pk, ()))),
        )
        for each in found
    ]


def seats_by_shifts(by: Actor, *, now: datetime, hours: int = 24) -> int | None:
    """The most people that answer buyers at once within the next hours, by their shifts; None where nobody has any.

    Looked at on every half hour from `now`. A shift that lies between two looks is not seen; shifts of people are
    longer than that.
    """
    rows = scoped(Shift, by).filter(membership__is_active=True, membership__role__in=[role.value for role in SEATS])
    by_member: dict[int, list[Span]] = {}
    for shift in rows:
        by_member.setdefault(shift.membership_id, []).extend(_spans([shift]))
    if not by_member:
        return None
    looks = [now + timedelta(minutes=30 * step) for step in range(2 * hours)]
    return max(
        sum(any(span.covers(moment) for span in spans) for spans in by_member.values()) for moment in looks
    )  # fmt: skip


def _spans(shifts: Iterable[Shift]) -> list[Span]:
    return [Span(weekday=each.weekday, starts=each.starts, ends=each.ends, zone=each.zone) for each in shifts]
