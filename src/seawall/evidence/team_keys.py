"""A team's signing key: made on first use, kept encrypted, named in every pack it signs, followed by the next one."""

import os
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from seawall.evidence.models import SigningKey as StoredKey
from seawall.evidence.seal.canonical import parse_canonical, parse_instant
from seawall.evidence.seal.keychain import KeyLink, hand_over
from seawall.evidence.seal.keys import SigningKey, VerifyKey
from seawall.evidence.seal.sealing import Signer
from seawall.kernel.clock import Clock
from seawall.kernel.errors import InvalidInput, NotFound
from seawall.shops.api import seal_bytes, unseal_bytes
from seawall.tenancy.api import Actor, Team, scoped
from seawall.timeline.api import record

WRAPPING_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class TeamSigner:
    """What a pack is signed with."""

    signer: Signer
    since: datetime
    """When this generation took over: nothing can have been sealed by it before."""


@dataclass(frozen=True, kw_only=True)
class Generation:
    """One generation of a team's key, as anyone may see it."""

    number: int
    key_id: str
    fingerprint: str
    pem: str
    statement: str
    """What the key before it signed when handing over; empty where none did."""
    signature: bytes
    since: datetime
    retired_at: datetime | None


def team_signer(team_id: int, *, clock: Clock) -> TeamSigner:
    """The team's standing key with the generations that handed over to it; made when there is none yet.

    Call inside a transaction: two first uses at once must give one key. Raises Refused(encryption_key_changed).
    """
    stored = _standing(team_id) or _keep(team_id, SigningKey.generate(), at=clock.now())
    links = _links(team_id)
    since = parse_instant(str(parse_canonical(links[-1].statement)["at"])) if len(links) > 1 else stored.created_at
    return TeamSigner(signer=Signer(key=_opened(stored), chain=links), since=since)


def rotate_key(*, why: str, by: Actor, clock: Clock, is_lost: bool = False) -> StoredKey:
    """Retire the standing key for good and let a new one follow, named and signed by the old.

    With `is_lost` the old private half is not needed, and nobody vouches for the new key: for when the installation's
    encryption key is gone. Raises InvalidInput(key_rotation_needs_reason), NotFound(signing_key_none),
    Refused(encryption_key_changed).
    """
    by.require("evidence.rotate_key")
    if not why.strip():
        raise InvalidInput("key_rotation_needs_reason")
    with transaction.atomic():
        stored = _standing(by.team_id)
        if stored is None:
            raise NotFound("signing_key_none")
        now = clock.now()
        new = SigningKey.generate()
        link = KeyLink(new.verify_key)
        if not is_lost:
            old = team_signer(by.team_id, clock=clock)
            # A clock set back must not make a chain that nobody can follow.
            link = hand_over(
                old.signer.key, new.verify_key, generation=len(old.signer.chain) + 1, at=max(now, old.since)
            )
        # Erased, not only marked: a retired key can never sign again, whoever holds the database and its keys.
        stored.private_sealed, stored.retired_at = b"", now
        stored.save(update_fields=["private_sealed", "retired_at"])
        made = _keep(by.team_id, new, at=now, link=link)
        record(
            team_id=by.team_id, incident_id=None, verb="evidence.rotate_key", clock=clock, by=by,
            subject=f"key:{made.key_id}", before={"key_id": stored.key_id},
            after={"key_id": made.key_id, "is_lost": is_lost}, why=why.strip(),
        )  # fmt: skip
    return made


def generations(by: Actor) -> list[Generation]:
    """All generations of the actor's team, oldest first."""
    by.require("evidence.read")
    return _shown(list(scoped(StoredKey, by).order_by("pk")))


def published_keys(team_slug: str) -> tuple[str, list[Generation]]:
    """Name and public keys of a team, for anyone: what is in every pack it hands out. Raises NotFound alike for a team
    that does not exist and one that never sealed."""
    rows = list(StoredKey.objects.filter(team__slug=team_slug).select_related("team").order_by("pk"))
    if not rows:
        raise NotFound("not_found", what=team_slug)
    return rows[0].team.name, _shown(rows)


def _shown(rows: list[StoredKey]) -> list[Generation]:
    found = []
    for number, row in enumerate(rows, 1):
        key = VerifyKey.from_pem(row.public_pem.encode())
        found.append(
            Generation(
                number=number,
                key_id=key.key_id,
                fingerprint=key.fingerprint,
                pem=row.public_pem,
                statement=row.statement,
                signature=bytes(row.statement_signature),
                since=row.created_at,
                retired_at=row.retired_at,
            )
        )
    return found


def _standing(team_id: int) -> StoredKey | None:
    # Without its key: whatever names the team (entries, records, messages) may be added while a pack is sealed.
    Team.objects.select_for_update(no_key=True).get(pk=team_id)
    return StoredKey.objects.filter(team_id=team_id, retired_at__isnull=True).first()


def _opened(stored: StoredKey) -> SigningKey:
    opened = unseal_bytes(stored.private_sealed)
    return SigningKey.from_encrypted(opened[WRAPPING_BYTES:], opened[:WRAPPING_BYTES])


def _links(team_id: int) -> tuple[KeyLink, ...]:
    """The chain that ends at the standing key: it begins anew where a key was lost."""
    links: list[KeyLink] = []
    for row in StoredKey.objects.filter(team_id=team_id).order_by("pk"):
        if not row.statement:
            links.clear()
        key = VerifyKey.from_pem(row.public_pem.encode())
        links.append(KeyLink(key, row.statement.encode(), bytes(row.statement_signature)))
    return tuple(links)


def _keep(team_id: int, key: SigningKey, *, at: datetime, link: KeyLink | None = None) -> StoredKey:
    # The key's own sealed form wants a wrapping key; both lie together under the installation's keys.
    wrapping = os.urandom(WRAPPING_BYTES)
    return StoredKey.objects.create(
        team_id=team_id,
        key_id=key.key_id,
        public_pem=key.public_pem().decode(),
        private_sealed=seal_bytes(wrapping + key.to_encrypted(wrapping)),
        statement=link.statement.decode() if link else "",
        statement_signature=link.signature if link else b"",
        created_at=at,
    )
