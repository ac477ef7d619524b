"""A call that has passed the gateway, as the business behind it sees it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulators.lazada.answers import ApiError
from simulators.lazada.entities import App, Grant, Store
from simulators.lazada.world import World


@dataclass(kw_only=True)
class Call:
    """Who asks for what."""

    world: World
    app: App
    path: str
    params: dict[str, str]
    files: dict[str, bytes]
    site: str
    """Site of the host that was called; empty on the shared `/rest`."""
    maybe_grant: Grant | None = None
    maybe_store: Store | None = None
    forced_process_msg: str = ""
    """A fault wants this message filtered after it was accepted."""

    @property
    def store(self) -> Store:
        """The store of the token."""
        if self.maybe_store is None:
            raise ApiError("MissingParameter", "The input parameter access_token that is mandatory is not supplied")
        return self.maybe_store

    def need(self, name: str) -> str:
        """A mandatory parameter."""
        value = self.params.get(name, "")
        if value == "":
            raise ApiError(
                "MissingParameter", f"The input parameter '{name}' that is mandatory for this request is not supplied"
            )
        return value

    def whole(self, name: str, default: int | None = None) -> int:
        """A whole number; mandatory without a default."""
        text = self.params.get(name, "") if default is not None else self.need(name)
        if text == "" and default is not None:
            return default
        if not text.lstrip("-").isdecimal() or len(text) > 18:
            raise ApiError("InvalidParameter", f"The specified value of '{name}' is not valid")
        return int(text)


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A path of the platform."""

    methods: frozenset[str]
    handle: Callable[[Call], dict[str, Any]]
    needs_token: bool = True
    needs_full_seller: bool = False
    """Not open to Ease Mode (semi-managed) sellers."""


GET = frozenset({"GET"})
POST = frozenset({"POST"})
BOTH = frozenset({"GET", "POST"})
