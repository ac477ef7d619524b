"""Seal a pack of a storm: what the platform's own record says of every order, signed."""

from contextlib import nullcontext
from dataclasses import replace

from django.db import transaction
from django.db.models import Max

from seawall.evidence.api import Pack, PreviousPack, Progress, kept_pack, team_signer, write_pack
from seawall.incidents.commands.roll_out import live_roll_out
from seawall.incidents.commands.write_facts import newest_sheet
from seawall.incidents.models import Incident
from seawall.incidents.packing import contents, is_exercise
from seawall.incidents.picturing import Pictured, draw_pictures
from seawall.incidents.places import pack_path, packs_folder
from seawall.incidents.reporting import reported
from seawall.incidents.stamping import StampWhileSealing
from seawall.kernel.clock import Clock
from seawall.tenancy.api import Actor, get_scoped
from seawall.timeline.api import record

__all__ = ["pack_path", "seal_pack"]


def seal_pack(
    incident: Incident,
    *,
    by: Actor,
    clock: Clock,
    progress: Progress | None = None,
    with_pictures: bool = True,
    with_report: bool = True,
    without_previous: str = "",
) -> Pack:
    """Write and record the storm's next pack. May be done at any time after planning; a later pack holds more.

    Its tree begins with that of the pack before it. Only where that file is lost is a new tree begun, and why
    (`without_previous`) stands on the timeline. A configured time-stamp authority is asked meanwhile; one that is away
    is asked again later. The timeline entry of the sealing stands in the next pack, not in this.
    Pictures that are missing or out of date are drawn first, unless `with_pictures` is False.
    The report is drawn from what is sealed, in both editions, unless `with_report` is False.
    Raises Refused(roll_out_unknown, facts_missing, pack_counts_differ, pack_previous_missing, report_not_drawn,
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
        signing = team_signer(by.team_id, clock=clock)
        number = (incident.packs.aggregate(top=Max("number"))["top"] or 0) + 1
        # A clock set back makes no pack older than its own key.
        sealed_at = max(clock.now(), signing.since)
        stored_as = f"{by.team_id}/{incident.code}/seawall-{incident.code}-{number}.zip"
        target = packs_folder() / stored_as
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with_them = None
        if with_pictures:
            is_simulated = is_exercise(incident, roll_out, sheet)
            with_them = Pictured(incident, is_simulated=is_simulated, clock=clock)
        what = contents(incident, roll_out, sheet, sealed_at=sealed_at, pictured=with_them)
        what = replace(what, previous=None if without_previous else _newest(incident))
        stamping = StampWhileSealing()
        signer = replace(signing.signer, stamper=stamping.ask)
        report = reported(target.parent, orders=what.planned, progress=progress) if with_report else nullcontext()
        with report as further:
            sealed = write_pack(what, signer, target, progress, further=further)
        counts = {**sealed.counts, "pictures": with_them.pictures if with_them else 0, "reports": sealed.reports}
        pack = Pack.objects.create(
            team_id=by.team_id, incident=incident, number=number, stored_as=stored_as, sha256=sealed.sha256,
            size=sealed.size, root=sealed.root, key_id=sealed.key_id, items=sealed.items, counts=counts,
            sealed_by_id=by.user_id, sealed_at=sealed_at,
            is_simulated=roll_out.is_training or bool(sealed.counts.get("is_simulated")),
        )  # fmt: skip
        stamping.keep(pack, sealed.token, clock=clock)
        record(
            team_id=by.team_id, incident_id=incident.pk, verb="evidence.seal", clock=clock, by=by,
            subject=f"pack:{pack.pk}", after={"number": number, "root": sealed.root, "sha256": sealed.sha256},
            why=without_previous,
        )  # fmt: skip
    return pack


def _newest(incident: Incident) -> PreviousPack | None:
    pack = incident.packs.order_by("-number").first()
    if pack is None:
        return None
    return kept_pack(pack_path(pack), number=pack.number, sha256=pack.sha256, root=pack.root)
