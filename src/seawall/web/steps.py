"""The eight steps of a storm as the stepper shows them, and its one next step with its owner."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from seawall.incidents.api import SOP_STEPS, FactsSheet, Incident, IncidentState
from seawall.outreach.api import RollOut, RollOutState
from seawall.timeline.api import Entry
from seawall.web.look import Words
from seawall.web.outcomes import Tally
from seawall.web.wording import SOP

STEP_VERBS: Mapping[str, tuple[str, ...]] = {
    "facts": ("facts.attest",),
    "script": ("incident.script_ready",),
    "risk": ("risk.keep", "incident.planned"),
    "sample": ("incident.sample_sent",),
    "approval": ("incident.approved",),
    "roll_out": ("incident.rolling_out",),
    "follow_up": ("incident.follow_up", "incident.stopped"),
    "evidence": ("evidence.seal",),
}
"""The timeline verbs that say who did a step, and when."""

_DONE_BY_ENTRY = frozenset({"evidence"})


@dataclass(frozen=True, kw_only=True)
class Step:
    """One of the eight."""

    number: int
    name: str
    words: Words
    look: str
    """done, now or todo."""
    entry: Entry | None
    is_undone: bool
    """It was done once, and an edit took it back."""


def present_step(state: str) -> int:
    """The place (0-7) of the step a storm stands in; 8 when it is closed and all are done."""
    if state == IncidentState.CLOSED:
        return len(SOP_STEPS)
    return next(place for place, (_, states) in enumerate(SOP_STEPS) if state in states)


def steps_of(state: str, latest: Mapping[str, Entry], *, has_answers: bool) -> list[Step]:
    """The stepper. Following up begins with the first answer, while the roll-out still runs: both are "now"."""
    present = present_step(state)
    found = []
    for place, (name, _states) in enumerate(SOP_STEPS):
        entries = [latest[verb] for verb in STEP_VERBS[name] if verb in latest]
        entry = max(entries, key=lambda each: each.at, default=None)
        look = "done" if place < present else "now" if place == present else "todo"
        if name == "follow_up" and state == IncidentState.ROLLING_OUT and has_answers:
            look = "now"
        if name in _DONE_BY_ENTRY and entry is not None and place > present:
            look = "now"
        found.append(
            Step(
                number=place + 1,
                name=name,
                words=SOP[name],
                look=look,
                entry=entry,
                is_undone=entry is not None and look == "todo",
            )
        )
    return found


@dataclass(frozen=True, kw_only=True)
class NextStep:
    """What happens next, who does it, and where."""

    words: str
    owner: str
    """A role, or system."""
    url: str = ""
    action: Words = ""
    verb: str = ""
    """The permission it takes; without it only the words are shown."""
    command: str = ""
    """The command line's way, where the console has none yet."""


def next_step(
    incident: Incident,
    sheet: FactsSheet | None,
    roll_out: RollOut | None,
    tally: Tally,
    *,
    packs: int,
    stopped_lanes: int,
) -> NextStep:
    """The one next step of a storm."""
    code = incident.code
    match incident.state:
        case IncidentState.OPENED:
            if sheet is None:
                command = f"seawall incident facts {code} --file FACTS.toml"
                return NextStep(words=_("Write the facts sheet"), owner="lead", verb="facts.write", command=command)
            url = reverse("attest", args=[code])
            return NextStep(
                words=_("Attest facts v%(version)s") % {"version": sheet.version},
                owner="seller_approver", url=url, action=_("Look"), verb="incident.read",
            )  # fmt: skip
        case IncidentState.FACTS_ATTESTED:
            url = reverse("script", args=[code])
            return NextStep(
                words=_("Submit the script"), owner="lead", url=url, action=_("Write"), verb="script.write",
                command=f"seawall incident script {code}",
            )  # fmt: skip
        case IncidentState.SCRIPT_READY:
            command = f"seawall outreach plan {code}"
            return NextStep(words=_("Plan the roll-out"), owner="lead", verb="outreach.plan", command=command)
        case IncidentState.PLANNED:
            return _sample_step(incident, roll_out)
        case IncidentState.SAMPLE_SENT:
            url = reverse("approve", args=[code])
            return NextStep(
                words=_("Approve the sample, or send it back"), owner="seller_approver", url=url, action=_("Look"),
                verb="incident.read",
            )  # fmt: skip
        case IncidentState.APPROVED:
            url = reverse("start", args=[code])
            return NextStep(
                words=_("Start the roll-out"), owner="lead", url=url, action=_("See the plan"), verb="outreach.start"
            )
        case IncidentState.ROLLING_OUT:
            return _running_step(incident, roll_out, tally, stopped_lanes)
        case IncidentState.FOLLOW_UP:
            return _closing_step(incident, tally, packs)
    return NextStep(words=_("Nothing: the storm is closed"), owner="")


def _sample_step(incident: Incident, roll_out: RollOut | None) -> NextStep:
    if roll_out is not None and roll_out.state != RollOutState.PLANNED:
        return NextStep(words=_("The sample is on its way"), owner="system")
    url = reverse("incident", args=[incident.code])
    return NextStep(
        words=_("Send the sample to one buyer"), owner="lead", url=url, action=_("Open"), verb="incident.read"
    )


def _running_step(incident: Incident, roll_out: RollOut | None, tally: Tally, stopped_lanes: int) -> NextStep:
    url = reverse("incident", args=[incident.code])
    if roll_out is not None and roll_out.state == RollOutState.PAUSED:
        return _in_room(_("See why it paused, then resume or stop"), url)
    if stopped_lanes:
        words = ngettext(
            "%(n)s lane stopped: see to its shop", "%(n)s lanes stopped: see to their shops", stopped_lanes
        )
        return _in_room(words % {"n": stopped_lanes}, url)
    words = ngettext("Sending to %(n)s more buyer", "Sending to %(n)s more buyers", tally.of("waiting"))
    return NextStep(words=words % {"n": f"{tally.of('waiting'):,}"}, owner="system")


def _closing_step(incident: Incident, tally: Tally, packs: int) -> NextStep:
    url = reverse("incident", args=[incident.code])
    people = tally.of("person")
    if people:
        words = ngettext("Settle %(n)s message that needs a person", "Settle %(n)s messages that need a person", people)
        url = f"{reverse('cases', args=[incident.code])}?outcome=person"
        return _in_room(words % {"n": f"{people:,}"}, url, owner="agent", action=_("List"))
    if not packs:
        return _in_room(_("Seal the evidence pack"), url, action=_("Open"))
    command = f"seawall incident close {incident.code}"
    return NextStep(words=_("Hand the pack over, then close"), owner="lead", verb="incident.close", command=command)


def _in_room(words: str, url: str, *, owner: str = "lead", action: str = "") -> NextStep:
    return NextStep(words=words, owner=owner, url=url, action=action or _("See to it"), verb="incident.read")
