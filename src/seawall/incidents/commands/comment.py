"""Comments on a storm's timeline: what the desk says to itself, with members named by @."""

from datetime import timedelta

from django.db import transaction

from seawall.incidents.models import Incident
from seawall.kernel.clock import Clock
from seawall.kernel.errors import InvalidInput
from seawall.tenancy.api import Actor, Membership, Role, get_scoped, scoped
from seawall.timeline.api import COMMENT, Entry, Mention, record

LONGEST = 1000
"""Characters of a comment (ours)."""
SAME_WITHIN = timedelta(minutes=1)
"""The same words of the same person within this are the same form sent twice (ours)."""


def comment(incident: Incident, words: str, *, by: Actor, clock: Clock) -> Entry:
    """The entry; members it names are told on their board, and what had named its author counts as answered.

    The same words sent twice give one entry. Raises InvalidInput(comment_empty, comment_too_long).
    """
    by.require("timeline.comment")
    said = words.strip()
    if not said:
        raise InvalidInput("comment_empty")
    if len(said) > LONGEST:
        raise InvalidInput("comment_too_long", limit=LONGEST)
    with transaction.atomic():
        incident = get_scoped(Incident, by, lock=True, pk=incident.pk)
        lately = scoped(Entry, by).filter(incident=incident, verb=COMMENT, user_id=by.user_id, why=said)
        if (same := lately.filter(at__gt=clock.now() - SAME_WITHIN).first()) is not None:
            return same
        named = [each for each in members_to_name(by) if _is_named(each, said) and each.pk != by.membership_id]
        entry = record(
            team_id=by.team_id, incident_id=incident.pk, verb="timeline.comment", clock=clock, by=by, why=said,
            subject=f"incident:{incident.pk}", after={"named": [str(each.user) for each in named]},
        )  # fmt: skip
        see_mentions(incident, by=by, clock=clock)
        Mention.objects.bulk_create(
            Mention(team_id=by.team_id, incident=incident, entry=entry, membership=each) for each in named
        )
    return entry


def members_to_name(by: Actor) -> list[Membership]:
    """Who can be named: the team's own people. A seller does not see comments, and so cannot be named in one."""
    rows = scoped(Membership, by).filter(is_active=True).exclude(role=Role.SELLER_APPROVER.value)
    return list(rows.select_related("user").order_by("user__username"))


def see_mentions(incident: Incident, *, by: Actor, clock: Clock) -> int:
    """The comments of a storm that name this member are seen. Returns how many were not before."""
    by.require("timeline.comment")
    rows = scoped(Mention, by).filter(incident=incident, membership_id=by.membership_id, seen_at__isnull=True)
    return rows.update(seen_at=clock.now())


def _is_named(member: Membership, words: str) -> bool:
    """Whether `@name` stands there, by sign-in name or by display name, and is not the beginning of a longer one."""
    for name in {member.user.username, member.user.display_name}:
        place = words.find(f"@{name}") if name else -1
        while place >= 0:
            after = words[place + len(name) + 1 :][:1]
            if not (after.isascii() and (after.isalnum() or after in ("-", "_"))):
                return True
            place = words.find(f"@{name}", place + 1)
    return False
