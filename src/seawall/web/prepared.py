"""Words at hand for a buyer's answer: the storm's prepared answers in the buyer's language, filled for their order, and
what our own messages say in Chinese."""

from collections.abc import Sequence
from dataclasses import dataclass

from seawall.incidents.api import FactsSheet, facts_of, foreseen, values_of
from seawall.kernel.errors import InvalidInput
from seawall.kernel.languages import Language
from seawall.kernel.markets import Market
from seawall.kernel.texts import reader_language
from seawall.outreach.api import Recipient
from seawall.scripts.api import ScriptText, render


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """One prepared answer, filled."""

    name: str
    asked: str
    """The question, in the reader's language."""
    text: str
    gloss: str
    """The same in Chinese."""
    is_for_intent: bool
    """It answers what this buyer wants, as far as that is known."""


def sheet_of(row: Recipient) -> FactsSheet | None:
    """The facts that the approved message of a row rests on: what was written since is not attested by it."""
    return row.incident.facts_sheets.filter(digest=row.roll_out.facts_digest).order_by("-version").first()


def prepared_for(row: Recipient, intent: str, sheet: FactsSheet | None) -> list[Prepared]:
    """The prepared answers of the storm for this order, those for the buyer's intent first. One that cannot be filled
    is left out: half a sentence helps nobody."""
    if sheet is None:
        return []
    is_zh, found = reader_language() is Language.ZH_HANS, []
    for name, each in foreseen(row.incident.kind).items():
        text = _filled(each.answers.get(Language(row.language), ""), row, sheet, Language(row.language))
        if text:
            found.append(
                Prepared(
                    name=name, asked=each.question_zh if is_zh else each.question, text=text,
                    gloss=_filled(each.answers[Language.ZH_HANS], row, sheet, Language.ZH_HANS),
                    is_for_intent=each.intent == intent,
                )
            )  # fmt: skip
    return sorted(found, key=lambda one: not one.is_for_intent)


def gloss_of(row: Recipient, sheet: FactsSheet | None) -> str:
    """What the approved message of a row says, in Chinese, filled."""
    texts = ScriptText.objects.filter(version=row.roll_out.script_version_id, language=row.language)
    gloss = texts.values_list("gloss_zh", flat=True).first() or ""
    return (_filled(gloss, row, sheet, Language.ZH_HANS) or gloss) if sheet else gloss


def sentences_of(sheet: FactsSheet | None) -> Sequence[str]:
    """What may be said, as the seller attested it."""
    if sheet is None:
        return ()
    facts = facts_of(sheet)
    return tuple(each for each in (facts.cause, facts.remedy, *facts.statements) if each)


def _filled(template: str, row: Recipient, sheet: FactsSheet, language: Language) -> str:
    try:
        values = values_of(row.order, facts_of(sheet), language)
        return render(template, values, language, Market(row.order.shop.market)).text
    except InvalidInput:
        return ""
