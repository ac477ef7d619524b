"""Shops that no API reaches: what a person does for them in Seller Center hangs on a connection without an address."""

from seawall.kernel.clock import Clock
from seawall.kernel.markets import Platform
from seawall.shops.models import Connection, SendMode, Shop
from seawall.shops.policy import BY_HAND, default_pace
from seawall.shops.vault import seal
from seawall.timeline.api import record


def hand_connection(shop: Shop, *, clock: Clock) -> Connection:
    """The shop's active connection; where it has none, one without address and secrets, of mode `manual`.

    Nothing can be called by it (a database constraint keeps any other mode away from it), and connecting the shop turns
    it into a real one. Call inside a transaction.
    """
    Shop.objects.select_for_update().get(pk=shop.pk)
    found = Connection.objects.filter(shop=shop, is_active=True).select_related("shop").first()
    if found is not None:
        return found
    nothing = seal("")
    made = Connection.objects.create(
        team_id=shop.team_id, shop=shop, is_simulator=False, base_url="", platform_seller_id="", app_key="",
        app_secret_sealed=nothing, access_token_sealed=nothing, mode=SendMode(BY_HAND[0]), mode_reason=BY_HAND[1],
        sends_per_second=default_pace(Platform(shop.platform)), burst=1, changed_at=clock.now(),
    )  # fmt: skip
    record(
        team_id=shop.team_id, incident_id=None, verb="shop.by_hand", clock=clock, by=None, subject=f"shop:{shop.pk}",
        after={"code": shop.code},
    )  # fmt: skip
    return made
