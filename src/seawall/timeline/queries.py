"""Reads of the timeline."""

from collections.abc import Collection

from django.db.models import QuerySet

from seawall.tenancy.api import Actor, scoped
from seawall.timeline.models import Entry


def entries_of(actor: Actor, incident_id: int) -> QuerySet[Entry]:
    """All entries of a storm, the newest first."""
    return scoped(Entry, actor).filter(incident_id=incident_id).order_by("-at", "-pk")


def latest_by_verb(actor: Actor, incident_id: int, verbs: Collection[str]) -> dict[str, Entry]:
    """The newest entry of each of the verbs."""
    rows = scoped(Entry, actor).filter(incident_id=incident_id, verb__in=verbs)
    return {entry.verb: entry for entry in rows.order_by("verb", "-at", "-pk").distinct("verb")}
