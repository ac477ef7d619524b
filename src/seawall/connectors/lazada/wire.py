"""Lazada's JSON as pydantic models: unknown fields kept, ids as text, numbers and flags accepted as text too.

Field names and shapes are [D] unless a line says otherwise. Nothing is required that a buyer's contact can do without:
a strange field must not stop a roll-out.
"""

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field

from seawall.connectors import tolerant
from seawall.connectors.tolerant import Amount, Flag, Rows, Text, Whole, scalar


class Wire(tolerant.Wire):
    """A tolerant object of Lazada that keeps what it does not know: it goes into the record as it came."""

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
    logistic_detail_info_list: Annotated[list[WireTraceEvent], Rows] = Field(default_factory=list)


class WireTrack(Wire):
    """A fulfilment order of /logistic/order/trace."""

    package_detail_info_list: Annotated[list[WirePackage], Rows] = Field(default_factory=list)


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
