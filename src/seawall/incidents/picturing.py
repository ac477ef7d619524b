"""The chat pictures of a storm: drawn where there is none yet or the records have changed, and handed to the pack."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from seawall.evidence import records as pack
from seawall.evidence.api import Drawing, Picture, Transcript, drawing, page_path, transcript_of
from seawall.incidents.commands.roll_out import live_roll_out
from seawall.incidents.commands.write_facts import newest_sheet
from seawall.incidents.models import Case, Incident
from seawall.incidents.packing import is_exercise, order_chunks
from seawall.kernel.clock import Clock
from seawall.settings.env import get_settings
from seawall.tenancy.api import Actor, get_scoped

Chunk = Sequence[tuple[Case, pack.OrderEvidence]]
_FEW = 40
"""So few pictures are drawn sooner than processes for them are started."""


@dataclass(kw_only=True)
class Drawn:
    """What a run did, counted in orders."""

    orders: int = 0
    drawn: int = 0
    kept: int = 0
    """Drawn before, from the same records."""
    without_chat: int = 0
    """The platform's record holds no message of the order."""
    refused: int = 0
    missing: int = 0
    """Orders with a letter that no font has."""


@dataclass(frozen=True)
class _Wanted:
    case: Case
    order: pack.OrderEvidence
    transcript: Transcript


def draw_pictures(
    incident: Incident,
    *,
    by: Actor,
    clock: Clock,
    processes: int | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Drawn:
    """Bring the pictures of a storm up to date. `processes` None means one for each processor; 0: in this process.

    May be broken off at any time and goes on where it was. Raises Refused(roll_out_unknown, facts_missing,
    picture_font_missing).
    """
    by.require("evidence.pack")
    incident = get_scoped(Incident, by, pk=incident.pk)
    is_simulated = is_exercise(incident, live_roll_out(incident), newest_sheet(incident))
    total = incident.cases.count()
    done = Drawn()
    for chunk in order_chunks(incident):
        wanted = _wanted(incident, chunk, is_simulated, done)
        several = (os.cpu_count() or 1) if processes is None else processes
        _draw(incident, wanted, clock, done, processes=several if len(wanted) > _FEW else 0)
        done.orders += len(chunk)
        if progress is not None:
            progress("pictures", done.orders, total)
    return done


def pictured(
    incident: Incident, *, is_simulated: bool, clock: Clock
) -> Callable[[Chunk], Iterator[pack.OrderEvidence]]:
    """What gives orders their pictures while a pack is sealed. Records that came since are drawn on the spot."""

    def attach(chunk: Chunk) -> Iterator[pack.OrderEvidence]:
        _draw(incident, _wanted(incident, chunk, is_simulated, Drawn()), clock, Drawn(), processes=0)
        stored = _stored(incident, chunk)
        for case, order in chunk:
            found = stored.get(case.order_id)
            yield order if found is None or not found.pages else replace(order, picture=_of(incident, found))

    return attach


def pictures_folder(team_id: int) -> Path:
    """Where a team's pages lie."""
    return get_settings().evidence_path / str(team_id) / "pictures"


def _of(incident: Incident, picture: Picture) -> pack.OrderPicture:
    folder = pictures_folder(incident.team_id)
    pages = tuple(pack.PictureFile(page_path(folder, sha256), sha256) for sha256 in picture.pages)
    return pack.OrderPicture(picture.drawn_from, pages, tuple(picture.missing))


def _stored(incident: Incident, chunk: Chunk) -> dict[int, Picture]:
    orders = [case.order_id for case, _ in chunk]
    return {picture.order_id: picture for picture in Picture.objects.filter(incident=incident, order_id__in=orders)}


def _wanted(incident: Incident, chunk: Chunk, is_simulated: bool, done: Drawn) -> list[_Wanted]:
    """Orders of a chunk whose picture is missing, of other records, or not on this machine."""
    stored = _stored(incident, chunk)
    folder = pictures_folder(incident.team_id)
    wanted = []
    for case, order in chunk:
        transcript = transcript_of(order, zone=_zone(case, order), is_simulated=is_simulated)
        if transcript is None:
            done.without_chat += 1
            continue
        found = stored.get(case.order_id)
        is_same = found is not None and found.drawn_from == transcript.drawn_from
        if is_same and found is not None and all(page_path(folder, sha256).exists() for sha256 in found.pages):
            done.kept += 1
        else:
            wanted.append(_Wanted(case, order, transcript))
    return wanted


def _zone(case: Case, order: pack.OrderEvidence) -> ZoneInfo:
    name = case.order.shop.zone_name
    return ZoneInfo(name) if name else order.market.zone


def _draw(incident: Incident, wanted: Sequence[_Wanted], clock: Clock, done: Drawn, *, processes: int) -> None:
    made = drawing((each.transcript for each in wanted), pictures_folder(incident.team_id), processes=processes)
    rows = []
    for each, result in zip(wanted, made, strict=True):
        rows.append(_row(incident, each, result, clock))
        done.refused += bool(result.refused_code)
        done.drawn += not result.refused_code
        done.missing += bool(result.missing)
    Picture.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["incident", "order"],
        update_fields=["drawn_from", "last_capture", "pages", "missing", "refused_code", "drawn_at"],
        batch_size=500,
    )


def _row(incident: Incident, each: _Wanted, result: Drawing, clock: Clock) -> Picture:
    return Picture(
        team_id=incident.team_id,
        incident=incident,
        order_id=each.case.order_id,
        drawn_from=result.drawn_from,
        last_capture=max(int(record.ref[1:]) for record in each.order.records),
        pages=list(result.pages),
        missing=list(result.missing),
        refused_code=result.refused_code,
        drawn_at=clock.now(),
    )
