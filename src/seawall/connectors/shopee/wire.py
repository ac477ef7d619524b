"""Shopee's JSON as tolerant models. Field names and shapes are [D] for orders, parcels, returns and health, [S] or [M]
for chat, whose pages are gated."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from seawall.connectors.tolerant import Amount, Flag, Id, Rows, Text, Whole, Wire, scalar, truth

MaybeFlag = Annotated[bool | None, BeforeValidator(lambda value: truth(value) if scalar(value) else None)]
"""A flag that older answers do not have: absent is not the same as no."""


class WireItem(Wire):
    """An item line of an order."""

    item_id: Id = ""
    item_name: Text = ""
    item_sku: Text = ""
    model_id: Text = ""
    model_name: Text = ""
    model_sku: Text = ""
    model_quantity_purchased: Whole = 0
    model_discounted_price: Amount = None
    promotion_group_id: Id = ""


class WirePackage(Wire):
    """A package of an order."""

    package_number: Id = ""
    logistics_status: Text = ""


class WireOrder(Wire):
    """A row of get_order_list or get_order_detail."""

    order_sn: Id = ""
    order_status: Text = ""
    region: Text = ""
    currency: Text = ""
    cod: Flag = False
    create_time: Whole = 0
    update_time: Whole = 0
    total_amount: Amount = None
    buyer_user_id: Id = ""
    cancel_by: Text = ""
    cancel_reason: Text = ""
    buyer_cancel_reason: Text = ""
    can_full_cancel_order: MaybeFlag = None
    item_list: Annotated[list[WireItem], Rows] = Field(default_factory=list)
    package_list: Annotated[list[WirePackage], Rows] = Field(default_factory=list)


class WireTraceEvent(Wire):
    """One line of a parcel's track."""

    update_time: Whole = 0
    description: Text = ""
    logistics_status: Text = ""


class WireTrack(Wire):
    """The answer of get_tracking_info for one package."""

    package_number: Id = ""
    tracking_info: Annotated[list[WireTraceEvent], Rows] = Field(default_factory=list)
    reversed_tracking_number: Text = ""
    reversed_tracking_info: Annotated[list[WireTraceEvent], Rows] = Field(default_factory=list)


class WireMessage(Wire):
    """A chat message, from get_message or push 10."""

    message_id: Id = ""
    conversation_id: Id = ""
    message_type: Text = ""
    content: Any = None
    from_id: Id = ""
    from_shop_id: Id = ""
    to_id: Id = ""
    to_shop_id: Id = ""
    created_timestamp: Whole = 0
    status: Text = ""
    source: Text = ""


class WireConversation(Wire):
    """A conversation of get_conversation_list or get_one_conversation."""

    conversation_id: Id = ""
    to_id: Id = ""
    unread_count: Whole = 0
    pinned: Flag = False
    latest_message_id: Id = ""
    last_read_message_id: Id = ""
    last_message_timestamp: Whole = 0
    opposite_last_read_msg_id: Id = ""


class WireSent(Wire):
    """The answer of send_message: here alone `conversation_id` is a bare number beyond 2^53 [S]."""

    message_id: Id = ""
    conversation_id: Id = ""
    to_id: Id = ""
    created_timestamp: Whole = 0


class WireReturn(Wire):
    """A row of get_return_list, or get_return_detail."""

    return_sn: Id = ""
    order_sn: Id = ""
    status: Text = ""
    reason: Text = ""
    refund_amount: Amount = None
    currency: Text = ""
    create_time: Whole = 0
    update_time: Whole = 0
    due_date: Whole = 0
    return_seller_due_date: Whole = 0


class WireEvidenceModule(Wire):
    """A place for evidence that a dispute reason asks for."""

    module_index: Text = ""
    requirement: Text = ""
    is_required: Flag = False


class WireDisputeReason(Wire):
    """A reason to refuse a return; the id is typed as text and shown as a number [D]."""

    dispute_reason: Id = ""
    dispute_requirement: Text = ""
    evidence_module_list: Annotated[list[WireEvidenceModule], Rows] = Field(default_factory=list)


class WireTarget(Wire):
    """What a metric has to reach."""

    value: Amount = None
    comparator: Text = ""


class WireMetric(Wire):
    """A figure of get_shop_performance; targets vary by market and are never hard-coded [D]."""

    metric_id: Text = ""
    metric_name: Text = ""
    current_period: Amount = None
    unit: Whole = 0
    target: Any = None
