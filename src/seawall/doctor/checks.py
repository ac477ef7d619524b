"""All checks, in the order a person would make them."""

from seawall.doctor.database import check_database, check_programs
from seawall.doctor.files import check_fonts, check_front_end, check_secrets
from seawall.doctor.machine import (
    check_clock,
    check_disk,
    check_home,
    check_locale,
    check_names,
    check_port,
    check_python,
)
from seawall.doctor.values import Check, State
from seawall.kernel.clock import SYSTEM_CLOCK, Clock
from seawall.settings import Settings

__all__ = ["Check", "State", "run", "worst"]


def run(settings: Settings, clock: Clock = SYSTEM_CLOCK) -> list[Check]:
    """Every finding, good ones too. Nothing is changed, but that a built-in database is started and stopped again.

    Raises nothing for what is wrong with the set-up: that is what the findings are for.
    """
    home = check_home(settings)
    found = [check_python(), check_clock(clock), check_locale(), check_names(), home, check_disk(settings)]
    found += check_secrets(settings)
    found += check_programs(settings)
    # Without a home the built-in database has no place: one finding is enough.
    if home.state is not State.BAD or settings.database_address():
        found += check_database(settings, clock)
    return [*found, check_front_end(), check_fonts(), check_port(settings)]


def worst(checks: list[Check]) -> State:
    """The worst state among findings: `bad` means exit status 1."""
    order = [State.OK, State.WARN, State.BAD]
    return max((check.state for check in checks), key=order.index, default=State.OK)
