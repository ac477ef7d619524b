"""What can go wrong at a platform, each class saying who must act. Unmapped codes fail closed as Rejected."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from seawall.connectors.contracts import Exchange
from seawall.kernel.errors import SeawallError
from seawall.kernel.markets import Platform


class ConnectorError(SeawallError):
    """A platform call that did not do what was asked. The platform's own words are kept."""

    def __init__(
        self,
        code: str,
        *,
        platform: Platform,
        platform_code: str = "",
        request_id: str = "",
        raw: Mapping[str, Any] | None = None,
        detail: str = "",
        exchange: Exchange | None = None,
    ) -> None:
        super().__init__(code, platform=platform.title, platform_code=platform_code, detail=detail)
        self.platform = platform
        self.platform_code = platform_code
        self.request_id = request_id
        self.raw = dict(raw) if raw is not None else None
        self.detail = detail
        self.exchange = exchange
        """The request and the answer as received, when an answer came: a refusal is evidence too."""


class Transient(ConnectorError):
    """The platform is in trouble and did certainly not do it: try again with backoff."""


class RateLimited(ConnectorError):
    """Too fast. Wait until `until`; does not count as a try."""

    def __init__(self, code: str, *, until: datetime, **rest: Any) -> None:
        super().__init__(code, **rest)
        self.until = until


class AuthExpired(ConnectorError):
    """The shop's authorisation has ended: stop the shop, ask the seller to connect again."""


class Rejected(ConnectorError):
    """This one will never pass as it is; the platform's code is the reason."""


class OutcomeUnknown(ConnectorError):
    """The request may have been carried out (time-out, connection lost after sending): look it up, never repeat."""


class ShopRestricted(Rejected):
    """The platform has restricted this shop or app as a whole: stop the lane at once, a person must act."""
