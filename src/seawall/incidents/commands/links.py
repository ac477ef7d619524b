"""Links by which a named person of the seller decides: make, renew, revoke. Only a token's hash is kept.

The token is signed with the server's key, so that a made-up one is known without a look into the database, and random
(192 bits), so that it cannot be guessed. A link is about one digest: any edit voids it.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from seawall.incidents.commands.roll_out import live_roll_out
from seawall.incidents.commands.write_facts import newest_sheet
from seawall.incidents.link_models import ApprovalLink, LinkPurpose
from seawall.incidents.models import Incident
from seawall.incidents.states import IncidentState
from seawall.kernel.clock import Clock
from seawall.kernel.errors import InvalidInput, NotFound, Refused
from seawall.settings.env import get_settings
from seawall.tenancy.api import Actor, Membership, Role, get_scoped
from seawall.timeline.api import record

LIFETIME = timedelta(hours=72)
"""How long a link decides when nobody says (ours)."""
LONGEST_LIFETIME = timedelta(days=30)
"""The most that may be asked for (ours)."""

_SECRET_CHARACTERS = 32
_SEAL_BYTES = 16
_PURPOSE = b"seawall approval link v1:"


@dataclass(frozen=True, kw_only=True)
class MakeLink:
    """For whom, about what, how long. `made_from` is the maker's network address where it is known."""

    purpose: str
    person: Membership
    lifetime: timedelta = LIFETIME
    may_download: bool = False
    made_from: str = ""


@dataclass(frozen=True, kw_only=True)
class MadeLink:
    """A new link. The token is shown once and cannot be shown again."""

    link: ApprovalLink
    token: str

    @property
    def url(self) -> str:
        """The address to hand to the person."""
        return f"{get_settings().public_url}/a/{self.token}/"


def make_link(incident: Incident, cmd: MakeLink, *, by: Actor, clock: Clock) -> MadeLink:
    """A link about what stands now. An earlier link of this person for the same purpose that is undecided falls.

    Raises InvalidInput (link_purpose_unknown, link_lifetime, link_person_not_seller), Refused (link_for_oneself,
    link_nothing_to_approve, link_nothing_to_attest, facts_missing, roll_out_unknown).
    """
    by.require("approval.link")
    if cmd.purpose not in LinkPurpose.values:
        raise InvalidInput("link_purpose_unknown", purpose=cmd.purpose, known=", ".join(LinkPurpose.values))
    if not timedelta(minutes=5) <= cmd.lifetime <= LONGEST_LIFETIME:
        raise InvalidInput("link_lifetime", days=LONGEST_LIFETIME.days)
    with transaction.atomic():
        incident = get_scoped(Incident, by, lock=True, pk=incident.pk)
        person = get_scoped(Membership, by, pk=cmd.person.pk)
        if person.user_id == by.user_id:
            raise Refused("link_for_oneself")
        if (person.role, person.seller_id, person.is_active) != (Role.SELLER_APPROVER, incident.seller_id, True):
            raise InvalidInput("link_person_not_seller", name=str(person.user), seller=incident.seller.name)
        digest = _subject(incident, LinkPurpose(cmd.purpose))
        for old in ApprovalLink.objects.select_for_update().filter(
            incident=incident, purpose=cmd.purpose, person=person, decided_at__isnull=True, revoked_at__isnull=True
        ):
            _revoke(old, by=by, clock=clock, why="a newer link took its place")
        token = new_token()
        link = ApprovalLink.objects.create(
            team_id=by.team_id,
            incident=incident,
            purpose=cmd.purpose,
            subject_digest=digest,
            token_sha256=token_hash(token),
            person=person,
            user=person.user,
            may_download=cmd.may_download,
            made_by_id=by.user_id,
            made_at=clock.now(),
            made_from=cmd.made_from,
            expires_at=clock.now() + cmd.lifetime,
        )
        record(
            team_id=by.team_id, incident_id=incident.pk, verb="approval.link", clock=clock, by=by,
            subject=f"link:{link.pk}", on_behalf_of=incident.seller.name,
            after={
                "person": str(person.user), "purpose": cmd.purpose, "digest": digest,
                "expires_at": link.expires_at.isoformat(), "may_download": cmd.may_download,
            },
        )  # fmt: skip
    return MadeLink(link=link, token=token)


def renew_link(
    link: ApprovalLink, *, by: Actor, clock: Clock, lifetime: timedelta = LIFETIME, made_from: str = ""
) -> MadeLink:
    """A new link in place of an undecided one, for the same person and purpose, about what stands now.

    Raises Refused(link_decided) and as `make_link`.
    """
    by.require("approval.link")
    link = get_scoped(ApprovalLink, by, pk=link.pk)
    if link.decided_at is not None:
        raise Refused("link_decided")
    cmd = MakeLink(
        purpose=link.purpose, person=link.person, lifetime=lifetime, may_download=link.may_download,
        made_from=made_from,
    )  # fmt: skip
    return make_link(link.incident, cmd, by=by, clock=clock)


def revoke_link(link: ApprovalLink, *, by: Actor, clock: Clock, why: str) -> ApprovalLink:
    """The link opens nothing any more, from this moment; what it decided stays decided. Twice changes nothing.

    Raises InvalidInput(link_revoke_needs_reason).
    """
    by.require("approval.link")
    if not why.strip():
        raise InvalidInput("link_revoke_needs_reason")
    with transaction.atomic():
        link = get_scoped(ApprovalLink, by, lock=True, pk=link.pk)
        if link.revoked_at is None:
            _revoke(link, by=by, clock=clock, why=why.strip())
    return link


def _revoke(link: ApprovalLink, *, by: Actor, clock: Clock, why: str) -> None:
    link.revoked_at = clock.now()
    link.save(update_fields=["revoked_at"])
    record(
        team_id=link.team_id, incident_id=link.incident_id, verb="approval.link_revoked", clock=clock, by=by, why=why,
        subject=f"link:{link.pk}", before={"person": str(link.user)},
    )  # fmt: skip


def _subject(incident: Incident, purpose: LinkPurpose) -> str:
    """What a link made now would be about."""
    if purpose is LinkPurpose.ATTEST:
        sheet = newest_sheet(incident)
        if sheet.attested_at is not None:
            raise Refused("link_nothing_to_attest", incident=incident.code)
        return sheet.digest
    if incident.state not in (IncidentState.PLANNED, IncidentState.SAMPLE_SENT):
        raise Refused("link_nothing_to_approve", incident=incident.code)
    return live_roll_out(incident).binding_digest


def new_token() -> str:
    """A random secret with our seal: 54 characters that stand in an address as they are."""
    secret = secrets.token_urlsafe(24)
    return secret + _seal(secret)


def token_hash(token: str) -> str:
    """The hash a token is found by. Raises NotFound(link_unknown) for one that we never sealed."""
    secret, seal = token[:_SECRET_CHARACTERS], token[_SECRET_CHARACTERS:]
    if not hmac.compare_digest(seal.encode(), _seal(secret).encode()):
        raise NotFound("link_unknown")
    return hashlib.sha256(token.encode()).hexdigest()


def _seal(secret: str) -> str:
    key = get_settings().signing_key().encode()
    mac = hmac.new(key, _PURPOSE + secret.encode(), hashlib.sha256).digest()[:_SEAL_BYTES]
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")
