"""What the switches of every simulated platform have in common: checked by name and kind, set live or by text."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar

DAY_S = 86_400


class SwitchError(ValueError):
    """An unknown switch or a value of the wrong kind, in words."""


@dataclass(kw_only=True)
class SwitchBoard:
    """Base of a platform's switches: a dataclass of bool, int, float, str and pairs of numbers."""

    CHOICES: ClassVar[Mapping[str, frozenset[str]]] = {}
    """Switches of text that take these words alone."""

    @classmethod
    def names(cls) -> frozenset[str]:
        """The switches there are."""
        return frozenset(f.name for f in fields(cls))

    def update(self, changes: Mapping[str, Any]) -> None:
        """Set some. Raises SwitchError, and then nothing has changed."""
        known = self.names()
        for name, value in changes.items():
            if name not in known:
                raise SwitchError(f"unknown switch {name!r}; known: {', '.join(sorted(known))}")
            self._check(name, value)
        for name, value in changes.items():
            setattr(self, name, value)

    def set_text(self, assignment: str) -> None:
        """Set one from `name=value` of the command line. Raises SwitchError."""
        name, _, text = assignment.partition("=")
        present = getattr(self, name, None) if name in self.names() else None
        try:
            if isinstance(present, bool):
                value: Any = {"true": True, "1": True, "false": False, "0": False}[text.lower()]
            elif isinstance(present, list):
                value = [float(part) for part in text.split(",")]
            else:
                value = type(present)(text) if present is not None else text
        except (KeyError, ValueError) as error:
            raise SwitchError(f"{assignment!r} is not a value for {name}") from error
        self.update({name: value})

    def as_json(self) -> dict[str, Any]:
        """All switches with their present values."""
        return asdict(self)

    def _check(self, name: str, value: object) -> None:
        present = getattr(self, name)
        if isinstance(present, list):
            fits = isinstance(value, list) and len(value) == 2 and all(_is_number(each) for each in value)
        elif isinstance(present, bool):
            fits = isinstance(value, bool)
        elif isinstance(present, str):
            fits = isinstance(value, str)
        else:
            fits = _is_number(value)
        if name in self.CHOICES and not (isinstance(value, str) and value in self.CHOICES[name]):
            raise SwitchError(f"{name} takes one of {', '.join(sorted(self.CHOICES[name]))}, not {value!r}")
        if not fits:
            words = "shortest,longest" if isinstance(present, list) else f"a {type(present).__name__}"
            raise SwitchError(f"{name} takes {words}, not {value!r}")


def _is_number(value: object) -> bool:
    """Neither true nor false, nor endless, nor none at all (nan): a clock could not be set by it."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
