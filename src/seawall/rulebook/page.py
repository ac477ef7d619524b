"""The reference page of all rules, written from the data files. Pure: the writer of the reference pages calls it."""

from collections.abc import Iterable, Iterator

from seawall.kernel.languages import Language
from seawall.kernel.texts import text
from seawall.rulebook.book import Rulebook, rulebook
from seawall.rulebook.schema import MARKETS, ClockSpec, Rule
from seawall.rulebook.words import Event, Subject, Unit

_UNITS = {Unit.HOURS: "hours", Unit.DAYS: "days", Unit.WORKING_DAYS: "working days"}
_ANCHORS = {Event.SHIP_BY_DUE: "the deadline to ship"}

_ABOUT = (
    "Every rule is dated data: a file below `src/seawall/rulebook/data`, never code. How to change them, and how to",
    "set a figure of your own: [Rules](../howto/rules.md). Nothing here was checked on a live page, and no seller",
    "account was used; whatever is not an official page is shown as **check with the platform** wherever it drives a",
    "deadline.",
)


def rules_page(note: str) -> str:
    """The page. `note` says who wrote it."""
    book = rulebook()
    lines = ["# Rules", "", note, *_ABOUT, ""]
    for subject in Subject:
        lines += _section(subject, sorted((r for r in book.rules if r.subject is subject), key=_place))
    lines += _topics(book)
    lines += ["## Rows left out", "", "| row | why |", "|---|---|"]
    lines += [f"| {row.id} | {_cell(row.why)} |" for row in book.left_out]
    return "\n".join(lines).rstrip() + "\n"


def _place(rule: Rule) -> tuple[str, str, str]:
    return rule.platforms[0].value if len(rule.platforms) == 1 else "", rule.id, str(rule.effective_from or "")


def _section(subject: Subject, rules: Iterable[Rule]) -> Iterator[str]:
    yield from (f"## {text(f'rules_subject_{subject.value}', Language.EN).capitalize()}", "")
    yield "| rule | where | what | 中文 | clock | in effect | source, date | how sure |"
    yield "|---|---|---|---|---|---|---|---|"
    for rule in rules:
        platform = rule.platforms[0].title if len(rule.platforms) == 1 else "all"
        markets = "all" if rule.markets == MARKETS else " ".join(rule.markets)
        where = " ".join(each for each in (platform, markets, rule.carrier) if each)
        if rule.sellers.value != "all":
            where += f", {text(f'rules_sellers_{rule.sellers.value}', Language.EN)}"
        span = "–"
        if rule.effective_from or rule.effective_to:
            span = f"{rule.effective_from or '…'} – {rule.effective_to or '…'}"
        clocks = "; ".join(clock_words(spec) for spec in rule.clocks) or "–"
        sure = rule.certainty.value + (", old, indirect or unclear" if rule.is_weak else "")
        yield (
            f"| {rule.id} | {where} | {_cell(rule.en)} | {_cell(rule.zh_hans)} | {_cell(clocks)} "
            f"| {span} | {_cell(rule.source)}; {_cell(rule.dated)} "
            f"| {sure} |"
        )
    yield ""


def clock_words(spec: ClockSpec) -> str:
    """A clock in plain English: what for, how long after what."""
    what = text(f"rules_clock_{spec.kind.value}", Language.EN)
    after = _ANCHORS.get(spec.anchor) or spec.anchor.value.replace("_", " ")
    if spec.amount is None:
        span = f"unknown after {after}"
    elif spec.cut_off is not None:
        later = f" + {spec.amount} working days" if spec.amount else ""
        span = f"{after} before {spec.cut_off:%H:%M} the same, else the next working day{later}"
    else:
        span = f"{spec.amount} {_UNITS[spec.unit]} after {after}"
    if spec.until is not None:
        span += f", until {spec.until:%H:%M}"
    if spec.unit is Unit.WORKING_DAYS:
        span += f" (left out: {', '.join(spec.weekend) or 'no weekday'}, public holidays)"
    if spec.warn_after is not None:
        span += f", warns after {spec.warn_after}"
    if spec.ends_with and Event.READY in spec.ends_with:
        span += ", kept by ready-to-ship"
    return f"{what}: {span}" + (f", if {spec.when.value.replace('_', ' ')}" if spec.when else "")


def _topics(book: Rulebook) -> Iterator[str]:
    yield from (
        "## Questions with several answers",
        "",
        "| question | answers, by rule | the stricter |",
        "|---|---|---|",
    )
    for topic in book.topics.values():
        answers = ", ".join(f"{r.id}: {r.figure(Language.EN)}" for r in book.rules if r.topic == topic.id)
        which = {"less": "the smaller", "more": "the larger"}.get(str(topic.stricter)) or f"“{topic.stricter[0]}”"
        yield f"| {topic.en} | {_cell(answers)} | {which} |"
    yield ""


def _cell(words: str) -> str:
    return " ".join(words.replace("|", "\\|").split())
