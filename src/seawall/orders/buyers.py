"""Whose order it is, as far as a file can tell."""

from seawall.kernel.markets import Platform
from seawall.orders.models import Order

_HAS_USERNAMES = frozenset({Platform.SHOPEE, Platform.TIKTOK})
"""Exports of these name the buyer's account (exports.md 1 and 2). Lazada's names a person, and people share names."""


def buyer_hint(order: Order) -> str:
    """The same for orders of one shop that seem to be one buyer's; empty where nothing can be said.

    A hint, not an identity: whoever acts on it asks the platform first. A masked value (it holds `*`) says nothing.
    Where only a person's name is known, the telephone number must be the same too, masked or not.
    """
    handle = " ".join(order.buyer_handle.split()).casefold()
    if not handle or "*" in handle:
        return ""
    if Platform(order.shop.platform) in _HAS_USERNAMES:
        return handle
    return f"{handle} {order.phone}" if order.phone else ""
