"""seawall shops: stores of sellers, and how they are reached."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from seawall.cli.context import actor
from seawall.cli.files import existing
from seawall.cli.output import emit, table
from seawall.kernel.errors import InvalidInput
from seawall.kernel.markets import Market, Platform

app = typer.Typer(no_args_is_help=True)


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
    base_url: Annotated[str, typer.Option(help="API base of the site; http only for simulators on this machine.")],
    seller_id: Annotated[str, typer.Option(help="The store's id at the platform.")],
    app_key: Annotated[str, typer.Option(help="The app's key.")],
    secrets_file: Annotated[
        Path,
        typer.Option(
            help="TOML file with app_secret, access_token and, if any, refresh_token, shop_cipher (TikTok Shop) and "
            "push_key (Shopee): never on the command line."
        ),
    ],
    callback_url: Annotated[
        str, typer.Option(help="Push address as registered at the platform, where it is not this console's.")
    ] = "",
    auth_url: Annotated[
        str, typer.Option(help="Where tokens are renewed, where it is not the platform's own address.")
    ] = "",
    mode: Annotated[
        str, typer.Option(help="click or manual, to leave more to people than the platform asks for.")
    ] = "",
    pace: Annotated[float, typer.Option(help="Sends per second; 0 takes our default for the platform.")] = 0,
) -> None:
    """Connect a shop. Secrets are read from a file, encrypted, and never shown again."""
    by = actor()
    from seawall.kernel.clock import SYSTEM_CLOCK
    from seawall.shops.api import ConnectShop, connect_shop

    secrets = _secrets_in(secrets_file)
    connection = connect_shop(
        ConnectShop(
            shop_code=code,
            base_url=base_url,
            platform_seller_id=seller_id,
            app_key=app_key,
            app_secret=str(secrets.get("app_secret", "")),
            access_token=str(secrets.get("access_token", "")),
            refresh_token=str(secrets.get("refresh_token", "")),
            shop_cipher=str(secrets.get("shop_cipher", "")),
            push_key=str(secrets.get("push_key", "")),
            callback_url=callback_url,
            auth_url=auth_url,
            mode=mode,
            sends_per_second=Decimal(str(pace)) if pace > 0 else None,
        ),
        by=by,
        clock=SYSTEM_CLOCK,
    )
    emit(
        {
            "shop": code,
            "mode": connection.mode,
            "reason": connection.mode_reason,
            "is_simulator": connection.is_simulator,
            "sends_per_second": str(connection.sends_per_second),
        }
    )


def _secrets_in(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(existing(path).read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput("secrets_file_unreadable", name=path.name, why=str(error)) from error


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
            }
        )
    shown = table("shop", "seller", "platform", "market", "name", "mode")
    for row in rows:
        shown.add_row(*row.values())
    emit({"shops": rows}, lambda console: console.print(shown))
