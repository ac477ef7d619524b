"""seawall shops app: apps registered at a platform, as which sellers are asked for their consent."""

import tomllib
from pathlib import Path
from typing import Annotated

import typer

from seawall.cli.context import actor
from seawall.cli.files import existing
from seawall.cli.output import emit, table
from seawall.kernel.errors import InvalidInput
from seawall.kernel.markets import Platform

app = typer.Typer(no_args_is_help=True)


def secrets_of(path: Path, *names: str) -> dict[str, str]:
    """The named secrets of a TOML file, empty where it has none. Raises InvalidInput(secrets_file_unreadable)."""
    try:
        found = tomllib.loads(existing(path).read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput("secrets_file_unreadable", name=path.name, why=str(error)) from error
    return {name: str(found.get(name, "")) for name in names}


@app.command("add")
def add(
    app_key: Annotated[str, typer.Argument(help="The app's key (Shopee: partner id).")],
    platform: Annotated[Platform, typer.Option(help="Which marketplace.")],
    secrets_file: Annotated[
        Path, typer.Option(help="TOML file with app_secret and, for Shopee, push_key: never on the command line.")
    ],
    label: Annotated[str, typer.Option(help="What the team calls it.")] = "",
    seller: Annotated[str, typer.Option(help="Seller code, where the app is one seller's own (Shopee).")] = "",
    service_id: Annotated[str, typer.Option(help="TikTok Shop: the service id of the consent link.")] = "",
    base_url: Annotated[
        str, typer.Option(help="API base in place of the platform's own; {market} stands for the country code.")
    ] = "",
    auth_url: Annotated[str, typer.Option(help="Where codes are traded, in place of the platform's own.")] = "",
    consent_url: Annotated[str, typer.Option(help="Where the seller agrees, in place of the platform's own.")] = "",
    callback_url: Annotated[
        str, typer.Option(help="Push address as registered at the platform, where it is not this console's.")
    ] = "",
) -> None:
    """Make an app known, or bring it up to date. Secrets are read from a file, encrypted, and never shown again."""
    by = actor()
    from seawall.kernel.clock import SYSTEM_CLOCK
    from seawall.shops.api import AddApp, add_app, callback_address

    found = add_app(
        AddApp(
            platform=platform,
            app_key=app_key,
            label=label,
            seller_code=seller,
            service_id=service_id,
            base_url=base_url,
            auth_url=auth_url,
            consent_url=consent_url,
            callback_url=callback_url,
            **secrets_of(secrets_file, "app_secret", "push_key"),
        ),
        by=by,
        clock=SYSTEM_CLOCK,
    )
    emit(
        {
            "app": found.app_key,
            "label": found.label,
            "platform": found.platform,
            "seller": seller or None,
            "is_simulator": found.is_simulator,
            "redirect_address": callback_address(),
        }
    )


@app.command("list")
def list_apps() -> None:
    """The apps of the team, without their secrets."""
    by = actor()
    from seawall.shops.api import PlatformApp
    from seawall.tenancy.api import scoped

    by.require("shops.connect")
    rows = [
        {
            "app": each.app_key,
            "label": each.label,
            "platform": each.platform,
            "seller": each.seller.code if each.seller else None,
            "is_simulator": each.is_simulator,
        }
        for each in scoped(PlatformApp, by).select_related("seller").order_by("platform", "app_key")
    ]
    shown = table("app", "label", "platform", "seller", "simulator")
    for row in rows:
        shown.add_row(*(str(value if value is not None else "–") for value in row.values()))
    emit({"apps": rows}, lambda console: console.print(shown))
