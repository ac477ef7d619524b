"""A team's signing key: made on first use, kept encrypted, named in every pack it signs."""

import os

from seawall.evidence.models import SigningKey as StoredKey
from seawall.evidence.seal.keys import SigningKey
from seawall.kernel.clock import Clock
from seawall.shops.api import seal_bytes, unseal_bytes
from seawall.tenancy.api import Team

WRAPPING_BYTES = 32


def signing_key(team_id: int, *, clock: Clock) -> SigningKey:
    """The team's standing key. Call inside a transaction: two first uses at once must give one key."""
    # Without its key: whatever names the team (entries, records, messages) may be added while a pack is sealed.
    Team.objects.select_for_update(no_key=True).get(pk=team_id)
    stored = StoredKey.objects.filter(team_id=team_id, retired_at__isnull=True).order_by("-pk").first()
    if stored is not None:
        opened = unseal_bytes(stored.private_sealed)
        return SigningKey.from_encrypted(opened[WRAPPING_BYTES:], opened[:WRAPPING_BYTES])
    key = SigningKey.generate()
    # The key's own sealed form wants a wrapping key; both lie together under the installation's keys.
    wrapping = os.urandom(WRAPPING_BYTES)
    StoredKey.objects.create(
        team_id=team_id,
        key_id=key.key_id,
        public_pem=key.public_pem().decode(),
        private_sealed=seal_bytes(wrapping + key.to_encrypted(wrapping)),
        created_at=clock.now(),
    )
    return key
