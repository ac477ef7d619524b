"""Script and plan of a storm: from attested facts to ledger rows."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from seawall.incidents.commands.consent import consented_shops, fall_back
from seawall.incidents.commands.write_facts import facts_of, newest_sheet
from seawall.incidents.errors import WrongStep
from seawall.incidents.facts import Facts
from seawall.incidents.filling import values_of
from seawall.incidents.golden import set_golden
from seawall.incidents.kinds import LIBRARY_FILES, library_file
from seawall.incidents.models import Case, FactsSheet, Incident
from seawall.incidents.second_contact import UNANSWERED_FOR, audience, with_room
from seawall.incidents.states import INCIDENT, CaseState, IncidentState
from seawall.incidents.together import Filled, bring_together
from seawall.kernel.clock import Clock
from seawall.kernel.errors import InvalidInput, Refused
from seawall.kernel.languages import Language
from seawall.kernel.markets import Market, Platform
from seawall.orders.api import Order, buyer_hint, is_late
from seawall.outreach.api import (
    STEP_FIRST_CONTACT,
    STEP_SECOND_CONTACT,
    STEPS,
    Ceiling,
    PlannedMessage,
    PlanRollOut,
    RollOut,
    contacted_orders,
    plan_roll_out,
    void_live_roll_outs,
)
from seawall.scripts.api import (
    ScriptVersion,
    SubmitScript,
    Wording,
    library,
    newest_version,
    render,
    says_the_same,
    submit_script,
)
from seawall.tenancy.api import Actor, get_scoped
from seawall.timeline.api import move


def library_wording(
    kind: str, step: str = STEP_FIRST_CONTACT, variant: str = "standard", occasion: str = ""
) -> dict[Language, Wording]:
    """The library's wording for a kind of storm, ready to submit or to edit first. A kind with several files takes the
    one named by `occasion`, else its first. Raises NotFound(script_not_in_library), InvalidInput(occasion_not_of_kind).
    """
    source = library(library_file(kind, occasion))
    if step == STEP_SECOND_CONTACT and step not in source.steps:
        source = library(step)
    found = source.wording(step, variant)
    return {language: Wording(text=text.body, gloss_zh=text.gloss_zh) for language, text in found.root.items()}


def wordings_for(kind: str, step: str = STEP_FIRST_CONTACT) -> list[tuple[str, str]]:
    """(occasion, variant) of every wording `library_wording` knows for a step of a kind of storm; the occasion is empty
    where there is nothing to choose."""
    files = LIBRARY_FILES[kind]
    if step == STEP_SECOND_CONTACT and not any(step in library(name).steps for name in files):
        return [("", variant) for variant in library(step).steps[step]]
    return [
        (name if len(files) > 1 else "", variant) for name in files for variant in library(name).steps.get(step, {})
    ]


def submit_incident_script(
    incident: Incident,
    wording: Mapping[Language, Wording],
    *,
    by: Actor,
    clock: Clock,
    step: str = STEP_FIRST_CONTACT,
    seen: int | None = None,
) -> ScriptVersion:
    """Freeze the wording of a step. Facts must be attested; a plan of it that has not begun is void. A second contact
    belongs to the follow-up and leaves the storm where it stands.

    The wording that stands, submitted again, changes nothing: no plan and no approval falls. `seen` is the number of
    the version the writer began from (0: there was none); a newer one that says something else is not written over.
    Raises ScriptBlocked with the lint's findings, WrongStep, Refused(script_changed_meanwhile).
    """
    with transaction.atomic():
        incident = get_scoped(Incident, by, lock=True, pk=incident.pk)
        sheet = _attested(incident)
        if step != STEP_FIRST_CONTACT:
            require_follow_up(incident, step)
        before = newest_version(by, incident.pk, step)
        _not_passed_by(before, seen, wording)
        version = submit_script(
            SubmitScript(
                incident_id=incident.pk,
                step=step,
                wording=wording,
                audience=audience_places(incident),
                facts=facts_of(sheet).sentences(),
            ),
            by=by,
            clock=clock,
        )
        stands = before is not None and before.pk == version.pk
        if stands and incident.state != IncidentState.FACTS_ATTESTED:
            return version
        if step != STEP_FIRST_CONTACT:
            void_live_roll_outs(incident.pk, step, by=by, clock=clock, why="script changed")
            return version
        if INCIDENT.can(IncidentState(incident.state), "revise_script"):
            void_live_roll_outs(incident.pk, STEP_FIRST_CONTACT, by=by, clock=clock, why="script changed")
            move(incident, INCIDENT, "revise_script", verb="script.revise", clock=clock, by=by)
        move(
            incident, INCIDENT, "submit_script", verb="incident.script_ready", clock=clock, by=by,
            after={"version": version.number, "digest": version.digest},
        )  # fmt: skip
    return version


def _not_passed_by(newest: ScriptVersion | None, seen: int | None, wording: Mapping[Language, Wording]) -> None:
    if seen is None or newest is None or newest.number == seen:
        return
    if not says_the_same(newest, wording):
        raise Refused("script_changed_meanwhile", seen=seen, now=newest.number, author=str(newest.author))


def audience_places(incident: Incident) -> set[tuple[Platform, Market]]:
    """Platforms and markets of the storm's open cases. Raises InvalidInput(incident_has_no_orders)."""
    places = {
        (Platform(platform), Market(market))
        for platform, market in incident.cases.filter(state=CaseState.OPEN)
        .values_list("order__shop__platform", "order__shop__market")
        .distinct()
    }
    if not places:
        raise InvalidInput("incident_has_no_orders", incident=incident.code)
    return places


def plan(
    incident: Incident,
    *,
    by: Actor,
    clock: Clock,
    step: str = STEP_FIRST_CONTACT,
    unanswered_for: timedelta = UNANSWERED_FOR,
) -> RollOut:
    """Fill every buyer's message and write the ledger. Nothing is sent. A second contact goes to whom the first did not
    reach, and to who has not answered it for `unanswered_for` (see second_contact.audience).

    Raises WrongStep, NothingToSend, InvalidInput.
    """
    by.require("outreach.plan")
    with transaction.atomic():
        incident = get_scoped(Incident, by, lock=True, pk=incident.pk)
        sheet = _attested(incident)
        if step != STEP_FIRST_CONTACT:
            require_follow_up(incident, step)
        script = incident.script_versions.filter(step=step, is_frozen=True).order_by("-number").first()
        if script is None:
            raise WrongStep("script_missing", incident=incident.code)
        facts = facts_of(sheet)
        doors = None if step == STEP_FIRST_CONTACT else audience(incident, unanswered_for, clock=clock)
        messages = planned_messages(incident, script, facts, doors, now=clock.now())
        shops = {message.shop_id for message in messages}
        fall_back(shops, why="no written consent of the platform stands", by=by, clock=clock)
        if step == STEP_FIRST_CONTACT:
            set_golden(incident, clock=clock)
        roll_out = plan_roll_out(
            PlanRollOut(
                incident_id=incident.pk,
                is_training=incident.is_training,
                step=step,
                script=script,
                messages=messages,
                facts_digest=sheet.digest,
                ceiling=Ceiling(amount=facts.ceiling_amount, currency=facts.ceiling_currency),
                deadline_at=facts.deadline_at,
                consented_shops=consented_shops(incident.team_id) & shops,
                golden_until=incident.golden_until,
            ),
            by=by,
            clock=clock,
        )
        if step != STEP_FIRST_CONTACT:
            return roll_out
        move(
            incident, INCIDENT, "plan", verb="incident.planned", clock=clock, by=by,
            after={"roll_out": roll_out.pk, "languages": dict(Counter(m.language for m in messages))},
        )  # fmt: skip
    return roll_out


def require_follow_up(incident: Incident, step: str) -> None:
    """Raises WrongStep(second_contact_too_early, step_unknown) unless a second contact may be prepared now."""
    if step not in STEPS:
        raise WrongStep("step_unknown", step=step, known=", ".join(STEPS))
    if incident.state != IncidentState.FOLLOW_UP:
        raise WrongStep("second_contact_too_early", incident=incident.code)


def planned_messages(
    incident: Incident,
    script: ScriptVersion,
    facts: Facts,
    doors: Mapping[int, frozenset[str]] | None = None,
    *,
    now: datetime,
) -> list[PlannedMessage]:
    """One filled message per open case, in the language of the shop's market; orders of one buyer in one shop have
    the words that name them all. With `doors` (a second contact) only for these cases, with the modes each may not go
    by again, and only where the conversation takes one more."""
    texts = {Language(text.language): text.text for text in script.texts.all()}
    filled = []
    cases = Case.objects.filter(incident=incident, state=CaseState.OPEN).select_related("order__shop").order_by("pk")
    cases = cases.prefetch_related("order__parcels")
    for case in cases.iterator(chunk_size=2000):
        if doors is not None and case.pk not in doors:
            continue
        order, shop = case.order, case.order.shop
        market = Market(shop.market)
        language = market.facts.languages[0]
        values = values_of(order, facts, language)
        try:
            text = render(texts[language], values, language, market).text
        except InvalidInput as error:
            raise InvalidInput(
                "message_cannot_be_filled", order=order.platform_order_id, language=language.value, why=str(error)
            ) from error
        message = PlannedMessage(
            case_id=case.pk,
            order_id=order.pk,
            platform_order_id=order.platform_order_id,
            shop_id=shop.pk,
            language=language.value,
            text=text,
            exposure=exposure_of(order, now),
            not_by=doors[case.pk] if doors else frozenset(),
        )
        filled.append(
            Filled(
                message=message,
                values=values,
                language=language,
                platform=Platform(shop.platform),
                market=market,
                buyer=buyer_hint(order),
            )
        )
    messages = bring_together(filled, texts, contacted=contacted_orders(incident.pk, script.step))
    return messages if doors is None else with_room(incident, messages)


def exposure_of(order: Order, now: datetime) -> tuple[int, str, str]:
    """Late orders first (rules: CRIT-05), then by the platform's own ship-by, then by id."""
    late = is_late(status=order.status, ship_by=order.ship_by, shipped_at=order.shipped_at, now=now)
    return (0 if late else 1, str(order.ship_by or "9999"), order.platform_order_id)


def _attested(incident: Incident) -> FactsSheet:
    sheet = newest_sheet(incident)
    if sheet.attested_at is None:
        raise WrongStep("facts_not_attested", incident=incident.code)
    return sheet
