"""Seal a pack of a storm: what the platform's own record says of every order, signed."""

from contextlib import nullcontext
from pathlib import Path

from django.db import transaction
from django.db.models import Max

from seawall.evidence.api import Pack, Progress, signing_key, write_pack
from seawall.incidents.commands.roll_out import live_roll_out
from seawall.incidents.commands.write_facts import newest_sheet
from seawall.incidents.models import Incident
from seawall.incidents.packing import contents, is_exercise
from seawall.incidents.picturing import Pictured, draw_pictures
from seawall.incidents.reporting import reported
from seawall.kernel.clock import Clock
from seawall.settings.env import get_settings
from seawall.tenancy.api import Actor, get_scoped
from seawall.timeline.api import record


def seal_pack(
    incident: Incident,
    *,
    by: Actor,
    clock: Clock,
    progress: Progress | None = None,
    with_pictures: bool = True,
    with_report: bool = True,
) -> Pack:
    """Write and record the storm's next pack. May be done at any time after planning; a later pack holds more.

    The timeline entry of the sealing itself stands in the next pack, not in this one.
    Pictures that are missing or out of date are drawn first, unless `with_pictures` is False.
    The report is drawn from what is sealed, in both editions, unless `with_report` is False.
    Raises Refused(roll_out_unknown, facts_missing, pack_counts_differ, report_not_drawn,
    report_certificate_unreadable).
    """
    by.require("evidence.pack")
    if with_pictures:
        # Before the lock is taken: drawing a whole storm takes minutes.
        draw_pictures(incident, by=by, clock=clock, progress=progress)
    with transaction.atomic():
        # The lock keeps plans and cases as they are while they are read; sends go on and are in the next pack.
        incident = get_scoped(Incident, by, lock=True, pk=incident.pk)
        roll_out, sheet = live_roll_out(incident), newest_sheet(incident)
        key = signing_key(by.team_id, clock=clock)
        number = (incident.packs.aggregate(top=Max("number"))["top"] or 0) + 1
        sealed_at = clock.now()
        stored_as = f"{by.team_id}/{incident.code}/seawall-{incident.code}-{number}.zip"
        target = _packs_folder() / stored_as
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with_them = None
        if with_pictures:
            is_simulated = is_exercise(incident, roll_out, sheet)
            with_them = Pictured(incident, is_simulated=is_simulated, clock=clock)
        what = contents(incident, roll_out, sheet, sealed_at=sealed_at, pictured=with_them)
        report = reported(target.parent, orders=what.planned, progress=progress) if with_report else nullcontext()
        with report as further:
            sealed = write_pack(what, key, target, progress, further=further)
        pack = Pack.objects.create(
            team_id=by.team_id,
            incident=incident,
            number=number,
            stored_as=stored_as,
            sha256=sealed.sha256,
            size=sealed.size,
            root=sealed.root,
            key_id=sealed.key_id,
            items=sealed.items,
            counts={**sealed.counts, "pictures": with_them.pictures if with_them else 0, "reports": sealed.reports},
            sealed_by_id=by.user_id,
            sealed_at=sealed_at,
            is_simulated=roll_out.is_training or bool(sealed.counts.get("is_simulated")),
        )
        record(
            team_id=by.team_id, incident_id=incident.pk, verb="evidence.seal", clock=clock, by=by,
            subject=f"pack:{pack.pk}", after={"number": number, "root": sealed.root, "sha256": sealed.sha256},
        )  # fmt: skip
    return pack


def pack_path(pack: Pack) -> Path:
    """Where a pack lies."""
    return _packs_folder() / pack.stored_as


def _packs_folder() -> Path:
    return get_settings().evidence_path
