"""A call that has passed the gateway, as the business behind it sees it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulators.shopee.answers import ApiError, wrong
from simulators.shopee.entities import App, Shop
from simulators.shopee.world import World


@dataclass(kw_only=True)
class Call:
    """Who asks for what. Business parameters are those of the query (GET) or of the body (POST) [D]."""

    world: World
    app: App
    path: str
    values: Mapping[str, Any]
    files: Mapping[str, bytes] = field(default_factory=dict)
    maybe_shop: Shop | None = None
    merchant_id: str = ""
    """Of a merchant call."""
    forced_censor: bool = False
    """A fault wants this message censored after it was accepted."""

    @property
    def shop(self) -> Shop:
        """The shop of the token."""
        if self.maybe_shop is None:
            raise ApiError("error_param", "There is no shop_id in query.")
        return self.maybe_shop

    def text(self, name: str, default: str | None = None) -> str:
        """A text; mandatory without a default."""
        value = self.values.get(name)
        if value is None or value == "":
            if default is None:
                raise wrong(f"{name} is required")
            return default
        if isinstance(value, dict | list | bool):
            raise wrong(f"{name} must be a string")
        return str(value)

    def whole(self, name: str, default: int | None = None) -> int:
        """A whole number; mandatory without a default."""
        text = self.text(name, None if default is None else str(default))
        if not text.lstrip("-").isdecimal() or len(text) > 19:
            raise wrong(f"{name} must be an integer")
        return int(text)

    def listed(self, name: str, *, most: int) -> list[str]:
        """A comma-joined list (GET) or a JSON array of texts (POST), of 1 to `most` [D]."""
        value = self.values.get(name)
        found = value if isinstance(value, list) else str(value or "").split(",")
        parts = [str(part) for part in found if str(part)]
        if not 1 <= len(parts) <= most:
            raise wrong(f"{name} must hold 1 to {most} values")
        return parts

    def window(self, first: str, last: str, code: str, *, days: int = 15) -> tuple[int, int]:
        """Two times in seconds, at most so many days apart [D]; else `code`."""
        start, end = self.whole(first), self.whole(last)
        if start > end or end - start > days * 86_400:
            raise ApiError(code, f"Start time must be earlier than end time and diff in {days} days.")
        return start, end


Handler = Callable[[Call], dict[str, Any]] | Callable[[Call], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A path of the platform."""

    methods: frozenset[str]
    handle: Handler
    is_public: bool = False
    is_merchant: bool = False
    """Signed with merchant_id instead of shop_id."""
    is_top_level: bool = False
    """Fields stand beside `error`, not below `response` [D]."""
    says_success: bool = False
    """Returns answer with `message` "success" [D]."""


GET = frozenset({"GET"})
POST = frozenset({"POST"})
BOTH = frozenset({"GET", "POST"})
