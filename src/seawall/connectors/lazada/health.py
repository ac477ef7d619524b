"""A Lazada store's standing: /seller/get, /seller/performance/get and /seller/metrics/get."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from seawall.connectors.contracts import HealthMetric, SellerProfile, ShopHealth
from seawall.connectors.errors import Rejected, ShopRestricted
from seawall.connectors.lazada.base import EASE_MODE_CODE, LazadaBase
from seawall.connectors.lazada.client import Answer, Api
from seawall.connectors.lazada.wire import WireIndicator
from seawall.connectors.tolerant import object_at, rows_at, scalar, truth

SELLER = Api(path="/seller/get", method="GET")
METRICS = Api(path="/seller/metrics/get", method="GET")
PERFORMANCE = Api(path="/seller/performance/get")

METRIC_UNITS: Mapping[str, tuple[str, Decimal]] = {
    "positive_seller_rating": ("percent", Decimal(1)),
    "ship_on_time": ("percent", Decimal(1)),
    "response_rate": ("percent", Decimal(100)),
    "response_time": ("minutes", Decimal(1)),
}
"""Unit and factor of each figure of /seller/metrics/get: two are percent, the response rate is a fraction [D], the
response time presumably minutes [I]."""
SCORE_UNITS = {"PERCENTAGE": "percent", "MINUTES": "minutes", "HOURS": "hours", "INTEGER": "count", "DOUBLE": "count"}
"""[D] `score_format`; the unit is empty for a format nobody documented."""


class LazadaHealth(LazadaBase):
    """Reads a store's standing. Targets come with the answer and are never our own numbers."""

    async def seller(self) -> SellerProfile:
        """The connected store: proves that key, secret and token work, and says whether it is semi-managed, which the
        flags remember."""
        data = object_at((await self._call(SELLER, {})).payload, "data")
        is_managed = truth(data.get("marketplaceEaseMode"))
        self._learn(is_ease_mode=is_managed)
        return SellerProfile(
            seller_id=scalar(data.get("seller_id")),
            name=scalar(data.get("name")),
            market=self._credentials.market.value,
            status=scalar(data.get("status")),
            is_cross_border=truth(data.get("cb")),
            # Marketplace Ease Mode (semi-managed): no cancel, no reverse orders, no vouchers [D].
            is_managed=is_managed,
            raw=data,
        )

    async def health(self) -> ShopHealth:
        """Indicators with their targets, then the plain figures of the last period. No call tells penalty points or a
        restriction, so both are None [D, absence]. When an app may use only one of the two calls, the other's refusal
        stands among the exchanges; Rejected only when both refuse."""
        self._need("read_health")
        answers: list[Answer] = []
        refused: list[Rejected] = []
        for api, params in ((PERFORMANCE, {"language": "en-US"}), (METRICS, {})):
            try:
                answers.append(await self._call(api, params))
            except Rejected as error:
                if isinstance(error, ShopRestricted) or error.platform_code == EASE_MODE_CODE:
                    raise
                refused.append(error)
        if not answers:
            raise refused[0]
        metrics = [metric for answer in answers for metric in _metrics_of(object_at(answer.payload, "data"))]
        said = [answer.exchange for answer in answers] + [e.exchange for e in refused if e.exchange is not None]
        return ShopHealth(
            metrics=tuple(metrics),
            penalty_points=None,
            is_restricted=None,
            read_at=max(exchange.answered_at for exchange in said),
            exchanges=tuple(sorted(said, key=lambda exchange: exchange.answered_at)),
        )


def _metrics_of(data: Mapping[str, Any]) -> list[HealthMetric]:
    """What either call's `data` holds."""
    plain = [
        HealthMetric(
            code=code,
            name=code.replace("_", " "),
            value=_scaled(data.get(code), factor),
            unit=unit,
            target="",
            is_met=None,
            raw={code: data.get(code)},
        )
        for code, (unit, factor) in METRIC_UNITS.items()
        if code in data
    ]
    return [*(_indicator_of(row) for row in rows_at(data, "indicators")), *plain]


def _indicator_of(row: Mapping[str, Any]) -> HealthMetric:
    indicator = WireIndicator.model_validate(row)
    return HealthMetric(
        code=indicator.type,
        name=indicator.name or indicator.type,
        value=indicator.score,
        unit=SCORE_UNITS.get(indicator.score_format, ""),
        target="" if indicator.formatted_target == "-" else indicator.formatted_target,
        is_met=truth(indicator.target_respected) if indicator.target_respected else None,
        raw=row,
    )


def _scaled(value: object, factor: Decimal) -> Decimal | None:
    try:
        amount = Decimal(scalar(value))
    except InvalidOperation:
        return None
    return amount * factor if amount.is_finite() else None
