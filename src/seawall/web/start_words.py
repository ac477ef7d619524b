"""Words for the fields that a column of an order file is read as."""

from collections.abc import Mapping

from django.utils.translation import pgettext_lazy as _p

from seawall.web.look import Words

FIELDS: Mapping[str, Words] = {
    "platform": _p("column", "platform"),
    "market": _p("column", "market"),
    "shop": _p("column", "shop"),
    "order_id": _p("column", "order number"),
    "package_id": _p("column", "package number"),
    "line_id": _p("column", "line number"),
    "status": _p("column", "status"),
    "return_status": _p("column", "return status"),
    "created_at": _p("column", "ordered at"),
    "paid_at": _p("column", "paid at"),
    "ship_by": _p("column", "ship by"),
    "shipped_at": _p("column", "shipped at"),
    "delivered_at": _p("column", "delivered at"),
    "cancelled_at": _p("column", "cancelled at"),
    "cancel_reason": _p("column", "cancel reason"),
    "cancel_by": _p("column", "cancelled by"),
    "currency": _p("column", "currency"),
    "order_total": _p("column", "order total"),
    "sku": _p("column", "SKU"),
    "title": _p("column", "item"),
    "variation": _p("column", "variation"),
    "quantity": _p("column", "quantity"),
    "unit_price": _p("column", "unit price"),
    "buyer_handle": _p("column", "buyer account"),
    "buyer_name": _p("column", "buyer name"),
    "phone": _p("column", "phone"),
    "city": _p("column", "city"),
    "province": _p("column", "province"),
    "country": _p("column", "country"),
    "tracking": _p("column", "tracking number"),
    "carrier": _p("column", "carrier"),
    "remark": _p("column", "remark"),
}
"""What a column can be read as (`orders.imports.api.FIELDS`); others stand under their own name."""
