"""Open a storm from the order files that tell of it: import what is good in them, and put just those orders into it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from seawall.incidents.commands.cases import add_cases
from seawall.incidents.commands.open_incident import OpenIncident, open_incident
from seawall.incidents.models import GuidedStart, Incident
from seawall.kernel.clock import Clock
from seawall.kernel.errors import InvalidInput
from seawall.orders.api import ColumnMapping, ImportFiles, apply_plan, plan_import
from seawall.shops.api import Shop
from seawall.tenancy.api import Actor, Team, get_scoped, scoped


@dataclass(frozen=True, kw_only=True)
class FilesOfShop:
    """Export files, and the shop whose orders they hold."""

    shop_code: str
    paths: Sequence[Path]
    mapping: ColumnMapping | None = None
    """For a tool's own columns: which is which, as a person has checked it."""


@dataclass(frozen=True, kw_only=True)
class OpenFromFiles:
    """What struck whom, and the files that say which orders."""

    key: str
    """Names the upload: the same key again gives the storm that stands."""
    seller_code: str
    kind: str
    title: str
    files: Sequence[FilesOfShop]
    is_training: bool = False
    password: str | None = None


def started_by(key: str, *, by: Actor) -> Incident | None:
    """The storm that an upload opened, if it has."""
    found = scoped(GuidedStart, by).filter(key=key).select_related("incident").first()
    return found.incident if found else None


def open_from_files(cmd: OpenFromFiles, *, by: Actor, clock: Clock) -> Incident:
    """The storm, with every order of the files in it that can still be told something; a second call with the same key
    gives the same storm and changes nothing.

    Raises what importing raises (wrong_shop, NotFound for a shop), InvalidInput(incident_has_no_orders,
    incident_title_missing, incident_kind_unknown, start_shop_of_another_seller).
    """
    by.require("incident.open")
    by.require("orders.import")
    if (known := started_by(cmd.key, by=by)) is not None:
        return known
    if not cmd.title.strip():
        raise InvalidInput("incident_title_missing")
    named = [(each.shop_code, _imported(each, cmd, by=by, clock=clock)) for each in cmd.files]
    with transaction.atomic():
        # Whoever comes second waits here, and then finds the storm of the first.
        Team.objects.select_for_update(no_key=True).get(pk=by.team_id)
        if (known := started_by(cmd.key, by=by)) is not None:
            return known
        incident = open_incident(
            OpenIncident(seller_code=cmd.seller_code, kind=cmd.kind, title=cmd.title, is_training=cmd.is_training),
            by=by, clock=clock,
        )  # fmt: skip
        _put_in(incident, named, by=by, clock=clock)
        GuidedStart.objects.create(team_id=by.team_id, key=cmd.key, incident=incident, started_at=clock.now())
    return incident


def _imported(each: FilesOfShop, cmd: OpenFromFiles, *, by: Actor, clock: Clock) -> set[str]:
    """Numbers of the orders that the files name; the good rows are stored. The same files twice change nothing."""
    shop: Shop = get_scoped(Shop, by, code=each.shop_code)
    if shop.seller.code != cmd.seller_code:
        raise InvalidInput("start_shop_of_another_seller", shop=shop.code, seller=cmd.seller_code)
    files = ImportFiles(shop_code=shop.code, paths=each.paths, mapping=each.mapping, password=cmd.password)
    shop, planned = plan_import(files, by=by)
    apply_plan(shop, planned, by=by, clock=clock)
    return {order_id for _platform, order_id in planned.orders} | {
        parcel.order_id for parcel in planned.problem_parcels if parcel.order_id
    }


def _put_in(incident: Incident, named: Sequence[tuple[str, set[str]]], *, by: Actor, clock: Clock) -> None:
    """Shop by shop: one platform gives the same number in two shops. A shop none of whose orders is concerned is no
    fault as long as another has some."""
    refused: InvalidInput | None = None
    added = 0
    for shop_code, numbers in named:
        try:
            added += add_cases(incident, [shop_code], only=numbers, by=by, clock=clock).new
        except InvalidInput as none:
            if none.code != "incident_has_no_orders":
                raise
            refused = none
    if not added:
        raise refused or InvalidInput("incident_has_no_orders", incident=incident.code)
