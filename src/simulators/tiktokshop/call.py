"""A call that has passed the gateway, as the business behind it sees it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulators.tiktokshop.answers import ApiError, bad_parameter
from simulators.tiktokshop.entities import App, Grant, Store

if TYPE_CHECKING:
    from simulators.tiktokshop.cases import Cases
    from simulators.tiktokshop.threads import Threads
    from simulators.tiktokshop.world import World

Handler = Callable[["Call"], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A capability of the platform, served at one or several version segments."""

    method: str
    path: str
    """Template, with `{}` for an id and `{version}` for the segment."""
    versions: tuple[str, ...]
    handle: Handler
    scope: str
    needs_cipher: bool = True
    is_write: bool = False

    @property
    def family(self) -> str:
        """The first part of the path."""
        return self.path.split("/", 2)[1]


@dataclass(kw_only=True)
class Call:
    """Who asks for what."""

    world: "World"
    threads: "Threads"
    cases: "Cases"
    endpoint: Endpoint
    version: str
    path: str
    ids: tuple[str, ...]
    """What stands in the path."""
    query: dict[str, list[str]]
    body: dict[str, Any]
    files: dict[str, bytes]
    app: App
    grant: Grant
    maybe_store: Store | None = None
    forced_code: int = 0
    """A fault wants this refusal from the business."""

    @property
    def store(self) -> Store:
        """The shop of the cipher."""
        if self.maybe_store is None:
            raise ApiError(106013, "shop_cipher is missing", status=401)
        return self.maybe_store

    def bad(self, words: str) -> ApiError:
        """A wrong parameter, in the code of the family."""
        return bad_parameter(self.endpoint.family, words)

    def asked(self, name: str, default: str = "") -> str:
        """A query value; of a repeated key the first."""
        return self.query.get(name, [default])[0]

    def asked_list(self, name: str) -> list[str]:
        """A query list: joined by commas, repeated, or both."""
        return [part for value in self.query.get(name, []) for part in value.split(",") if part]

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        """A query value out of a few; the first is the default."""
        value = self.asked(name) or allowed[0]
        if value not in allowed:
            raise self.bad(f"{name} must be one of {', '.join(allowed)}")
        return value

    def page(self, *, smallest: int, largest: int, default: int = 0) -> tuple[int, int]:
        """Offset and size of the page asked for. Without a default the size must be given [OAS]."""
        text = self.asked("page_size") or (str(default) if default else "")
        if not text.isdecimal() or not smallest <= int(text[:9]) <= largest:
            raise self.bad(f"page_size must be between {smallest} and {largest}")
        token = self.asked("page_token")
        if token and not (token.startswith("p") and token[1:].isdecimal()):
            raise self.bad("page_token is invalid")
        return int(token[1:12]) if token else 0, int(text)

    def need(self, name: str) -> str:
        """A mandatory text of the body."""
        value = self.body.get(name)
        if not isinstance(value, str) or not value:
            raise self.bad(f"{name} is required")
        return value

    def texts(self, name: str) -> list[str]:
        """A list of texts of the body; empty when it is not there."""
        value = self.body.get(name) or []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.bad(f"{name} must be a list of strings")
        return value

    def whole(self, name: str) -> int | None:
        """A whole number of the body, None when it is not there."""
        value = self.body.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.bad(f"{name} must be an integer")
        return value


def paged(rows: list[Any], offset: int, size: int) -> tuple[list[Any], str]:
    """The page and the token of the next; an empty token means the end [OAS]."""
    after = offset + size
    return rows[offset:after], f"p{after}" if after < len(rows) else ""
