"""Make an app known, as which sellers are asked for their consent."""

from dataclasses import dataclass, field

from django.db import transaction

from seawall.kernel.clock import Clock
from seawall.kernel.errors import InvalidInput
from seawall.kernel.markets import Platform
from seawall.shops.models import APP_ADDRESSES, PlatformApp
from seawall.shops.policy import is_loopback
from seawall.shops.vault import seal, unseal
from seawall.tenancy.api import Actor, Seller, get_scoped
from seawall.timeline.api import record


@dataclass(frozen=True, kw_only=True)
class AddApp:
    """An app as registered in the platform's console. Secrets stay out of `repr` and are stored encrypted."""

    platform: Platform
    app_key: str
    app_secret: str = field(repr=False)
    push_key: str = field(default="", repr=False)
    """Shopee: the live push key."""
    label: str = ""
    """What the team calls it; the app key where nobody says."""
    service_id: str = ""
    """TikTok Shop only: required there."""
    seller_code: str = ""
    """The one seller it belongs to; empty: every seller of the team."""
    base_url: str = ""
    auth_url: str = ""
    consent_url: str = ""
    callback_url: str = ""


def add_app(cmd: AddApp, *, by: Actor, clock: Clock) -> PlatformApp:
    """The app, new or brought up to date; the same values change nothing. Shops connected before keep the secret they
    were connected with: after a change of the secret they are connected again.

    Raises InvalidInput(app_field_missing, app_addresses_differ, app_simulator_incomplete, connection_needs_tls).
    """
    by.require("shops.connect")
    is_simulator = _checked(cmd)
    seller = get_scoped(Seller, by, code=cmd.seller_code) if cmd.seller_code else None
    values = {
        "seller_id": seller.pk if seller else None,
        "label": cmd.label.strip() or cmd.app_key,
        "service_id": cmd.service_id.strip(),
        "is_simulator": is_simulator,
        "callback_url": cmd.callback_url,
        **{name: getattr(cmd, name).rstrip("/") for name in APP_ADDRESSES},
    }
    with transaction.atomic():
        app = (
            PlatformApp.objects.select_for_update()
            .filter(team_id=by.team_id, platform=cmd.platform, app_key=cmd.app_key)
            .first()
        )
        if app is not None and _is_same(app, values, cmd):
            return app
        if app is None:
            app = PlatformApp(team_id=by.team_id, platform=cmd.platform, app_key=cmd.app_key)
        for name, value in values.items():
            setattr(app, name, value)
        app.app_secret_sealed, app.push_key_sealed = seal(cmd.app_secret), seal(cmd.push_key)
        app.changed_at = clock.now()
        app.save()
        record(
            team_id=by.team_id, incident_id=None, verb="shop.app", clock=clock, by=by, subject=f"app:{app.pk}",
            after={"label": app.label, "platform": app.platform, "is_simulator": is_simulator},
        )  # fmt: skip
    return app


def _checked(cmd: AddApp) -> bool:
    """Whether it is a simulator's app. Raises InvalidInput where fields are missing or addresses do not fit."""
    for name in ("app_key", "app_secret"):
        if not getattr(cmd, name).strip():
            raise InvalidInput("app_field_missing", field=name)
    if cmd.platform is Platform.TIKTOK and not cmd.service_id.strip():
        raise InvalidInput("app_field_missing", field="service_id")
    given = [url for name in APP_ADDRESSES if (url := getattr(cmd, name))]
    local = [url for url in given if is_loopback(url)]
    if local and len(local) != len(given):
        # A code or token of a real seller must never travel to a simulator, nor the other way round.
        raise InvalidInput("app_addresses_differ", url=local[0])
    if local and len(local) != len(APP_ADDRESSES):
        raise InvalidInput("app_simulator_incomplete")
    for url in given:
        if not local and not url.startswith("https://"):
            raise InvalidInput("connection_needs_tls", url=url)
    return bool(local)


def _is_same(app: PlatformApp, values: dict[str, object], cmd: AddApp) -> bool:
    return (
        all(getattr(app, name) == value for name, value in values.items())
        and unseal(app.app_secret_sealed) == cmd.app_secret
        and unseal(app.push_key_sealed) == cmd.push_key
    )
