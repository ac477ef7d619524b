"""What of a storm as a whole goes into a pack: facts, wording, approvals, timeline."""

from collections.abc import Iterator, Mapping

from seawall.evidence import records as pack
from seawall.incidents.models import FactsSheet, Incident
from seawall.outreach.api import Approval
from seawall.scripts.api import ScriptVersion


def facts_of(sheet: FactsSheet) -> Mapping[str, pack.Json]:
    """The sheet as it was attested."""
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


def scripts_of(incident: Incident) -> list[pack.ScriptVersion]:
    """The wordings that were frozen, each once: versions that say the same to buyers (one went back to earlier words,
    or changed only what the seller reads) are one wording under several names."""
    found: dict[str, list[ScriptVersion]] = {}
    for version in incident.script_versions.filter(is_frozen=True).order_by("pk").prefetch_related("texts"):
        found.setdefault(version.digest, []).append(version)
    return [
        pack.ScriptVersion(
            version=", ".join(f"{each.step} v{each.number}" for each in versions),
            digest=digest,
            texts={text.language: text.text for text in versions[0].texts.all()},
        )
        for digest, versions in found.items()
    ]


def approval_of(approval: Approval) -> pack.Approval:
    """One decision of the seller's."""
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


def attestation_of(incident: Incident, sheet: FactsSheet) -> list[pack.Approval]:
    """The seller's word on the facts, if it was given."""
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


def cancellings_of(incident: Incident) -> list[pack.Approval]:
    """The seller's word on each list of cancellations: these orders, for these reasons."""
    rows = incident.cancellings.filter(approved_at__isnull=False).select_related("approved_by").order_by("pk")
    return [
        pack.Approval(
            step="cancel",
            digest=row.approved_binding,
            by=str(row.approved_by),
            on_behalf_of=incident.seller.name,
            at=row.approved_at,
            binds={"orders": row.audience_digest}
            | {f"reason {name}": ", ".join(reason["names"]) for name, reason in sorted(row.reasons.items())},
            is_simulated=row.is_approval_simulated,
        )
        for row in rows
        if row.approved_at is not None
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


def timeline_of(incident: Incident) -> Iterator[pack.TimelineEntry]:
    """Who did what when, in order of time."""
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
