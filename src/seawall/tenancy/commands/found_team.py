"""Make a team with its first administrator: done on the server, before anyone can sign in."""

from dataclasses import dataclass

from django.db import transaction

from seawall.kernel.clock import Clock
from seawall.tenancy.models import Membership, Team, User
from seawall.tenancy.roles import Role


@dataclass(frozen=True, kw_only=True)
class FoundTeam:
    """The team and who runs it."""

    slug: str
    name: str
    admin: str


def found_team(cmd: FoundTeam, *, clock: Clock) -> Team:
    """The team, new or as it was; the administrator is added if missing, with no usable password (sign in by link)."""
    with transaction.atomic():
        team, _ = Team.objects.get_or_create(slug=cmd.slug, defaults={"name": cmd.name})
        user = user_named(cmd.admin, clock=clock)
        Membership.objects.get_or_create(team=team, user=user, defaults={"role": Role.ADMIN.value})
    return team


def user_named(username: str, *, clock: Clock, display_name: str = "") -> User:
    """The user of this name, made without a usable password if new."""
    user, is_new = User.objects.get_or_create(
        username=username, defaults={"display_name": display_name or username, "date_joined": clock.now()}
    )
    if is_new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user
