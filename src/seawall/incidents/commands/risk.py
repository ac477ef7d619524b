"""Work out a storm's risk sheet, and keep the one that a person looked at."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max

from seawall.incidents.models import Incident, RiskSnapshot
from seawall.incidents.risk.assumptions import Assumptions, assumptions_for
from seawall.incidents.risk.gather import gather
from seawall.incidents.risk.sheet import RiskSheet, work_out
from seawall.kernel.clock import Clock
from seawall.kernel.digest import digest_of
from seawall.kernel.errors import InvalidInput
from seawall.tenancy.api import Actor, get_scoped
from seawall.timeline.api import record


@dataclass(frozen=True, kw_only=True)
class WorkedOut:
    """A sheet with the assumptions under it."""

    sheet: RiskSheet
    assumptions: Assumptions
    changes: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        """Plain values; amounts and rates as text, so that nothing is rounded on the way."""
        given = {
            name: {
                "low": str(each.low), "likely": str(each.likely), "high": str(each.high), "unit": each.unit,
                "source": each.source, "certainty": each.certainty.value, "is_own": each.is_own,
            }
            for name, each in self.assumptions.items()
        }  # fmt: skip
        plain: dict[str, Any] = _plain(asdict(self.sheet))
        return {"assumptions": given, **plain}


def risk_of(incident: Incident, changes: Mapping[str, str] | None = None, *, by: Actor, clock: Clock) -> WorkedOut:
    """The sheet now, with these assumptions changed. Nothing is stored. Raises InvalidInput as `assumptions_for`."""
    incident = get_scoped(Incident, by, pk=incident.pk)
    by.require("risk.read")
    said = {name: value.strip() for name, value in (changes or {}).items() if value.strip()}
    given = assumptions_for(incident.kind, said)
    return WorkedOut(sheet=work_out(gather(incident, clock.now()), given), assumptions=given, changes=said)


def keep_risk(
    incident: Incident, changes: Mapping[str, str] | None = None, *, why: str = "", by: Actor, clock: Clock
) -> RiskSnapshot:
    """Keep the sheet as it comes out now, as looked at by this member. Changed assumptions need a reason.

    Raises InvalidInput(risk_change_needs_reason).
    """
    with transaction.atomic():
        incident = get_scoped(Incident, by, lock=True, pk=incident.pk)
        by.require("risk.keep")
        worked = risk_of(incident, changes, by=by, clock=clock)
        if worked.changes and not why.strip():
            raise InvalidInput("risk_change_needs_reason")
        result = worked.as_json()
        version = (incident.risk_sheets.aggregate(top=Max("version"))["top"] or 0) + 1
        kept = RiskSnapshot.objects.create(
            team_id=by.team_id, incident=incident, version=version, changes=dict(worked.changes), result=result,
            digest=digest_of(result), why=why.strip(), seen_by_id=by.user_id, seen_at=clock.now(),
        )  # fmt: skip
        sheet = worked.sheet
        record(
            team_id=by.team_id, incident_id=incident.pk, verb="risk.keep", clock=clock, by=by, why=why.strip(),
            subject=f"risk_sheet:{kept.pk}",
            after={
                "version": version, "digest": kept.digest, "changes": dict(worked.changes),
                "orders": sheet.facts.orders,
                "replies": str(sheet.replies.likely), "peak": sheet.peak, "seats_for_clock": sheet.seats_for_clock,
                "exposure": [str(sheet.exposure.low), str(sheet.exposure.likely), str(sheet.exposure.high)],
                "currency": sheet.facts.currency, "over_ceiling": sheet.over_ceiling,
            },
        )  # fmt: skip
    return kept


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return f"{value:f}" if isinstance(value, Decimal) else value
