"""Open a storm for one seller."""

import re
from dataclasses import dataclass

from django.db import transaction

from seawall.incidents.models import Incident, IncidentKind
from seawall.incidents.states import IncidentState
from seawall.kernel.clock import Clock
from seawall.kernel.errors import InvalidInput
from seawall.tenancy.api import Actor, Seller, Team, get_scoped
from seawall.timeline.api import record


@dataclass(frozen=True, kw_only=True)
class OpenIncident:
    """What struck whom."""

    seller_code: str
    kind: str
    title: str
    is_training: bool = False


def open_incident(cmd: OpenIncident, *, by: Actor, clock: Clock) -> Incident:
    """A storm in state `opened`, with the team's next code. Raises InvalidInput, NotFound (seller)."""
    by.require("incident.open")
    if cmd.kind not in IncidentKind.values:
        raise InvalidInput("incident_kind_unknown", kind=cmd.kind, kinds=", ".join(IncidentKind.values))
    if not cmd.title.strip():
        raise InvalidInput("incident_title_missing")
    seller = get_scoped(Seller, by, code=cmd.seller_code)
    with transaction.atomic():
        # Without its key: rows that name the team go on being written meanwhile.
        Team.objects.select_for_update(no_key=True).get(pk=by.team_id)
        incident = Incident.objects.create(
            team_id=by.team_id,
            seller=seller,
            code=_next_code(by.team_id),
            kind=cmd.kind,
            title=cmd.title.strip()[:200],
            state=IncidentState.OPENED,
            is_training=cmd.is_training,
            opened_by_id=by.user_id,
            opened_at=clock.now(),
        )
        record(
            team_id=by.team_id, incident_id=incident.pk, verb="incident.open", clock=clock, by=by,
            subject=f"incident:{incident.pk}", on_behalf_of=seller.name,
            after={"code": incident.code, "kind": cmd.kind, "title": incident.title, "is_training": cmd.is_training},
        )  # fmt: skip
    return incident


def _next_code(team_id: int) -> str:
    codes = Incident.objects.filter(team_id=team_id).values_list("code", flat=True)
    numbers = [int(match.group(1)) for code in codes if (match := re.fullmatch(r"S-(\d+)", code))]
    return f"S-{max(numbers, default=0) + 1:04d}"
