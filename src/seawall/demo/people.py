"""The demo's people and shops: who acts, and what they connect."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from seawall.demo import scene
from seawall.demo.files.api import StormShop
from seawall.demo.limits import Limits
from seawall.demo.stage import DemoState
from seawall.kernel.markets import Platform


def people_and_shops(run: Callable[..., Any], state: DemoState, limits: Limits, folder: Path) -> None:
    """Team, seller, members and connected shops, as an administrator adds them. `run` runs a command line; `folder`
    holds the file of secrets for a moment."""
    admin = scene.ADMIN
    run("team", "create", "demo", "--name", "Demo team", "--admin", admin, show=False)
    run("team", "add-seller", scene.SELLER, "--name", scene.SELLER_NAME, by=admin, show=False)
    run(
        "team",
        "add-member",
        scene.LEAD,
        "--role",
        "lead",
        "--name",
        "Demo lead",
        "--simulated",
        by=admin,
        show=False,
    )
    run(
        "team", "add-member", scene.APPROVER, "--role", "seller_approver", "--seller", scene.SELLER, "--name",
        "Seller 017 (simulated)", "--simulated", by=admin, show=False,
    )  # fmt: skip
    for shop in scene.SHOPS:
        run(
            "shops", "add", shop.code, "--seller", scene.SELLER, "--platform", shop.platform.value, "--market",
            shop.market.value, "--name", scene.SHOP_NAMES[shop.market], by=admin, show=False,
        )  # fmt: skip
    for seat, languages in scene.SEATS.items():
        run(
            "team", "add-member", seat, "--role", "agent", "--name", f"{seat} (simulated)", "--simulated",
            *[word for language in languages for word in ("--lang", language)], by=admin, show=False,
        )  # fmt: skip
    for shop in scene.SHOPS:
        _connect(run, state, shop, limits, folder)
    run("shops", "list", by=admin)


def _connect(run: Callable[..., Any], state: DemoState, shop: StormShop, limits: Limits, folder: Path) -> None:
    place = scene.marketplace_of(shop)
    secrets_file = folder / "secrets.toml"
    secrets_file.touch(mode=0o600)
    rows = place.secrets(state, shop).items()
    secrets_file.write_text("".join(f'{name} = "{value}"\n' for name, value in rows), encoding="utf-8")
    run(
        "shops", "connect", shop.code, "--base-url", place.base_url(state, shop), "--seller-id",
        place.seller_id(shop), "--app-key", place.app_key, "--secrets-file", str(secrets_file),
        *limits.pace(shop.platform), by=scene.ADMIN, show=False,
    )  # fmt: skip
    secrets_file.unlink()


def _ask_for_consent() -> list[StormShop]:
    """Shops whose platform wants a person's key press, unless it consented in writing."""
    return [shop for shop in scene.SHOPS if shop.platform is Platform.SHOPEE]


def hand_in_consents(run: Callable[..., Any], code: str, folder: Path) -> None:
    """Without limits Shopee's shops send by API too, as they lawfully may with the platform's written consent: here
    stand-ins of it, which say so on their face."""
    for shop in _ask_for_consent():
        path = folder / f"platform-consent-{shop.code}-SIMULATED.pdf"
        path.write_bytes(
            scene.one_page_pdf(f"SIMULATED written consent to sending by API - shop {shop.code} - for the demo only")
        )
        run("incident", "paper", code, str(path), "--consent-for", shop.code, by=scene.LEAD, show=False)


def send_by_consent(run: Callable[..., Any]) -> None:
    """The shops whose consent stands on the attested sheet send by API from now on."""
    for shop in _ask_for_consent():
        why = "the demo's stand-in of a written consent"
        run("shops", "mode", shop.code, "api", "--why", why, by=scene.ADMIN, show=False)
