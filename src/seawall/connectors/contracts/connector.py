"""All a connection can do."""

from collections.abc import Mapping
from typing import Protocol

from seawall.connectors.contracts.basics import Capability, Limit
from seawall.connectors.contracts.casework import CancelDesk, ReturnDesk
from seawall.connectors.contracts.chat import Messenger
from seawall.connectors.contracts.health import HealthSource
from seawall.connectors.contracts.orders import OrderSource, ParcelSource


class Connector(OrderSource, ParcelSource, Messenger, CancelDesk, ReturnDesk, HealthSource, Protocol):
    """All a connection can do, with flags for what the platform cannot.

    A call whose capability says no raises Rejected(capability_missing) without touching the network.
    """

    capabilities: Mapping[str, Capability]
    limits: Mapping[str, Limit]

    async def __aenter__(self) -> "Connector": ...

    async def __aexit__(self, *exc: object) -> None: ...
