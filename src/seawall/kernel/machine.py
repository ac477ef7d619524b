"""State machines as tables: one place for each, pure, drawn into the docs from the code."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from seawall.kernel.errors import Refused

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True)
class Machine(Generic[S]):
    """A table of moves `(state, event) -> state`. What is not in the table is refused: unknown verbs fail closed."""

    name: str
    moves: Mapping[tuple[S, str], S]
    terminal: frozenset[S]

    def next_state(self, now: S, event: str) -> S:
        """The state after `event`. Raises Refused(move_refused) for a move that is not in the table."""
        try:
            return self.moves[(now, event)]
        except KeyError:
            raise Refused("move_refused", machine=self.name, state=now.value, event=event) from None

    def can(self, now: S, event: str) -> bool:
        """Whether the table holds this move."""
        return (now, event) in self.moves

    def sources(self, event: str) -> frozenset[S]:
        """The states from which `event` is a move."""
        return frozenset(state for state, name in self.moves if name == event)

    def events(self) -> frozenset[str]:
        """All verbs of this machine."""
        return frozenset(name for _, name in self.moves)
