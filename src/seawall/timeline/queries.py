"""Reads of the timeline."""

from collections.abc import Collection

from seawall.tenancy.api import Actor, scoped
from seawall.timeline.api import entries_of
from seawall.timeline.models import Entry, Mention

__all__ = ["entries_of", "latest_by_verb", "mentions_of"]


def mentions_of(actor: Actor, *, most: int) -> list[Mention]:
    """Comments that name this member and were not seen yet, the newest first, at most so many."""
    rows = scoped(Mention, actor).filter(membership_id=actor.membership_id, seen_at__isnull=True)
    return list(rows.select_related("entry", "incident").order_by("-pk")[:most])


def latest_by_verb(actor: Actor, incident_id: int, verbs: Collection[str]) -> dict[str, Entry]:
    """The newest entry of each of the verbs."""
    rows = scoped(Entry, actor).filter(incident_id=incident_id, verb__in=verbs)
    return {entry.verb: entry for entry in rows.order_by("verb", "-at", "-pk").distinct("verb")}
