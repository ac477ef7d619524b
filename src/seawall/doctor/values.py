"""What a check finds."""

from dataclasses import dataclass
from enum import StrEnum

from seawall.kernel.reasons import Reason


class State(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    """Works, but not as it should for ever."""
    BAD = "bad"
    """Does not work until it is mended."""


@dataclass(frozen=True)
class Check:
    """One finding. Both sentences come out in the reader's language."""

    name: str
    state: State
    says: Reason
    how: Reason | None = None
    """How to mend it: always there unless the state is ok."""

    @property
    def text(self) -> str:
        """What was found."""
        return self.says.text()

    @property
    def mend(self) -> str:
        """What to do about it; empty when there is nothing to do."""
        return self.how.text() if self.how else ""


def ok(name: str, code: str, /, **params: str | int) -> Check:
    """All is well."""
    return Check(name, State.OK, Reason(code, params))


def warn(name: str, code: str, /, **params: str | int) -> Check:
    """Works for now; the code with `_mend` says what to do."""
    return Check(name, State.WARN, Reason(code, params), Reason(f"{code}_mend", params))


def bad(name: str, code: str, /, **params: str | int) -> Check:
    """Does not work; the code with `_mend` says what to do."""
    return Check(name, State.BAD, Reason(code, params), Reason(f"{code}_mend", params))


def refused(name: str, code: str, params: dict[str, str | int]) -> Check:
    """A refusal whose own sentence already says what to do."""
    return Check(name, State.BAD, Reason(code, params), Reason("doctor_as_said"))
