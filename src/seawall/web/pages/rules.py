"""The rules: what the platforms ask, on what authority, what changed, and the team's own figures. Read only."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from seawall.kernel.errors import InvalidInput
from seawall.kernel.markets import Market, Platform
from seawall.kernel.texts import reader_language, text
from seawall.rulebook.api import Certainty, Conflict, Rule, Subject, own_figures, rulebook, rules_for
from seawall.shops.api import Shop
from seawall.tenancy.api import get_scoped, scoped
from seawall.web.desk import Desk, desk_page

E = TypeVar("E", bound=StrEnum)

CHANGES_DAYS = 730
"""How far back changes are listed."""

_MARKETS = [market for market in Market if market is not Market.TW]
_CERTAINTIES = [each for each in Certainty if each not in (Certainty.PLATFORM, Certainty.OPERATOR)]


@dataclass(frozen=True, kw_only=True)
class RuleLine:
    """A rule as the table shows it, in the reader's language."""

    rule: Rule
    words: str
    certainty: str
    clocks: list[str]

    @property
    def is_everywhere(self) -> bool:
        """Whether it holds in all six markets."""
        return len(self.rule.markets) == len(_MARKETS)

    @property
    def is_for_all(self) -> bool:
        """Whether it holds on all platforms."""
        return len(self.rule.platforms) == len(Platform)

    @property
    def sellers(self) -> str:
        """Whom it binds, where not everybody."""
        return "" if self.rule.sellers.value == "all" else text(f"rules_sellers_{self.rule.sellers.value}")


@require_safe
@desk_page("rules.read")
def rules(desk: Desk) -> HttpResponseBase:
    """The rules in effect on a day, filtered; conflicts, changes, own figures."""
    given = desk.request.GET
    platform, market = _one_of(Platform, given.get("platform")), _one_of(Market, given.get("market"))
    subject, certainty = _one_of(Subject, given.get("subject")), _one_of(Certainty, given.get("certainty"))
    shop = get_scoped(Shop, desk.actor, code=given["shop"]) if given.get("shop") else None
    day = _day(given.get("day", "")) or desk.clock.now().date()
    view = rules_for(desk.actor, day=day, shop_id=shop.pk if shop else None)
    found = view.find(platform=platform, market=market, subject=subject)
    since = day - timedelta(days=CHANGES_DAYS)
    context: dict[str, Any] = {
        "day": day,
        "lines": [_line(rule) for rule in found if certainty in (None, rule.certainty)],
        "conflicts": [_conflict(each) for each in view.conflicts(platform=platform, market=market)],
        "changes": [
            (each, text(f"rules_change_{each.kind.value}"), each.rule.figure(), each.rule.text(reader_language()))
            for each in rulebook().changes(since=since, until=day)
        ],
        "figures": own_figures(desk.actor),
        "chosen": {
            "platform": platform, "market": market, "subject": subject, "certainty": certainty,
            "shop": shop.code if shop else "",
        },
        "platforms": list(Platform), "markets": _MARKETS,
        "subjects": [(each.value, text(f"rules_subject_{each.value}")) for each in Subject],
        "certainties": [(each.value, text(f"rules_certainty_{each.value}")) for each in _CERTAINTIES],
        "shops": list(scoped(Shop, desk.actor).order_by("code")),
    }  # fmt: skip
    return desk.render("web/rules.html", context)


def _line(rule: Rule) -> RuleLine:
    return RuleLine(
        rule=rule, words=rule.text(reader_language()), certainty=text(f"rules_certainty_{rule.certainty.value}"),
        clocks=[text(f"rules_clock_{kind.value}") for kind in dict.fromkeys(spec.kind for spec in rule.clocks)],
    )  # fmt: skip


def _conflict(conflict: Conflict) -> dict[str, Any]:
    topic = conflict.topic
    return {
        "words": topic.zh_hans if reader_language().value == "zh-Hans" else topic.en,
        "platform": conflict.platform.value,
        "market": conflict.market.value,
        "answers": [(rule.id, rule.figure()) for rule in conflict.rules],
    }


def _one_of(codes: type[E], given: str | None) -> E | None:
    """A code of the filter; one that does not exist is dropped, as if it had not been asked for."""
    return next((each for each in codes if each.value == given), None)


def _day(given: str) -> date | None:
    if not given:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise InvalidInput("rules_bad_day", value=given[:40]) from error
