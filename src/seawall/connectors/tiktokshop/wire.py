"""TikTok Shop's JSON as pydantic models: unknown fields ignored, ids as text, numbers and flags accepted as text too.

Field names are [OAS] unless a line says otherwise. Ids pass 2^53 and come as text; whole numbers are exact in Python
either way. Nothing is required that a buyer's contact can do without.
"""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from seawall.connectors.tiktokshop.scalars import inner_object
from seawall.connectors.tolerant import Amount, Flag, Rows, Text, Whole, Wire, scalar, truth


def _object(value: object) -> object:
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> object:
    return [scalar(each) for each in value if scalar(each)] if isinstance(value, list) else []


Texts = Annotated[list[str], BeforeValidator(_texts)]
Inner = Annotated[dict[str, Any], BeforeValidator(inner_object)]
Object = BeforeValidator(_object)


class WirePayment(Wire):
    """What the buyer pays for an order."""

    currency: Text = ""
    total_amount: Amount = None


class WireLine(Wire):
    """A line of an order: one unit of one product [DOC]."""

    id: Text = ""
    sku_id: Text = ""
    product_name: Text = ""
    seller_sku: Text = ""
    sale_price: Amount = None
    currency: Text = ""
    display_status: Text = ""
    tracking_number: Text = ""


class WireOrder(Wire):
    """An order, of the list or of the detail: the same object with minor differences."""

    id: Text = ""
    status: Text = ""
    user_id: Text = ""
    create_time: Whole = 0
    update_time: Whole = 0
    payment: Annotated[WirePayment, Object] = Field(default_factory=WirePayment)
    line_items: Annotated[list[WireLine], Rows] = Field(default_factory=list)


class WireTrack(Wire):
    """A line of an order's track. `action_code` is newer [PY]."""

    description: Text = ""
    update_time_millis: Whole = 0
    action_code: Text = ""


class WireSender(Wire):
    """Who wrote a message. SYSTEM and ROBOT carry the shop's ids: only the role tells."""

    role: Text = ""
    im_user_id: Text = ""


class WireMessage(Wire):
    """A chat message, of the list or of a push of type 14, which says `message_id` for `id`."""

    id: Text = ""
    message_id: Text = ""
    conversation_id: Text = ""
    index: Whole = 0
    type: Text = ""
    content: Inner = Field(default_factory=dict)
    create_time: Whole = 0
    is_visible: Annotated[bool, BeforeValidator(lambda value: value is None or truth(value))] = True
    sender: Annotated[WireSender, Object] = Field(default_factory=WireSender)


class WireConversation(Wire):
    """A conversation, of the list or by id."""

    id: Text = ""
    unread_count: Whole = 0
    latest_message: Annotated[WireMessage, Object] = Field(default_factory=WireMessage)


class WireAction(Wire):
    """What the seller has to do next, and until when."""

    action: Text = ""
    deadline: Whole = 0


Actions = Annotated[list[WireAction], Rows]


class WireCancellation(Wire):
    """A cancellation, by the seller or the platform (CANCEL) or asked for by the buyer (BUYER_CANCEL)."""

    cancel_id: Text = ""
    order_id: Text = ""
    cancel_type: Text = ""
    cancel_status: Text = ""
    cancel_reason: Text = ""
    cancel_reason_text: Text = ""
    create_time: Whole = 0
    update_time: Whole = 0
    seller_next_action_response: Actions = Field(default_factory=list)


class WireRefund(Wire):
    """Money of a return."""

    currency: Text = ""
    refund_total: Amount = None


class WireReturn(Wire):
    """A return or refund a buyer asked for."""

    return_id: Text = ""
    order_id: Text = ""
    return_type: Text = ""
    return_status: Text = ""
    return_reason: Text = ""
    return_reason_text: Text = ""
    create_time: Whole = 0
    update_time: Whole = 0
    seller_next_action_response: Actions = Field(default_factory=list)
    refund_amount: Annotated[WireRefund, Object] = Field(default_factory=WireRefund)


class WireEligibility(Wire):
    """Whether a line may be cancelled, refunded or returned. `available_reason_names` from 202512 [PY]."""

    request_type: Text = ""
    eligible: Flag = False
    ineligible_code: Text = ""
    ineligible_reason: Text = ""
    order_line_items_ids: Texts = Field(default_factory=list)
    available_reason_names: Texts = Field(default_factory=list)


class WireSku(Wire):
    """The lines of one product of an order."""

    line_item_eligibility: Annotated[list[WireEligibility], Rows] = Field(default_factory=list)


class WireReason(Wire):
    """A reason the platform takes for a refusal."""

    name: Text = ""
    text: Text = ""


class WireImage(Wire):
    """An uploaded image: `uri` from the product upload only. Sizes come as numbers or as text."""

    uri: Text = ""
    url: Text = ""
    width: Whole = 0
    height: Whole = 0


class WireShop(Wire):
    """A shop of an authorisation."""

    id: Text = ""
    name: Text = ""
    region: Text = ""
    seller_type: Text = ""
    cipher: Text = ""
    code: Text = ""


class WireTokens(Wire):
    """Tokens. `*_expire_in` are absolute Unix seconds, despite the name [PY, 3P]."""

    access_token: Text = ""
    access_token_expire_in: Whole = 0
    refresh_token: Text = ""
    refresh_token_expire_in: Whole = 0
    open_id: Text = ""
    seller_base_region: Text = ""
    user_type: Text = ""
