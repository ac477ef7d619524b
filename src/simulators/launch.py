"""Builds a simulator from settings: for the command line and for tests that run one in their own process."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulators.core.accepted import AcceptedLog
from simulators.core.clock import SimClock
from simulators.core.faults import FaultPlan, load_faults
from simulators.core.httplog import HttpLog
from simulators.core.journal import Journal
from simulators.core.server import Platform, SimServer
from simulators.lazada.platform import LazadaPlatform
from simulators.lazada.switches import Switches
from simulators.lazada.world import World
from simulators.tiktokshop.platform import TiktokShopPlatform
from simulators.tiktokshop.switches import Switches as TiktokShopSwitches
from simulators.tiktokshop.world import World as TiktokShopWorld


@dataclass(kw_only=True)
class Settings:
    """What to simulate."""

    platforms: Sequence[str] = ("lazada",)
    faults: Path | None = None
    seed: int = 0
    log: Path | None = None
    """JSON lines of the messages the platforms accepted."""
    calls: Path | None = None
    """JSON lines of all calls."""
    state: Path | None = None
    """Journal file; of several platforms each adds its name."""
    switches: Mapping[str, Any] = field(default_factory=dict)
    assignments: Sequence[str] = ()
    """`name=value` switches from the command line."""


@dataclass(kw_only=True)
class Shared:
    """What the platforms of one process share."""

    clock: SimClock
    faults: FaultPlan
    log: HttpLog
    accepted: AcceptedLog


def build(settings: Settings) -> SimServer:
    """A server that is ready to start. Raises FaultError, SwitchError, OSError."""
    shared = Shared(
        clock=SimClock(),
        faults=FaultPlan(settings.seed),
        log=HttpLog(settings.calls),
        accepted=AcceptedLog(settings.log),
    )
    switches = dict(settings.switches)
    if settings.faults is not None:
        faults, from_file = load_faults(settings.faults)
        shared.faults.replace(faults)
        switches = {**from_file, **switches}
    platforms = [BUILDERS[name](settings, shared, switches) for name in settings.platforms]
    return SimServer(platforms, clock=shared.clock, faults=shared.faults, log=shared.log, accepted=shared.accepted)


def _lazada(settings: Settings, shared: Shared, values: Mapping[str, Any]) -> Platform:
    switches = Switches()
    switches.update(values)
    for assignment in settings.assignments:
        switches.set_text(assignment)
    world = World(
        clock=shared.clock,
        faults=shared.faults,
        log=shared.log,
        accepted=shared.accepted,
        journal=Journal(settings.state),
        seed=settings.seed,
        switches=switches,
    )
    return LazadaPlatform(world)


def _tiktok_shop(settings: Settings, shared: Shared, values: Mapping[str, Any]) -> Platform:
    switches = TiktokShopSwitches()
    switches.update(values)
    for assignment in settings.assignments:
        switches.set_text(assignment)
    state = settings.state
    if state is not None and len(settings.platforms) > 1:
        state = state.with_name(f"{state.name}.tiktok-shop")
    world = TiktokShopWorld(
        clock=shared.clock,
        faults=shared.faults,
        log=shared.log,
        accepted=shared.accepted,
        journal=Journal(state),
        seed=settings.seed,
        switches=switches,
    )
    return TiktokShopPlatform(world)


BUILDERS: dict[str, Callable[[Settings, Shared, Mapping[str, Any]], Platform]] = {
    "lazada": _lazada,
    "tiktok-shop": _tiktok_shop,
}
"""The platforms that can be simulated."""
