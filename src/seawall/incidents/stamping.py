"""The time of a pack, confirmed by an authority: while it is sealed if the authority answers, else later.

A sealed pack is never touched again, so a token that comes later lies beside it as PACK.zip.tsr.
"""

import os
import zipfile
from datetime import timedelta
from pathlib import Path

import structlog
from django.db import transaction

from seawall.evidence.api import NoToken, Pack, TimeStamp, Token, configured_authority, stamped_message
from seawall.incidents.places import pack_path
from seawall.kernel.clock import Clock
from seawall.kernel.errors import Refused, SeawallError
from seawall.tenancy.api import Actor, get_scoped
from seawall.timeline.api import record

log = structlog.get_logger()

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
"""Between two tries of one pack: twice as long each time (ours)."""
AT_ONCE = 20
"""Packs that one turn of the chore asks for."""


class StampWhileSealing:
    """Asks while a pack is sealed. An authority that is away never holds up a sealing; what went wrong is kept."""

    def __init__(self) -> None:
        self.fault = ""
        try:
            self._authority = configured_authority()
        except SeawallError as error:
            self._authority, self.fault = None, error.code

    @property
    def is_wanted(self) -> bool:
        """Whether packs are to be stamped here at all."""
        return self._authority is not None or bool(self.fault)

    def ask(self, message: bytes) -> Token | None:
        """The token over a signed root, or None."""
        if self._authority is None:
            return None
        try:
            return self._authority.token(message)
        except NoToken as error:
            self.fault = error.code
            return None

    def keep(self, pack: Pack, token: Token | None, *, clock: Clock) -> None:
        """The row of a pack just sealed, in the caller's transaction; none where no authority is configured."""
        if not self.is_wanted:
            return
        now = clock.now()
        row = TimeStamp(team_id=pack.team_id, pack=pack, tries=1, next_try_at=now + FIRST_WAIT, fault=self.fault)
        if token is not None:
            _fill(row, token, is_inside=True)
        row.save()


def stamp_pack(pack: Pack, *, by: Actor, clock: Clock) -> TimeStamp:
    """Ask now for a pack's token; one that has it is given back as it is.

    Raises Refused(tsa_not_configured, pack_file_missing), NoToken(tsa_away, tsa_token_wrong).
    """
    by.require("evidence.pack")
    pack = get_scoped(Pack, by, pk=pack.pk)
    with transaction.atomic():
        row, _ = TimeStamp.objects.get_or_create(
            pack=pack, defaults={"team_id": pack.team_id, "next_try_at": clock.now()}
        )
    return row if row.stamped_at else _stamp(row, by=by, clock=clock)


def stamp_due(*, clock: Clock) -> bool:
    """Ask for every token that is due. True when there may be more at once. For the worker; never raises for a pack."""
    due = TimeStamp.objects.filter(stamped_at__isnull=True, next_try_at__lte=clock.now()).order_by("next_try_at", "pk")
    rows = list(due.select_related("pack")[:AT_ONCE])
    for row in rows:
        try:
            _stamp(row, by=None, clock=clock)
        except SeawallError as error:
            log.info("no time stamp", action="evidence.stamp", pack=row.pack_id, why=error.code)
    return len(rows) == AT_ONCE


def _stamp(row: TimeStamp, *, by: Actor | None, clock: Clock) -> TimeStamp:
    pack = row.pack
    try:
        authority = configured_authority()
        if authority is None:
            raise Refused("tsa_not_configured")
        token = authority.token(_message(pack))
    except SeawallError as error:
        _put_off(row, error.code, clock=clock)
        raise
    with transaction.atomic():
        locked = TimeStamp.objects.select_for_update().get(pk=row.pk)
        if locked.stamped_at:
            return locked
        # The file first: a row without its file would promise what nobody can hand out.
        _write(token_path(pack), token.der)
        _fill(locked, token, is_inside=False)
        locked.save()
        record(
            team_id=pack.team_id, incident_id=pack.incident_id, verb="evidence.stamp", clock=clock, by=by,
            subject=f"pack:{pack.pk}",
            after={"number": pack.number, "authority": token.authority, "stamped_at": token.said_at},
        )  # fmt: skip
    return locked


def _message(pack: Pack) -> bytes:
    try:
        with zipfile.ZipFile(pack_path(pack)) as file:
            return stamped_message(file)
    except (OSError, KeyError, zipfile.BadZipFile):
        raise Refused("pack_file_missing", number=pack.number) from None


def _put_off(row: TimeStamp, code: str, *, clock: Clock) -> None:
    wait = min(FIRST_WAIT * 2 ** min(row.tries, 10), LONGEST_WAIT)
    row.tries, row.fault, row.next_try_at = row.tries + 1, code, clock.now() + wait
    row.save(update_fields=["tries", "fault", "next_try_at"])


def _fill(row: TimeStamp, token: Token, *, is_inside: bool) -> None:
    row.token, row.authority, row.stamped_at = token.der, token.authority[:300], token.at
    row.is_inside, row.fault = is_inside, ""


def token_path(pack: Pack) -> Path:
    """Where a token that came later lies."""
    path = pack_path(pack)
    return path.with_name(f"{path.name}.tsr")


def _write(path: Path, data: bytes) -> None:
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(data)
    os.replace(partial, path)
