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
from simulators.core.switches import SwitchBoard, SwitchError
from simulators.lazada.platform import LazadaPlatform
from simulators.lazada.switches import Switches as LazadaSwitches
from simulators.lazada.world import World as LazadaWorld
from simulators.shopee.platform import ShopeePlatform
from simulators.shopee.switches import Switches as ShopeeSwitches
from simulators.shopee.world import World as ShopeeWorld
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
    """`name=value` or `platform.name=value` switches from the command line."""


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
        faults=FaultPlan(settings.seed, platforms=BUILDERS),
        log=HttpLog(settings.calls),
        accepted=AcceptedLog(settings.log),
    )
    switches = dict(settings.switches)
    if settings.faults is not None:
        faults, from_file = load_faults(settings.faults)
        shared.faults.replace(faults)
        switches = {**from_file, **switches}
    boards = _boards(settings.platforms, switches, settings.assignments)
    platforms = [BUILDERS[name](settings, shared, boards[name]) for name in settings.platforms]
    return SimServer(platforms, clock=shared.clock, faults=shared.faults, log=shared.log, accepted=shared.accepted)


def _boards(platforms: Sequence[str], values: Mapping[str, Any], assignments: Sequence[str]) -> dict[str, SwitchBoard]:
    """Each platform's switches. `platform.name` (or a table of that name) aims at one platform, a bare name reaches
    every platform that knows it. Raises SwitchError for a name that no platform here knows."""
    boards = {name: SWITCHES[name]() for name in platforms}
    for name, value in values.items():
        if name in SWITCHES and isinstance(value, Mapping):
            for inner, inner_value in value.items():
                for board, bare in _meant(boards, f"{name}.{inner}"):
                    board.update({bare: inner_value})
            continue
        for board, bare in _meant(boards, name):
            board.update({bare: value})
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        for board, bare in _meant(boards, name):
            board.set_text(f"{bare}{equals}{text}")
    return boards


def _meant(boards: Mapping[str, SwitchBoard], name: str) -> list[tuple[SwitchBoard, str]]:
    platform, dot, bare = name.partition(".")
    if dot:
        found = [(board, bare) for key, board in boards.items() if key == platform]
    else:
        found = [(board, name) for board in boards.values() if name in board.names()]
    if not found:
        known = sorted({each for board in boards.values() for each in board.names()})
        raise SwitchError(f"unknown switch {name!r} of {', '.join(boards)}; known: {', '.join(known)}")
    return found


def _journal(settings: Settings, platform: str) -> Journal:
    path = settings.state
    if path is not None and len(settings.platforms) > 1:
        path = path.with_name(f"{path.stem}-{platform}{path.suffix}")
    return Journal(path)


def _lazada(settings: Settings, shared: Shared, switches: LazadaSwitches) -> Platform:
    world = LazadaWorld(
        clock=shared.clock,
        faults=shared.faults,
        log=shared.log,
        accepted=shared.accepted,
        journal=_journal(settings, "lazada"),
        seed=settings.seed,
        switches=switches,
    )
    return LazadaPlatform(world)


def _shopee(settings: Settings, shared: Shared, switches: ShopeeSwitches) -> Platform:
    world = ShopeeWorld(
        clock=shared.clock,
        faults=shared.faults,
        log=shared.log,
        accepted=shared.accepted,
        journal=_journal(settings, "shopee"),
        seed=settings.seed,
        switches=switches,
    )
    return ShopeePlatform(world)


def _tiktok_shop(settings: Settings, shared: Shared, switches: TiktokShopSwitches) -> Platform:
    world = TiktokShopWorld(
        clock=shared.clock,
        faults=shared.faults,
        log=shared.log,
        accepted=shared.accepted,
        journal=_journal(settings, "tiktok-shop"),
        seed=settings.seed,
        switches=switches,
    )
    return TiktokShopPlatform(world)


SWITCHES: dict[str, type[SwitchBoard]] = {
    "lazada": LazadaSwitches,
    "shopee": ShopeeSwitches,
    "tiktok-shop": TiktokShopSwitches,
}
"""The switches of each platform, with their defaults."""
BUILDERS: dict[str, Callable[[Settings, Shared, Any], Platform]] = {
    "lazada": _lazada,
    "shopee": _shopee,
    "tiktok-shop": _tiktok_shop,
}
"""The platforms that can be simulated; each is given its own kind of SWITCHES."""
