"""An administrator makes the team's apps known. A secret is never shown again, and a simulator stays a simulator."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction
from tests.kit.rollout import Desk, a_desk

from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.errors import InvalidInput, NotAllowed, NotFound
from seawall.kernel.markets import Platform
from seawall.shops.api import AddApp, PlatformApp, add_app
from seawall.shops.vault import unseal
from seawall.timeline.api import Entry

pytestmark = pytest.mark.django_db

HERE = "http://127.0.0.1:8800"
REAL = AddApp(platform=Platform.LAZADA, app_key="900001", app_secret="s3cret-demo", label="Ours")
STAND_IN = replace(REAL, base_url=HERE, auth_url=HERE, consent_url=HERE)


def test_an_app_is_kept_with_its_secret_sealed(desk: Desk) -> None:
    app = add_app(replace(REAL, push_key="p"), by=desk.admin, clock=SYSTEM_CLOCK)
    assert (app.label, app.is_simulator, app.seller_id) == ("Ours", False, None)
    assert b"s3cret" not in bytes(app.app_secret_sealed)
    assert (unseal(app.app_secret_sealed), unseal(app.push_key_sealed)) == ("s3cret-demo", "p")
    assert "s3cret" not in repr(REAL)
    assert "s3cret" not in str(Entry.objects.get(verb="shop.app").after)


def test_the_same_again_changes_nothing_and_a_new_secret_replaces_the_old(desk: Desk) -> None:
    first = add_app(REAL, by=desk.admin, clock=SYSTEM_CLOCK)
    again = add_app(REAL, by=desk.admin, clock=SYSTEM_CLOCK)
    assert (again.pk, again.changed_at) == (first.pk, first.changed_at)
    assert Entry.objects.filter(verb="shop.app").count() == 1
    changed = add_app(replace(REAL, app_secret="new"), by=desk.admin, clock=SYSTEM_CLOCK)
    assert (changed.pk, unseal(changed.app_secret_sealed)) == (first.pk, "new")


def test_a_team_may_have_an_app_for_each_seller_of_its_own(desk: Desk) -> None:
    for key in ("1", "2"):
        add_app(
            replace(REAL, platform=Platform.SHOPEE, app_key=key, seller_code="s017"), by=desk.admin, clock=SYSTEM_CLOCK
        )
    assert PlatformApp.objects.filter(seller__code="s017").count() == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"app_secret": " "}, "app_field_missing"),
        ({"platform": Platform.TIKTOK}, "app_field_missing"),
        ({"auth_url": HERE}, "app_simulator_incomplete"),
        ({"auth_url": HERE, "base_url": "https://api.lazada.co.th/rest"}, "app_addresses_differ"),
        ({"auth_url": "http://auth.example.test"}, "connection_needs_tls"),
    ],
)
def test_an_app_that_cannot_work_is_refused(desk: Desk, change: dict[str, object], code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        add_app(replace(REAL, **change), by=desk.admin, clock=SYSTEM_CLOCK)  # type: ignore[arg-type]
    assert refused.value.code == code
    assert not PlatformApp.objects.exists()


@pytest.mark.parametrize(
    "change", [{"is_simulator": False}, {"consent_url": ""}, {"auth_url": "https://auth.example.test"}]
)
def test_the_table_itself_keeps_simulators_apart(desk: Desk, change: dict[str, object]) -> None:
    app = add_app(STAND_IN, by=desk.admin, clock=SYSTEM_CLOCK)
    assert app.is_simulator
    with pytest.raises(IntegrityError), transaction.atomic():
        PlatformApp.objects.filter(pk=app.pk).update(**change)


def test_only_an_administrator_may_and_only_for_sellers_of_the_team(desk: Desk) -> None:
    for member in (desk.lead, desk.agent, desk.approver, desk.auditor):
        with pytest.raises(NotAllowed):
            add_app(REAL, by=member, clock=SYSTEM_CLOCK)
    rival = a_desk("south")
    with pytest.raises(NotFound):
        add_app(replace(REAL, seller_code="s099"), by=rival.admin, clock=SYSTEM_CLOCK)
    # The same key in two teams: two apps, neither sees the other's secret.
    ours, theirs = (add_app(REAL, by=each.admin, clock=SYSTEM_CLOCK) for each in (desk, rival))
    assert ours.pk != theirs.pk
