"""A refusal as a reader sees it: what happened, why, and the way out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from seawall.kernel.errors import Param, SeawallError
from seawall.kernel.texts import text
from seawall.web import after_words, wording

_STATES: dict[str, Mapping[str, Any]] = {
    "incident": wording.INCIDENT_STATES,
    "case": wording.CASE_STATES,
    "roll_out": wording.ROLL_OUT_STATES,
    "recipient": wording.RECIPIENT_STATES,
    "cancelling": after_words.CANCELLING_STATES,
    "cancellation": after_words.CANCELLATION_STATES,
    "buyer_request": after_words.REQUEST_STATES,
}


_CHANGED = frozenset({"seat_words_differ"})
"""Refusals that did change something: here the message has left the seat."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """What the refusal page shows."""

    code: str
    status: int
    title: str
    sentence: str
    tone: str
    icon: str
    back: str
    hint: str = ""


def refusal_of(error: SeawallError, *, back: str) -> Refusal:
    """The refusal in the reader's language (see kernel.texts.reading_in)."""
    title, tone, icon = _face(error)
    return Refusal(
        code=error.code,
        status=error.http_status,
        title=title,
        sentence=text(error.code, **readable(error.params)),
        tone=tone,
        icon=icon,
        back=back,
        hint=_("Nothing was changed.") if error.http_status in (403, 409, 422) and error.code not in _CHANGED else "",
    )


def _face(error: SeawallError) -> tuple[str, str, str]:
    if error.code in ("stale_view", "stale_plan"):
        return _("You were looking at an older state"), "", look(icon="refresh-alert")
    faces = {
        403: (_("Not for your role"), "ask", look(icon="lock")),
        404: (_("Not found"), "", look(icon="map-question")),
        409: (_("Not possible now"), "ask", look(icon="lock")),
        422: (_("This cannot be used"), "warn", look(icon="file-alert")),
        503: (_("A server does not answer"), "risk", look(icon="plug-connected-x")),
    }
    return faces.get(error.http_status, (_("This did not work"), "risk", look(icon="alert-triangle")))


def look(*, icon: str) -> str:
    """An icon's name, spelled where the sprite's maker finds it."""
    return icon


def readable(params: Mapping[str, Param]) -> dict[str, Param]:
    """Parameters with machine codes replaced by the words of the screens."""
    found = dict(params)
    machine = str(found.get("machine", ""))
    if machine:
        found["machine"] = str(wording.words_of(wording.MACHINES, machine))
        found["state"] = str(wording.words_of(_STATES.get(machine, {}), str(found.get("state", ""))))
        found["event"] = str(wording.words_of(wording.EVENTS, str(found.get("event", ""))))
    elif "state" in found:
        found["state"] = str(wording.words_of(wording.INCIDENT_STATES, str(found["state"])))
    if "role" in found:
        found["role"] = str(wording.words_of(wording.ROLES, str(found["role"])))
    if "verb" in found:
        found["verb"] = str(wording.words_of(wording.PERMISSIONS, str(found["verb"])))
    return found
