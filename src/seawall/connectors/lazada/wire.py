"""Lazada's JSON as pydantic models: unknown fields kept, ids as text, numbers and flags accepted as text too.

Field names and shapes are [D] unless a line says otherwise. Nothing is required that a buyer's contact can do without:
a strange field must not stop a roll-out.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from seawall.connectors.lazada.scalars import scalar, truth


def _integer(value: object) -> int:
    try:
        return int(Decimal(scalar(value) or "0"))
    except (InvalidOperation, ValueError, OverflowError):
        return 0


def _amount(value: object) -> Decimal | None:
    text = scalar(value).strip().replace(",", "")
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def _rows(value: object) -> object:
    """A list of objects; anything else in it (null, text) is dropped."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


Text = Annotated[str, BeforeValidator(scalar)]
Whole = Annotated[int, BeforeValidator(_integer)]
Flag = Annotated[bool, BeforeValidator(truth)]
Amount = Annotated[Decimal | None, BeforeValidator(_amount)]


class Wire(BaseModel):
    """A tolerant object of the platform."""

    model_config = ConfigDict(extra="allow", frozen=True)


class WireOrder(Wire):
    """A row of /orders/get or the answer of /order/get."""

    order_id: Text = ""
    statuses: Annotated[list[str], BeforeValidator(lambda v: [scalar(x) for x in v] if isinstance(v, list) else [])] = (
        Field(default_factory=list)
    )
    price: Amount = None
    voucher: Amount = None
    shipping_fee: Amount = None
    created_at: Text = ""
    updated_at: Text = ""


class WireItem(Wire):
    """A row of /order/items/get: one unit of one product."""

    order_item_id: Text = ""
    order_id: Text = ""
    status: Text = ""
    name: Text = ""
    sku: Text = ""
    paid_price: Amount = None
    currency: Text = ""
    buyer_id: Text = ""
    tracking_code: Text = ""
    package_id: Text = ""
    reverse_order_id: Text = ""


class WireMessage(Wire):
    """A chat message, from /im/message/list or push 2."""

    message_id: Text = ""
    session_id: Text = ""
    template_id: Text = ""
    content: Any = ""
    from_account_id: Text = ""
    from_account_type: Text = ""
    to_account_id: Text = ""
    to_account_type: Text = ""
    send_time: Whole = 0
    type: Text = ""
    status: Text = ""
    auto_reply: Flag = False
    process_msg: Text = ""


class WireSession(Wire):
    """A conversation, from /im/session/get or push 19."""

    session_id: Text = ""
    unread_count: Whole = 0
    self_position: Whole = 0
    to_position: Whole = 0


class WireTraceEvent(Wire):
    """One line of a parcel's track."""

    status_code: Text = ""
    detail_type: Text = ""
    title: Text = ""
    event_time: Whole = 0


class WirePackage(Wire):
    """A parcel of an order."""

    ofc_package_id: Text = ""
    tracking_number: Text = ""
    logistic_detail_info_list: Annotated[list[WireTraceEvent], BeforeValidator(_rows)] = Field(default_factory=list)


class WireTrack(Wire):
    """A fulfilment order of /logistic/order/trace."""

    package_detail_info_list: Annotated[list[WirePackage], BeforeValidator(_rows)] = Field(default_factory=list)


class WireReverseLine(Wire):
    """A line of a reverse order, from the list or the detail."""

    reverse_order_line_id: Text = ""
    trade_order_line_id: Text = ""
    reverse_status: Text = ""
    ofc_status: Text = ""
    reason_text: Text = ""
    reason_code: Text = ""
    refund_amount: Amount = None
    tracking_number: Text = ""
    sla: Whole = 0
    return_order_line_gmt_create: Whole = 0
    return_order_line_gmt_modified: Whole = 0


class WireIndicator(Wire):
    """A figure of /seller/performance/get."""

    type: Text = ""
    name: Text = ""
    score: Amount = None
    score_format: Text = ""
    formatted_target: Text = ""
    target_respected: Text = ""


class WireMessagePage(Wire):
    """Where to go on in `data` of /im/message/list."""

    has_more: Flag = False
    next_start_time: Whole = 0
    last_message_id: Text = ""


def object_at(payload: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """The object under a chain of keys, or an empty one."""
    here: Any = payload
    for name in names:
        here = here.get(name) if isinstance(here, dict) else None
    return here if isinstance(here, dict) else {}


def rows_at(payload: Mapping[str, Any], *names: str) -> list[Mapping[str, Any]]:
    """The list of objects under a chain of keys, or an empty one."""
    *path, last = names
    found = object_at(payload, *path).get(last)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
