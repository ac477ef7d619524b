"""The chat pictures of a storm: drawn where there is none yet or the records have changed, and handed to the pack."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from seawall.evidence import records as pack
from seawall.evidence.api import WAITED_FOR, Drawing, DrawingPool, Picture, Transcript, glyphs, page_path, transcript_of
from seawall.incidents.commands.roll_out import live_roll_out
from seawall.incidents.commands.write_facts import newest_sheet
from seawall.incidents.models import Case, Incident
from seawall.incidents.packing import is_exercise, order_chunks
from seawall.kernel.clock import Clock
from seawall.settings.env import get_settings
from seawall.tenancy.api import Actor, get_scoped

_Bare = tuple[Case, pack.OrderEvidence]
Chunk = Sequence[_Bare]
WITHOUT_CHAT = "picture_without_chat"
"""The `refused_code` of an order whose records hold no message."""
TOO_LONG = "picture_too_long"
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
    """Orders drawn in this run with a letter that no font has."""
    missing_letters: tuple[str, ...] = ()
    """Every such letter in any picture of the storm, as U+…"""


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
    is_simulated = exercise_of(incident)
    total = incident.cases.count()
    done = Drawn()
    number = (os.cpu_count() or 1) if processes is None else processes
    with DrawingPool(number, steps_back=WAITED_FOR) as several, DrawingPool(0) as alone:
        for chunk in order_chunks(incident):
            draw_chunk(incident, chunk, is_simulated, clock, done, pool=several, few=alone)
            done.orders += len(chunk)
            if progress is not None:
                progress("pictures", done.orders, total)
    done.missing_letters = missing_letters(incident)
    return done


def missing_letters(incident: Incident) -> tuple[str, ...]:
    """The code points that stand in the storm's pictures because no font had them, as U+…, in order."""
    found = Picture.objects.filter(incident=incident).exclude(missing=[]).values_list("missing", flat=True)
    return tuple(f"U+{code:04X}" for code in sorted({code for codes in found for code in codes}))


def exercise_of(incident: Incident) -> bool:
    """Whether the storm's pictures say SIMULATED. Raises Refused(roll_out_unknown, facts_missing)."""
    return is_exercise(incident, live_roll_out(incident), newest_sheet(incident))


def draw_chunk(
    incident: Incident, chunk: Chunk, is_simulated: bool, clock: Clock, done: Drawn,
    *, pool: DrawingPool, few: DrawingPool | None = None,
) -> None:  # fmt: skip
    """Draw what these orders need, store it, and count it in `done`; up to _FEW of them by `few`, if given."""
    wanted, without = _wanted(incident, chunk, is_simulated, done)
    with_what = few if few is not None and len(wanted) <= _FEW else pool
    made = with_what.draw((each.transcript for each in wanted), pictures_folder(incident.team_id))
    rows = [_row(incident, case, order, _NO_CHAT, clock) for case, order in without]
    for each, result in zip(wanted, made, strict=True):
        rows.append(_row(incident, each.case, each.order, result, clock))
        done.refused += bool(result.refused_code)
        done.drawn += not result.refused_code
        done.missing += bool(result.missing)
    Picture.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["incident", "order"],
        update_fields=["drawn_from", "last_capture", "pages", "missing", "refused_code", "refused_params", "drawn_at"],
        batch_size=500,
    )


class Pictured:
    """Gives orders their pictures while a pack is sealed, and counts them. Records that came since are drawn on the
    spot, in this process."""

    def __init__(self, incident: Incident, *, is_simulated: bool, clock: Clock) -> None:
        self.pictures = 0
        """Orders that were given a picture."""
        self.pages = 0
        self._incident, self._is_simulated, self._clock = incident, is_simulated, clock
        self._alone = DrawingPool(0)

    def __call__(self, chunk: Chunk) -> Iterator[pack.OrderEvidence]:
        """The same orders, with their pictures."""
        draw_chunk(self._incident, chunk, self._is_simulated, self._clock, Drawn(), pool=self._alone)
        stored = _stored(self._incident, chunk)
        for case, order in chunk:
            found = stored.get(case.order_id)
            if found is None or not found.pages:
                yield order
            else:
                self.pictures += 1
                self.pages += len(found.pages)
                yield replace(order, picture=_of(self._incident, found))


def pictures_folder(team_id: int) -> Path:
    """Where a team's pages lie."""
    return get_settings().evidence_path / str(team_id) / "pictures"


_NO_CHAT = Drawing("", (), (), WITHOUT_CHAT)


def _of(incident: Incident, picture: Picture) -> pack.OrderPicture:
    folder = pictures_folder(incident.team_id)
    pages = tuple(pack.PictureFile(page_path(folder, sha256), sha256) for sha256 in picture.pages)
    return pack.OrderPicture(picture.drawn_from, pages, tuple(picture.missing))


def _stored(incident: Incident, chunk: Chunk) -> dict[int, Picture]:
    orders = [case.order_id for case, _ in chunk]
    return {picture.order_id: picture for picture in Picture.objects.filter(incident=incident, order_id__in=orders)}


def _wanted(incident: Incident, chunk: Chunk, is_simulated: bool, done: Drawn) -> tuple[list[_Wanted], list[_Bare]]:
    """Orders of a chunk whose picture is missing, of other records, or not on this machine; and those of which it must
    be noted that their records hold no message."""
    stored = _stored(incident, chunk)
    folder = pictures_folder(incident.team_id)
    wanted: list[_Wanted] = []
    without: list[_Bare] = []
    for case, order in chunk:
        found = stored.get(case.order_id)
        transcript = transcript_of(order, zone=_zone(case, order), is_simulated=is_simulated)
        if transcript is None:
            done.without_chat += 1
            if order.records and (found is None or found.last_capture < _last(order)):
                without.append((case, order))
        elif found is not None and _holds(found, transcript, folder):
            done.kept += 1
        else:
            wanted.append(_Wanted(case, order, transcript))
    return wanted, without


def _holds(found: Picture, transcript: Transcript, folder: Path) -> bool:
    """Whether a stored picture is of these records, is there, and could not be drawn better with the present fonts."""
    return (
        found.drawn_from == transcript.drawn_from
        # What is too long stays so; any other refusal may be gone with the next version of what draws.
        and found.refused_code in ("", TOO_LONG)
        and all(page_path(folder, sha256).exists() for sha256 in found.pages)
        and not (found.missing and glyphs().intersection(found.missing))
    )


def _zone(case: Case, order: pack.OrderEvidence) -> ZoneInfo:
    name = case.order.shop.zone_name
    return ZoneInfo(name) if name else order.market.zone


def _last(order: pack.OrderEvidence) -> int:
    """The newest capture among the records; a person's screenshot is none."""
    return max((int(record.ref[1:]) for record in order.records if record.ref.startswith("c")), default=0)


def _row(incident: Incident, case: Case, order: pack.OrderEvidence, result: Drawing, clock: Clock) -> Picture:
    return Picture(
        team_id=incident.team_id,
        incident=incident,
        order_id=case.order_id,
        drawn_from=result.drawn_from,
        last_capture=_last(order),
        pages=list(result.pages),
        missing=list(result.missing),
        refused_code=result.refused_code,
        refused_params=dict(result.refused_params),
        drawn_at=clock.now(),
    )
