"""Every path we call, as data. The version is a segment of the path and differs from call to call.

202309 unless a newer segment is needed: one conversation by id exists from 202601, performance from 202407, and the
cancel reasons of an order from 202512 [OAS, PY]. Tags as in errors.py.
"""

import re
from dataclasses import dataclass

from seawall.connectors.errors import Rejected
from seawall.kernel.markets import Platform

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, kw_only=True)
class Api:
    """A path with its method. `{}` stands for an id."""

    path: str
    method: str = "GET"
    is_effect: bool = False
    """True when doing it twice, or not at all, would matter to a buyer: then doubt is never Transient."""
    names_shop: bool = True
    """False where the gateway does not want `shop_cipher` [SDK]."""
    keeps_answer: bool = True
    """False when the answer holds what must not be kept (tokens, ciphers): then no body is in the Exchange."""

    def at(self, *ids: str) -> str:
        """The path for these ids. Raises Rejected for an id that would change the path."""
        for each in ids:
            if not _ID.fullmatch(each):
                raise Rejected(
                    "platform_rejected", platform=Platform.TIKTOK, platform_code="bad_id", detail=repr(each[:80])
                )
        return self.path.format(*ids)


SHOPS = Api(path="/authorization/202309/shops", names_shop=False, keeps_answer=False)

ORDERS_SEARCH = Api(path="/order/202309/orders/search", method="POST")
ORDERS = Api(path="/order/202309/orders")
TRACKING = Api(path="/fulfillment/202309/orders/{}/tracking")

CONVERSATIONS = Api(path="/customer_service/202309/conversations")
# Opens or finds again; a buyer sees nothing of it and a repeat gives the same id [OAS]: no effect.
CONVERSATION_OPEN = Api(path="/customer_service/202309/conversations", method="POST")
CONVERSATION = Api(path="/customer_service/202601/conversations/{}")
MESSAGES = Api(path="/customer_service/202309/conversations/{}/messages")
MESSAGE_SEND = Api(path="/customer_service/202309/conversations/{}/messages", method="POST", is_effect=True)
MESSAGES_READ = Api(path="/customer_service/202309/conversations/{}/messages/read", method="POST")
CHAT_IMAGE = Api(path="/customer_service/202309/images/upload", method="POST")
PERFORMANCE = Api(path="/customer_service/202407/performance")

ELIGIBILITY = Api(path="/return_refund/202512/orders/{}/aftersale_eligibility")
ELIGIBILITY_OLD = Api(path="/return_refund/202309/orders/{}/aftersale_eligibility")
CANCEL = Api(path="/return_refund/202309/cancellations", method="POST", is_effect=True)
CANCELLATIONS = Api(path="/return_refund/202309/cancellations/search", method="POST")
CANCEL_APPROVE = Api(path="/return_refund/202309/cancellations/{}/approve", method="POST", is_effect=True)
CANCEL_REJECT = Api(path="/return_refund/202309/cancellations/{}/reject", method="POST", is_effect=True)
RETURNS = Api(path="/return_refund/202309/returns/search", method="POST")
RETURN_REJECT = Api(path="/return_refund/202309/returns/{}/reject", method="POST", is_effect=True)
REJECT_REASONS = Api(path="/return_refund/202309/reject_reasons")
# Evidence takes the id of a product image, not of a chat image [OAS]; this path is not asked for a shop [SDK].
PRODUCT_IMAGE = Api(path="/product/202309/images/upload", method="POST", names_shop=False)

TOKEN_GET = Api(path="/api/v2/token/get", keeps_answer=False, names_shop=False)
# An effect: it may spend the refresh token, so a doubt must never be told as "certainly not done".
TOKEN_REFRESH = Api(path="/api/v2/token/refresh", keeps_answer=False, names_shop=False, is_effect=True)
