"""The rulebook: read from its files, asked for a day. Pure.

book = rulebook()
today = book.as_of(day)
today.find(platform=Platform.SHOPEE, market=Market.PH, subject=Subject.CHAT)
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from seawall.kernel.errors import InvalidInput, NotFound
from seawall.kernel.markets import Market, Platform
from seawall.rulebook.overriding import Override, overridden
from seawall.rulebook.schema import Defaults, LeftOut, Rule, Topic
from seawall.rulebook.words import Subject

DATA = Path(__file__).resolve().parent / "data"
NOT_RULES = frozenset({"left_out.toml", "topics.toml", "defaults.toml", "zones.toml"})

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """Rules in effect on one day that answer one question differently; the strictest first."""

    topic: Topic
    platform: Platform
    market: Market
    rules: tuple[Rule, ...]

    @property
    def drives(self) -> Rule:
        """The one that drives alarms."""
        return self.rules[0]


class ChangeKind(StrEnum):
    """What happened to a rule on a day."""

    BEGAN = "began"
    REPLACED = "replaced"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class Change:
    """A rule began, was replaced by a new version, or ended."""

    on: date
    kind: ChangeKind
    rule: Rule
    before: Rule | None = None


@dataclass(frozen=True)
class RulesOn:
    """The rules in effect on one day, with the team's own figures laid over them."""

    day: date
    rules: tuple[Rule, ...]
    topics: Mapping[str, Topic]
    defaults: Defaults
    _speaking: dict[tuple[Platform | None, Market | None], tuple[Rule, ...]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def find(
        self, *, platform: Platform | None = None, market: Market | None = None, subject: Subject | None = None
    ) -> tuple[Rule, ...]:
        """Rules that speak of a platform, a market, a subject: the surest first, then by id."""
        speaking = self._speaking.get((platform, market))
        if speaking is None:  # asked for every order of a storm: sorted once
            found = (rule for rule in self.rules if rule.covers(platform, market))
            speaking = tuple(sorted(found, key=lambda rule: (rule.certainty.rank, rule.id)))
            self._speaking[platform, market] = speaking
        return speaking if subject is None else tuple(rule for rule in speaking if rule.subject is subject)

    def rule(self, rule_id: str, market: Market | None = None) -> Rule:
        """The version in effect (a rule may have one for each of several markets). Raises NotFound(rule_not_found)."""
        for rule in self.rules:
            if rule.id == rule_id and rule.covers(None, market):
                return rule
        raise NotFound("rule_not_found", rule=rule_id)

    def with_overrides(self, overrides: Iterable[Override]) -> "RulesOn":
        """The same day with a team's figures: a shop's own beats the team's; those not in effect are left aside.

        A figure that a newer book has no place for (its rule has other clocks now) is left aside too: the rule holds,
        and is to be checked.
        """
        chosen: dict[str, Override] = {}
        for each in sorted(overrides, key=lambda o: (o.shop is not None, o.effective_from)):
            if each.is_in_effect(self.day):
                chosen[each.rule_id] = each
        rules = tuple(_laid_over(r, chosen[r.id]) if r.id in chosen else r for r in self.rules)
        return RulesOn(self.day, rules, self.topics, self.defaults)

    def conflicts(self, *, platform: Platform | None = None, market: Market | None = None) -> tuple[Conflict, ...]:
        """Questions that rules in effect answer differently, by topic, platform and market."""
        groups: dict[tuple[str, Platform, Market], list[Rule]] = {}
        for rule in self.rules:
            if rule.topic and rule.value:
                for p in rule.platforms:
                    for m in rule.markets:
                        groups.setdefault((rule.topic, p, m), []).append(rule)
        return tuple(
            Conflict(topic=self.topics[topic], platform=p, market=m, rules=strictest_first(self.topics[topic], rules))
            for (topic, p, m), rules in sorted(groups.items())
            if len({rule.value for rule in rules}) > 1 and platform in (None, p) and market in (None, m)
        )


def _laid_over(rule: Rule, override: Override) -> Rule:
    try:
        return overridden(rule, override)
    except InvalidInput as misfit:
        return rule.model_copy(update={"is_weak": True, "certainty_note": str(misfit)})


def strictest_first(topic: Topic, rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Rules of one topic, the strictest value first; among equal values the surest first."""

    def key(rule: Rule) -> tuple[float, int, str]:
        if isinstance(topic.stricter, tuple):
            place = float(topic.stricter.index(rule.value))
        else:
            place = float(rule.value) * (1 if topic.stricter == "less" else -1)
        return place, rule.certainty.rank, rule.id

    return tuple(sorted(rules, key=key))


@dataclass(frozen=True)
class Rulebook:
    """All versions of all rules."""

    rules: tuple[Rule, ...]
    topics: Mapping[str, Topic]
    defaults: Defaults
    left_out: tuple[LeftOut, ...] = field(default=())

    def as_of(self, day: date) -> RulesOn:
        """The rules in effect on a day, in the market's calendar."""
        return RulesOn(day, tuple(r for r in self.rules if r.is_in_effect(day)), self.topics, self.defaults)

    def versions(self, rule_id: str) -> tuple[Rule, ...]:
        """All versions of a rule, of every market, the oldest first. Raises NotFound(rule_not_found)."""
        found = sorted((r for r in self.rules if r.id == rule_id), key=lambda r: r.effective_from or date.min)
        if not found:
            raise NotFound("rule_not_found", rule=rule_id)
        return tuple(found)

    def changes(self, *, since: date | None = None, until: date | None = None) -> tuple[Change, ...]:
        """What began, was replaced or ended in a span of days (both included), the newest first."""
        series: dict[tuple[str, tuple[Market, ...]], list[Rule]] = {}
        for rule in sorted(self.rules, key=lambda r: r.effective_from or date.min):
            series.setdefault((rule.id, rule.markets), []).append(rule)
        found = [change for versions in series.values() for change in _changes_of(versions)]
        kept = (c for c in found if (since or date.min) <= c.on <= (until or date.max))
        return tuple(sorted(kept, key=lambda c: (-c.on.toordinal(), c.rule.id)))


def _changes_of(versions: Sequence[Rule]) -> Iterator[Change]:
    for before, rule in zip((None, *versions), versions, strict=False):
        if rule.effective_from:
            kind = ChangeKind.REPLACED if before else ChangeKind.BEGAN
            yield Change(on=rule.effective_from, kind=kind, rule=rule, before=before)
    last = versions[-1]
    if last.effective_to:
        yield Change(on=last.effective_to + timedelta(days=1), kind=ChangeKind.ENDED, rule=last)


@cache
def rulebook() -> Rulebook:
    """The book that ships with the product, read once a process."""
    return load(DATA)


def load(folder: Path) -> Rulebook:
    """Read and check a folder of data files.

    Raises InvalidInput(rulebook_invalid) naming the file, the row and the field of the first fault.
    """
    topics = {t.id: t for t in _rows(folder / "topics.toml", "topic", Topic)}
    left_out = tuple(_rows(folder / "left_out.toml", "row", LeftOut))
    rules: list[Rule] = []
    for path in sorted(folder.rglob("*.toml")):
        if path.name not in NOT_RULES:
            for rule in _rows(path, "rule", Rule):
                _check(rule, rules, topics, path.relative_to(folder).as_posix())
                rules.append(rule)
    ids = {rule.id for rule in rules}
    for rule in rules:
        for target in rule.see:
            if target not in ids:
                raise _invalid(folder.name, rule.id, "see", f"there is no rule {target}")
    for row in left_out:
        if row.id in ids:
            raise _invalid("left_out.toml", row.id, "id", "the row is a rule as well")
    defaults = _made("defaults.toml", "defaults", Defaults, _read(folder / "defaults.toml", "defaults.toml"))
    return Rulebook(tuple(rules), topics, defaults, left_out)


def _check(rule: Rule, before: Sequence[Rule], topics: Mapping[str, Topic], name: str) -> None:
    """What one rule must not do to those read before it."""
    if rule.topic and rule.topic not in topics:
        raise _invalid(name, rule.id, "topic", f"topics.toml has no {rule.topic!r}")
    if rule.topic and rule.value and not _is_sortable(rule, topics[rule.topic]):
        raise _invalid(name, rule.id, "value", f"{rule.value!r} is no answer to the topic {rule.topic!r}")
    for other in before:
        if other.id == rule.id and _overlap(other, rule):
            raise _invalid(name, rule.id, "effective_from", "another version is in effect on the same day")


def _is_sortable(rule: Rule, topic: Topic) -> bool:
    if isinstance(topic.stricter, tuple):
        return rule.value in topic.stricter
    return rule.value.replace(".", "", 1).isdigit()


def _overlap(one: Rule, other: Rule) -> bool:
    if not set(one.markets) & set(other.markets):
        return False
    return (one.effective_from or date.min) <= (other.effective_to or date.max) and (
        other.effective_from or date.min
    ) <= (one.effective_to or date.max)


def _rows(path: Path, key: str, model: type[M]) -> Iterator[M]:
    name = path.relative_to(path.parent.parent).as_posix() if path.parent.name != "data" else path.name
    content = _read(path, name)
    given = content.get(key)
    if not isinstance(given, list) or set(content) != {key}:
        raise _invalid(name, "-", key, f"the file holds [[{key}]] and nothing else")
    for number, row in enumerate(given, 1):
        yield _made(name, str(row.get("id") or f"#{number}"), model, row)


def _read(path: Path, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _invalid(name, "-", "-", str(error)) from error


def _made(name: str, row: str, model: type[M], content: Any) -> M:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "-"
        raise _invalid(name, row, place, first["msg"]) from error


def _invalid(file: str, row: str, place: str, why: str) -> InvalidInput:
    return InvalidInput("rulebook_invalid", file=file, row=row, field=place, why=why)
