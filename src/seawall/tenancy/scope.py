"""The one scoping helper: every read and every command passes through an Actor and these functions."""

from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.models import QuerySet

from seawall.kernel.errors import NotAllowed, NotFound
from seawall.tenancy.models import Membership
from seawall.tenancy.roles import Role, may

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts, in which team, with which role."""

    team_id: int
    user_id: int
    membership_id: int
    role: Role
    name: str
    seller_id: int | None
    is_simulated: bool

    def require(self, verb: str) -> None:
        """Raises NotAllowed when this role may not do the verb."""
        if not may(self.role, verb):
            raise NotAllowed("not_allowed", role=self.role.value, verb=verb)

    def require_for_seller(self, verb: str) -> int:
        """As `require`, for what is done in a seller's name. Returns whose: the seller's id.

        Raises NotAllowed for a member who stands for no seller, whatever the role.
        """
        self.require(verb)
        if self.seller_id is None:
            raise NotAllowed("not_allowed", role=self.role.value, verb=verb)
        return self.seller_id


def actor_of(membership: Membership) -> Actor:
    """The actor a membership stands for. Raises NotAllowed for a membership that has been switched off."""
    if not membership.is_active or not membership.user.is_active:
        raise NotAllowed("membership_inactive")
    return Actor(
        team_id=membership.team_id,
        user_id=membership.user_id,
        membership_id=membership.pk,
        role=Role(membership.role),
        name=str(membership.user),
        seller_id=membership.seller_id,
        is_simulated=membership.is_simulated,
    )


def scoped(model: type[M], actor: Actor) -> QuerySet[M]:
    """Rows of `model` that this actor may see: its team's; for a seller approver, its own seller's only.

    A model says how it hangs on a seller by `SELLER_PATH`; one that does not say is invisible to sellers.
    """
    rows: QuerySet[M] = model._default_manager.filter(team_id=actor.team_id)
    if actor.role is Role.SELLER_APPROVER:
        path: str | None = getattr(model, "SELLER_PATH", None)
        return rows.filter(**{path: actor.seller_id}) if path else rows.none()
    return rows


def get_scoped(model: type[M], actor: Actor, *, lock: bool = False, **lookup: Any) -> M:
    """One row the actor may see, locked for change if asked. Raises NotFound alike for missing and foreign rows."""
    rows = scoped(model, actor)
    try:
        # Without its key: rows that name this one may be added meanwhile (a pause's entry in the timeline, a record
        # that comes in while a pack is sealed); nothing that is locked so changes its key or is deleted.
        return (rows.select_for_update(of=("self",), no_key=True) if lock else rows).get(**lookup)
    except (ObjectDoesNotExist, ValueError, TypeError):
        what = " ".join(str(value) for value in lookup.values())
        raise NotFound("not_found", what=what) from None
