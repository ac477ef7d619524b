"""What changed between two texts, word by word. Pure.

Words are what the language sets apart by spaces; Chinese and Thai, which write without, are compared by written
character. A placeholder or a form is one word. Small islands between two changes are joined to them, since nobody
reads "ca[n]cel".
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_WORD = re.compile(
    r"\{[^{}\n]{0,120}\}"  # placeholders and forms
    r"|[\u0e01-\u0e2e\u0e30\u0e32\u0e33\u0e40-\u0e46][\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]*"  # a Thai letter with marks
    r"|[\u3400-\u9fff]"
    r"|[^\W_](?:[^\W_]|[\u0300-\u036f'’-](?=[^\W_]|$))*"
    r"|\s+|.",
    re.DOTALL,
)
_ISLAND = 2
"""So few unchanged words, or spaces alone, between two changes are shown as changed with them."""


class Change(StrEnum):
    """What became of a stretch."""

    SAME = "same"
    OLD = "old"
    NEW = "new"


@dataclass(frozen=True)
class Stretch:
    """A stretch of text that stayed, went or came."""

    change: Change
    words: str


def words_of(text: str) -> list[str]:
    """The text cut into words; joined again they are the text."""
    return _WORD.findall(text)


def word_diff(old: str, new: str) -> list[Stretch]:
    """Stretches in order: what stayed and went make up `old`, what stayed and came make up `new`."""
    before, after = words_of(old), words_of(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    blocks = [(tag, before[a:b], after[c:d]) for tag, a, b, c, d in matcher.get_opcodes()]
    stretches: list[tuple[list[str], list[str], bool]] = []
    for place, (tag, gone, come) in enumerate(blocks):
        is_inside = 0 < place < len(blocks) - 1
        is_same = tag == "equal" and not (is_inside and _is_island(gone))
        if stretches and not is_same and not stretches[-1][2]:
            stretches[-1][0].extend(gone)
            stretches[-1][1].extend(come)
        else:
            stretches.append((list(gone), list(come), is_same))
    return list(_written(stretches))


def is_changed(stretches: Iterable[Stretch]) -> bool:
    """Whether anything came or went."""
    return any(each.change is not Change.SAME for each in stretches)


def _is_island(words: list[str]) -> bool:
    return "".join(words).isspace() or (len(words) <= _ISLAND and all(len(each) <= 2 for each in words))


def _written(stretches: list[tuple[list[str], list[str], bool]]) -> Iterable[Stretch]:
    for gone, come, is_same in stretches:
        if is_same:
            yield Stretch(Change.SAME, "".join(gone))
            continue
        if gone:
            yield Stretch(Change.OLD, "".join(gone))
        if come:
            yield Stretch(Change.NEW, "".join(come))
