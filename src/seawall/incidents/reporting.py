"""The report of a storm: made while its pack is sealed, or of a pack that is sealed already."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from seawall.evidence.api import (
    EDITIONS,
    Further,
    Pack,
    Progress,
    ReportWishes,
    report_members,
    report_of,
    report_signer,
)
from seawall.incidents.models import Incident
from seawall.kernel.errors import InvalidInput, NotFound
from seawall.settings.env import get_settings
from seawall.tenancy.api import Actor, get_scoped

_FEW = 500
"""Orders: a report of so few is set sooner than a process for it is started."""
_SEVERAL = 4_000
"""More orders take several volumes, two of which are set at a time: each takes about 400 MB (bench/report.py)."""


@contextmanager
def reported(folder: Path, *, orders: int, progress: Progress | None) -> Iterator[Further]:
    """Within this block a pack sealed into `folder` gets its report. Raises Refused(report_certificate_unreadable)."""
    with tempfile.TemporaryDirectory(prefix=".report-", dir=folder) as name:
        yield report_members(Path(name), _wishes(orders), progress)


def write_report(
    incident: Incident,
    folder: Path,
    *,
    by: Actor,
    editions: Sequence[str] = (),
    number: int | None = None,
    progress: Progress | None = None,
) -> tuple[Pack, list[Path]]:
    """Write the report of a pack (the newest unless `number` says which) into `folder`, from the pack's own members.

    `editions` are `en`, `zh`; none means both. Raises InvalidInput(report_folder_missing, report_edition_unknown),
    NotFound(pack_missing), Refused(report_pack_not_whole, report_not_drawn, report_certificate_unreadable).
    """
    by.require("evidence.read")
    if not folder.is_dir():
        raise InvalidInput("report_folder_missing", folder=str(folder))
    incident = get_scoped(Incident, by, pk=incident.pk)
    packs = incident.packs.order_by("-number")
    pack = (packs if number is None else packs.filter(number=number)).first()
    if pack is None:
        raise NotFound("pack_missing", incident=incident.code)
    made = report_of(get_settings().evidence_path / pack.stored_as, folder, _wishes(pack.items, editions), progress)
    return pack, made


def _wishes(orders: int, editions: Sequence[str] = ()) -> ReportWishes:
    settings = get_settings()
    password = settings.report_certificate_password
    sign = None
    if settings.report_certificate is not None:
        sign = report_signer(settings.report_certificate, password.get_secret_value() if password else "")
    several = min(2, os.cpu_count() or 1) if orders > _SEVERAL else 1
    return ReportWishes(editions=tuple(editions) or EDITIONS, processes=several if orders > _FEW else 0, sign=sign)
