"""seawall shops: stores of sellers, and how they are reached."""

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seawall.cli import shop_apps
from seawall.cli.consenting import LISTEN_PORT, ask_consent
from seawall.cli.context import actor
from seawall.cli.output import emit, table
from seawall.cli.shop_apps import secrets_of
from seawall.kernel.errors import Misuse
from seawall.kernel.markets import Market, Platform

if TYPE_CHECKING:
    from seawall.shops.api import Connection

app = typer.Typer(no_args_is_help=True)
app.add_typer(shop_apps.app, name="app", help="Apps registered at a platform, as which sellers are asked.")


SecretsFile = Annotated[
    Path | None,
    typer.Option(
        help="TOML file with app_secret, access_token and, if any, refresh_token, shop_cipher (TikTok Shop) and "
        "push_key (Shopee): never on the command line."
    ),
]
CallbackUrl = Annotated[
    str, typer.Option(help="Push address as registered at the platform, where it is not this console's.")
]
AuthUrl = Annotated[str, typer.Option(help="Where tokens are renewed, where it is not the platform's own address.")]
Mode = Annotated[str, typer.Option(help="click or manual, to leave more to people than the platform asks for.")]


@app.command("add")
def add(
    code: Annotated[str, typer.Argument(help="The team's short name for the shop.")],
    seller: Annotated[str, typer.Option(help="Seller code.")],
    platform: Annotated[Platform, typer.Option(help="Which marketplace.")],
    market: Annotated[Market, typer.Option(help="Which country site.")],
    name: Annotated[str, typer.Option(help="The name buyers know; it stands in messages.")],
) -> None:
    """Add a shop. Again with the same values changes nothing."""
    by = actor()
    from seawall.kernel.clock import SYSTEM_CLOCK
    from seawall.shops.api import AddShop, add_shop

    shop = add_shop(
        AddShop(seller_code=seller, platform=platform, market=market, code=code, name=name), by=by, clock=SYSTEM_CLOCK
    )
    emit({"shop": shop.code, "platform": shop.platform, "market": shop.market, "name": shop.name})


@app.command("connect")
def connect(
    code: Annotated[str, typer.Argument(help="Shop code.")],
    consent: Annotated[
        bool, typer.Option("--consent", help="Ask the seller: print a link, wait until the platform calls back.")
    ] = False,
    app_of_consent: Annotated[
        str, typer.Option("--app", metavar="APP_KEY", help="With --consent: as which app (see seawall shops app).")
    ] = "",
    listen: Annotated[
        int,
        typer.Option(
            min=0,
            max=65535,
            help="With --consent: port of this machine where the platform's call back is taken, once. "
            "http://127.0.0.1:PORT/shops/callback/ must be registered at the platform. 0 takes a free one.",
        ),
    ] = LISTEN_PORT,
    no_listen: Annotated[
        bool, typer.Option("--no-listen", help="With --consent: wait for the console's own callback page instead.")
    ] = False,
    base_url: Annotated[str, typer.Option(help="API base of the site; http only for simulators on this machine.")] = "",
    seller_id: Annotated[str, typer.Option(help="The store's id at the platform.")] = "",
    app_key: Annotated[str, typer.Option(help="The app's key.")] = "",
    secrets_file: SecretsFile = None,
    callback_url: CallbackUrl = "",
    auth_url: AuthUrl = "",
    mode: Mode = "",
    pace: Annotated[float, typer.Option(help="Sends per second; 0 takes our default for the platform.")] = 0,
) -> None:
    """Connect a shop: by the seller's consent, or with tokens from a file. Secrets are encrypted, never shown again."""
    if consent == (secrets_file is not None) or (consent and not app_of_consent):
        raise Misuse("connect_how")
    if secrets_file is None:
        emit(_connected(code, ask_consent(code, app_of_consent, port=None if no_listen else listen)))
        return
    found = _connect_by_file(
        code, secrets_file, base_url=base_url, seller_id=seller_id, app_key=app_key, callback_url=callback_url,
        auth_url=auth_url, mode=mode, pace=Decimal(str(pace)) if pace > 0 else None,
    )  # fmt: skip
    emit(_connected(code, found))


def _connect_by_file(
    code: str,
    file: Path,
    *,
    base_url: str,
    seller_id: str,
    app_key: str,
    callback_url: str,
    auth_url: str,
    mode: str,
    pace: Decimal | None,
) -> "Connection":
    """Connect with tokens that somebody already has."""
    by = actor()
    from seawall.kernel.clock import SYSTEM_CLOCK
    from seawall.shops.api import ConnectShop, connect_shop

    secrets = secrets_of(file, "app_secret", "access_token", "refresh_token", "shop_cipher", "push_key")
    cmd = ConnectShop(
        shop_code=code,
        base_url=base_url,
        platform_seller_id=seller_id,
        app_key=app_key,
        app_secret=secrets["app_secret"],
        access_token=secrets["access_token"],
        refresh_token=secrets["refresh_token"],
        shop_cipher=secrets["shop_cipher"],
        push_key=secrets["push_key"],
        callback_url=callback_url,
        auth_url=auth_url,
        mode=mode,
        sends_per_second=pace,
    )
    return connect_shop(cmd, by=by, clock=SYSTEM_CLOCK)


def _connected(code: str, connection: "Connection") -> dict[str, Any]:
    """The connection as it may be shown."""
    return {
        "shop": code,
        "mode": connection.mode,
        "reason": connection.mode_reason,
        "is_simulator": connection.is_simulator,
        "sends_per_second": str(connection.sends_per_second),
        "seller_id": connection.platform_seller_id,
        "token_until": connection.expires_at.isoformat() if connection.expires_at else None,
    }


@app.command("mode")
def mode(
    code: Annotated[str, typer.Argument(help="The shop's code.")],
    mode: Annotated[str, typer.Argument(help="api, click or manual.")],
    why: Annotated[str, typer.Option(help="Why; it stays on the timeline.")],
) -> None:
    """Set how a connected shop sends: by itself, by a key press, or by hand. Plan again afterwards.

    What a platform lists as abuse (Shopee: `api`) needs its written consent on an attested facts sheet.
    """
    by = actor()
    from seawall.incidents.api import choose_mode
    from seawall.kernel.clock import SYSTEM_CLOCK

    emit(_connected(code, choose_mode(code, mode, why=why, by=by, clock=SYSTEM_CLOCK)))


@app.command("list")
def list_shops() -> None:
    """The shops you may see."""
    by = actor()
    from seawall.shops.api import Shop
    from seawall.tenancy.api import scoped

    by.require("shops.read")
    rows = []
    for shop in scoped(Shop, by).select_related("seller").prefetch_related("connections").order_by("code"):
        active = next((c for c in shop.connections.all() if c.is_active), None)
        rows.append(
            {
                "shop": shop.code,
                "seller": shop.seller.code,
                "platform": shop.platform,
                "market": shop.market,
                "name": shop.name,
                "mode": active.mode if active else "not connected",
                "stopped": active.stopped_reason if active else "",
            }
        )
    shown = table("shop", "seller", "platform", "market", "name", "mode", "stopped")
    for row in rows:
        shown.add_row(*row.values())
    emit({"shops": rows}, lambda console: console.print(shown))
