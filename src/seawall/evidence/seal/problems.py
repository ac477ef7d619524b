"""What a verifier found wrong: a place, a code, and a sentence in the reader's language."""

from collections import Counter
from dataclasses import dataclass

from seawall.kernel.errors import Param
from seawall.kernel.languages import Language
from seawall.kernel.texts import text

MOST_PER_PLACE = 20
"""A damaged file may hold 24,000 wrong lines: the first ones are named, the rest counted."""
MOST_PLACES = 500


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `path` is a member of the pack, or the pack's own file name."""

    path: str
    what: str
    code: str


class Problems:
    """Collects problems; never grows without bound."""

    def __init__(self, language: Language | None) -> None:
        self._language = language
        self._found: list[Problem] = []
        self._per_place: Counter[str] = Counter()

    def add(self, path: str, code: str, /, **params: Param) -> None:
        """Name a problem."""
        self._per_place[path] += 1
        if self._per_place[path] > MOST_PER_PLACE or len(self._per_place) > MOST_PLACES:
            return
        self._found.append(Problem(path, text(code, self._language, **params), code))

    def __bool__(self) -> bool:
        return bool(self._per_place)

    def at(self, path: str) -> bool:
        """Whether this place has a problem."""
        return path in self._per_place

    def listed(self) -> list[Problem]:
        """All that is shown, in the order found, with a count of what is not shown."""
        left_out = sum(self._per_place.values()) - len(self._found)
        if not left_out:
            return list(self._found)
        path, _ = self._per_place.most_common(1)[0]
        return [*self._found, Problem(path, text("verify_more", self._language, n=left_out), "verify_more")]
