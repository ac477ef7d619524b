"""One text for one order and for several: forms, and lists as each language writes them.

A language that tells one from many carries both forms in its text, `{order|orders}`: the first is read for one order,
the second for several. Languages that do not tell them apart need none.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from seawall.kernel.languages import Language
from seawall.scripts.placeholders import FORM, names_in

_NUMBERLESS = frozenset({Language.ZH_HANS, Language.ZH_HANT, Language.ID, Language.MS, Language.TH, Language.VI})
"""Their nouns and verbs are the same for one and for many."""

_MAY_STAND_FOR_SEVERAL = frozenset({"shop", "order_id", "item", "order_date", "cause"})
"""An amount, a parcel or a new day is of one order; a text that names one speaks of one order."""

_JOINTS: dict[Language, tuple[str, str, str]] = {
    Language.EN: (", ", " and ", " and "),
    Language.ID: (", ", " dan ", ", dan "),
    Language.MS: (", ", " dan ", " dan "),
    Language.TH: (", ", " และ ", " และ "),
    Language.VI: (", ", " và ", " và "),
    Language.FIL: (", ", " at ", ", at "),
    Language.ZH_HANS: ("、", "和", "和"),
    Language.ZH_HANT: ("、", "和", "和"),
}
"""Between items, between two, before the last of more. Indonesian and Filipino have a comma before it (EYD; KWF)."""

_AND_OTHERS: dict[Language, str] = {
    Language.EN: "{first} and other items",
    Language.ID: "{first} dan produk lainnya",
    Language.MS: "{first} dan barangan lain",
    Language.TH: "{first} และสินค้าอื่น ๆ",
    Language.VI: "{first} và các sản phẩm khác",
    Language.FIL: "{first} at iba pang item",
    Language.ZH_HANS: "{first}等商品",
    Language.ZH_HANT: "{first}等商品",
}
"""No number of pieces: an order's lines are not all at hand, and a wrong count helps nobody."""


def may_name_several(template: str, language: Language) -> bool:
    """Whether a text reads right for several orders of one buyer, in its language and with its placeholders."""
    if not _MAY_STAND_FOR_SEVERAL.issuperset(names_in(template)):
        return False
    return language in _NUMBERLESS or FORM.search(template) is not None


def listed(words: Sequence[str], language: Language) -> str:
    """`A, B and C` as the language writes it. Latin order numbers stand apart from Chinese words."""
    between, of_two, before_last = _JOINTS[language]
    joint = of_two if len(words) == 2 else before_last
    if language in (Language.ZH_HANS, Language.ZH_HANT) and words[-1][:1].isascii() and not words[-1].endswith("日"):
        joint = f" {joint} "
    return joint.join([*([between.join(words[:-1])] if len(words) > 1 else []), words[-1]])


def and_others(first: str, language: Language) -> str:
    """The first item, and that there are others."""
    is_chinese = language in (Language.ZH_HANS, Language.ZH_HANT)
    return _AND_OTHERS[language].format(first=f"{first} " if is_chinese and first[-1:].isascii() else first)


@dataclass(frozen=True)
class Reading:
    """A template as it is read for one order or for several, and where its places stand in the template."""

    text: str
    cuts: tuple[tuple[int, int, int, int], ...]
    """(start, end in the reading, start, end in the template) of every form, in order."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the template of a place in the reading; a form is one place."""
        first, last = self._place(start, is_end=False), self._place(end, is_end=True)
        # Nothing at a form that reads as nothing: the form is the place.
        return min(first, last), max(first, last)

    def _place(self, at: int, *, is_end: bool) -> int:
        shift = 0
        for start, end, form_start, form_end in self.cuts:
            if at < start or (is_end and at == start):
                break
            if at < end or (is_end and at == end):
                return form_end if is_end else form_start
            shift = form_end - end
        return at + shift


def reading(template: str, *, several: bool) -> Reading:
    """The template with each form chosen. Its placeholders stay."""
    pieces: list[str] = []
    cuts: list[tuple[int, int, int, int]] = []
    at = length = 0
    for match in FORM.finditer(template):
        before, chosen = template[at : match.start()], match.group(2 if several else 1)
        pieces += (before, chosen)
        length += len(before)
        cuts.append((length, length + len(chosen), match.start(), match.end()))
        length += len(chosen)
        at = match.end()
    pieces.append(template[at:])
    return Reading("".join(pieces), tuple(cuts))


def readings(template: str) -> tuple[Reading, ...]:
    """Every way a template is read: one where it holds no forms, else for one order and for several."""
    one = reading(template, several=False)
    return (one, reading(template, several=True)) if one.cuts else (one,)
