"""Change how a connected shop sends, within what is lawful for it."""

from django.db import transaction

from seawall.kernel.clock import Clock
from seawall.kernel.errors import Refused
from seawall.kernel.markets import Platform
from seawall.shops.models import Connection, SendMode, Shop
from seawall.shops.policy import CONSENTED, mode_for
from seawall.tenancy.api import Actor, get_scoped
from seawall.timeline.api import record


def set_mode(shop_code: str, mode: str, *, has_consent: bool, why: str, by: Actor, clock: Clock) -> Connection:
    """The shop's connection in another mode. Lanes planned under the old mode send nothing more; plan again.

    `has_consent`: the caller has found the platform's written consent for this very shop.
    Raises NotFound, InvalidInput(mode_unknown), Refused: mode_not_lawful, no_connection_yet.
    """
    by.require("shops.connect")
    with transaction.atomic():
        shop = get_scoped(Shop, by, lock=True, code=shop_code)
        connection = shop.connections.filter(is_active=True).first()
        if connection is None or (not connection.base_url and mode != SendMode.MANUAL):
            raise Refused("shop_has_no_connection", code=shop.code)
        found, reason = mode_for(Platform(shop.platform), mode, has_consent=has_consent)
        _write(connection, found, reason, why=why, by=by, clock=clock)
    return connection


def end_consent(shop: Shop, *, why: str, by: Actor, clock: Clock) -> bool:
    """The platform's consent for a shop stands no longer: back to the mode its platform allows anybody. Returns whether
    anything changed. Call inside a transaction."""
    connection = Connection.objects.select_for_update().filter(shop=shop, is_active=True, mode_reason=CONSENTED).first()
    if connection is None:
        return False
    mode, reason = mode_for(Platform(shop.platform), "")
    _write(connection, mode, reason, why=why, by=by, clock=clock)
    return True


def _write(connection: Connection, mode: str, reason: str, *, why: str, by: Actor, clock: Clock) -> None:
    if connection.mode == mode:
        return
    before = connection.mode
    connection.mode, connection.mode_reason = SendMode(mode), reason
    connection.save(update_fields=["mode", "mode_reason"])
    record(
        team_id=by.team_id, incident_id=None, verb="shop.mode", clock=clock, by=by,
        subject=f"shop:{connection.shop_id}", before={"mode": before},
        after={"mode": mode, "reason": reason, "code": connection.shop.code}, why=why,
    )  # fmt: skip
