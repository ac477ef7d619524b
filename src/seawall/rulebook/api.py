"""What other capabilities may use of the rulebook."""

from seawall.rulebook.book import Change, ChangeKind, Conflict, Rulebook, RulesOn, rulebook
from seawall.rulebook.calendars import holiday_name, is_working_day, zone_in, zones_of
from seawall.rulebook.clocks import (
    Clock,
    ClockEvent,
    ClockEventKind,
    ClockState,
    OrderFacts,
    applicable,
    clock_events,
    clocks_of,
    gaps_of,
    golden_window,
)
from seawall.rulebook.commands.set_figure import SetFigure, drop_figure, set_figure
from seawall.rulebook.models import RuleOverride
from seawall.rulebook.overriding import Override
from seawall.rulebook.queries import own_figures, rules_for, rules_of_team
from seawall.rulebook.schema import ClockSpec, Rule, Topic
from seawall.rulebook.words import Authority, Certainty, ClockKind, Event, Sellers, StormKind, Subject, Trait

__all__ = [
    "Authority", "Certainty", "Change", "ChangeKind", "Clock", "ClockEvent", "ClockEventKind", "ClockKind", "ClockSpec",
    "ClockState", "Conflict", "Event", "OrderFacts", "Override", "Rule", "RuleOverride", "Rulebook", "RulesOn",
    "Sellers", "SetFigure", "StormKind", "Subject", "Topic", "Trait", "applicable", "clock_events", "clocks_of",
    "drop_figure", "gaps_of", "golden_window", "holiday_name", "is_working_day", "own_figures", "rulebook", "rules_for",
    "rules_of_team", "set_figure", "zone_in", "zones_of",
]  # fmt: skip
