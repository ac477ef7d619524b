"""Write a version of the facts sheet; have the seller attest it. A new version voids what rested on the old one."""

from decimal import Decimal

from django.db import transaction
from django.db.models import Max

from seawall.incidents.facts import Facts
from seawall.incidents.models import FactsSheet, Incident
from seawall.incidents.states import INCIDENT
from seawall.kernel.clock import Clock
from seawall.kernel.errors import InvalidInput, Refused
from seawall.kernel.languages import Language
from seawall.kernel.money import DECIMALS
from seawall.kernel.origin import UNSAID, Origin
from seawall.outreach.api import STEP_FIRST_CONTACT, void_live_roll_outs
from seawall.tenancy.api import Actor, Seller, get_scoped
from seawall.timeline.api import move, record


def write_facts(
    incident: Incident, facts: Facts, *, by: Actor, clock: Clock, seen_version: int | None = None
) -> FactsSheet:
    """A new version, not attested. The storm goes back to `opened`; a plan that has not begun and its approval fall.

    With `seen_version` (0: none), the version the writer started from: the same facts sent twice give one version.
    Raises InvalidInput naming the field, Refused(move_refused) once the roll-out has begun, Refused(stale_view) when
    somebody else wrote a version meanwhile.
    """
    by.require("facts.write")
    _check(facts, clock)
    with transaction.atomic():
        incident = get_scoped(Incident, by, lock=True, pk=incident.pk)
        if seen_version is not None and (standing := _sent_before(incident, facts, seen_version)) is not None:
            return standing
        move(incident, INCIDENT, "revise_facts", verb="facts.write", clock=clock, by=by)
        void_live_roll_outs(incident.pk, STEP_FIRST_CONTACT, by=by, clock=clock, why="facts changed")
        version = (incident.facts_sheets.aggregate(top=Max("version"))["top"] or 0) + 1
        return FactsSheet.objects.create(
            team_id=by.team_id,
            incident=incident,
            version=version,
            cause=facts.cause.strip(),
            cause_by_language={k.value: v.strip() for k, v in facts.cause_by_language.items()},
            happened_on=facts.happened_on,
            remedy=facts.remedy.strip(),
            ceiling_amount=facts.ceiling_amount,
            ceiling_currency=facts.ceiling_currency,
            deadline_at=facts.deadline_at,
            statements=list(facts.statements),
            new_date=facts.new_date,
            compensation={name: format(each, ".2f") for name, each in facts.compensation.items()},
            digest=facts.digest(_papers(incident)),
            written_by_id=by.user_id,
            written_at=clock.now(),
        )


def _sent_before(incident: Incident, facts: Facts, seen_version: int) -> FactsSheet | None:
    """The sheet that these facts made already, when a form is sent twice."""
    newest = incident.facts_sheets.order_by("-version").first()
    if (newest.version if newest else 0) == seen_version:
        return None
    if newest is not None and newest.version == seen_version + 1 and facts_of(newest) == facts:
        return newest
    raise Refused("stale_view", machine="facts sheet", state=str(seen_version))


def attest_facts(
    incident: Incident, *, seen_digest: str, by: Actor, clock: Clock, origin: Origin = UNSAID
) -> FactsSheet:
    """The seller says that the newest sheet, with its papers, is true. `seen_digest` is what the seller was shown."""
    seller_id = by.require_for_seller("facts.attest")
    with transaction.atomic():
        incident = get_scoped(Incident, by, lock=True, pk=incident.pk)
        sheet = _seen_sheet(incident, seen_digest, by)
        FactsSheet.objects.filter(pk=sheet.pk).update(
            attested_by_id=by.user_id,
            attested_at=clock.now(),
            is_attestation_simulated=by.is_simulated,
            attestation_origin=origin.as_json(),
        )
        move(
            incident, INCIDENT, "attest_facts", verb="facts.attest", clock=clock, by=by,
            after={"version": sheet.version, "digest": sheet.digest, **origin.as_json()},
            on_behalf_of=Seller.objects.get(pk=seller_id).name,
        )  # fmt: skip
        sheet.refresh_from_db()
        return sheet


def refuse_facts(
    incident: Incident, *, seen_digest: str, comment: str, by: Actor, clock: Clock, origin: Origin = UNSAID
) -> FactsSheet:
    """The seller says that the newest sheet is not right, and what is wrong: the desk writes a new version.

    The sheet stays unattested, so nothing can rest on it. Raises InvalidInput(facts_refusal_needs_words).
    """
    seller_id = by.require_for_seller("facts.attest")
    if not comment.strip():
        raise InvalidInput("facts_refusal_needs_words")
    with transaction.atomic():
        incident = get_scoped(Incident, by, lock=True, pk=incident.pk)
        sheet = _seen_sheet(incident, seen_digest, by)
        if sheet.attested_at is not None:
            raise Refused("facts_are_attested", version=sheet.version)
        record(
            team_id=by.team_id, incident_id=incident.pk, verb="facts.refused", clock=clock, by=by, why=comment.strip(),
            subject=f"facts_sheet:{sheet.pk}", after={"version": sheet.version, **origin.as_json()},
            on_behalf_of=Seller.objects.get(pk=seller_id).name,
        )  # fmt: skip
        return sheet


def _seen_sheet(incident: Incident, seen_digest: str, by: Actor) -> FactsSheet:
    sheet = newest_sheet(incident)
    if sheet.digest != seen_digest:
        raise Refused("stale_view", machine="facts sheet", state=seen_digest[:8])
    if sheet.written_by_id == by.user_id:
        raise Refused("author_may_not_attest")
    return sheet


def newest_sheet(incident: Incident) -> FactsSheet:
    """The newest version. Raises Refused(facts_missing) when there is none."""
    sheet = incident.facts_sheets.order_by("-version").first()
    if sheet is None:
        raise Refused("facts_missing", incident=incident.code)
    return sheet


def facts_of(sheet: FactsSheet) -> Facts:
    """The stored sheet as a value."""
    return Facts(
        cause=sheet.cause,
        cause_by_language={Language(k): v for k, v in sheet.cause_by_language.items()},
        happened_on=sheet.happened_on,
        remedy=sheet.remedy,
        ceiling_amount=sheet.ceiling_amount,
        ceiling_currency=sheet.ceiling_currency,
        deadline_at=sheet.deadline_at,
        statements=tuple(sheet.statements),
        new_date=sheet.new_date,
        compensation={name: Decimal(each) for name, each in sheet.compensation.items()},
    )


def refresh_digest(incident: Incident, *, by: Actor, clock: Clock) -> None:
    """After papers changed: the newest sheet binds them, so it must be attested again."""
    sheet = incident.facts_sheets.order_by("-version").first()
    if sheet is None:
        return
    if sheet.attested_at is not None:
        write_facts(incident, facts_of(sheet), by=by, clock=clock)
        return
    FactsSheet.objects.filter(pk=sheet.pk).update(digest=facts_of(sheet).digest(_papers(incident)))
    record(
        team_id=by.team_id, incident_id=incident.pk, verb="facts.papers", clock=clock, by=by,
        subject=f"facts_sheet:{sheet.pk}", before={"digest": sheet.digest},
    )  # fmt: skip


def _papers(incident: Incident) -> tuple[str, ...]:
    # What a paper is said to be is part of what the seller attests, and so is that it holds no longer.
    marks = {True: ":withdrawn", False: ""}
    return tuple(
        sha256 + (f":{purpose}:{shop}{marks[withdrawn_at is not None]}" if purpose else "")
        for sha256, purpose, shop, withdrawn_at in incident.papers.values_list(
            "sha256", "purpose", "shop__code", "withdrawn_at"
        )
    )


def _check(facts: Facts, clock: Clock) -> None:
    if not facts.cause.strip():
        raise InvalidInput("facts_field_missing", field="cause")
    if not facts.remedy.strip():
        raise InvalidInput("facts_field_missing", field="remedy")
    if facts.ceiling_amount < Decimal(0):
        raise InvalidInput("facts_ceiling_negative")
    if facts.ceiling_currency not in DECIMALS:
        raise InvalidInput("facts_currency_unknown", currency=facts.ceiling_currency, known=", ".join(DECIMALS))
    for currency, amount in facts.compensation.items():
        if currency not in DECIMALS:
            raise InvalidInput("facts_currency_unknown", currency=currency, known=", ".join(DECIMALS))
        if not amount.is_finite() or amount <= 0:
            raise InvalidInput("facts_offer_not_positive", currency=currency)
    if facts.new_date is not None and facts.new_date < clock.now().date():
        raise InvalidInput("facts_new_date_past", date=facts.new_date.isoformat())
    if facts.deadline_at <= clock.now():
        raise InvalidInput("facts_deadline_past", deadline=facts.deadline_at.isoformat(timespec="minutes"))
    if facts.happened_on > facts.deadline_at.date():
        raise InvalidInput("facts_date_after_deadline", date=facts.happened_on.isoformat())
