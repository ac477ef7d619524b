"""The demo's people and shops: who acts, and what they connect."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from seawall.demo import scene
from seawall.demo.files.api import StormShop
from seawall.demo.limits import Limits
from seawall.demo.stage import DemoState


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
