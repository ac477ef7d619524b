"""Add members and sellers to a team."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from seawall.kernel.clock import Clock
from seawall.kernel.errors import InvalidInput
from seawall.kernel.languages import BUYER_LANGUAGES
from seawall.tenancy.commands.found_team import user_named
from seawall.tenancy.models import Membership, Seller
from seawall.tenancy.roles import Role
from seawall.tenancy.scope import Actor, get_scoped


@dataclass(frozen=True, kw_only=True)
class AddMember:
    """A person and a role."""

    username: str
    role: str
    display_name: str = ""
    seller_code: str = ""
    is_simulated: bool = False
    languages: Sequence[str] = ()
    """Buyer languages this person speaks: what a seat gets when it asks for none in particular."""


def add_member(cmd: AddMember, *, by: Actor, clock: Clock) -> Membership:
    """The membership, new or as it was. Raises InvalidInput: unknown_role, unknown_language,
    approver_needs_seller, member_exists. Languages, where given, replace those noted before."""
    by.require("team.manage")
    if cmd.role not in {role.value for role in Role}:
        raise InvalidInput("unknown_role", role=cmd.role, roles=", ".join(role.value for role in Role))
    for each in cmd.languages:
        if each not in {language.value for language in BUYER_LANGUAGES}:
            raise InvalidInput("unknown_language", language=each, known=", ".join(x.value for x in BUYER_LANGUAGES))
    is_approver = cmd.role == Role.SELLER_APPROVER.value
    if is_approver and not cmd.seller_code:
        raise InvalidInput("approver_needs_seller")
    seller = get_scoped(Seller, by, code=cmd.seller_code) if is_approver else None
    with transaction.atomic():
        user = user_named(cmd.username, clock=clock, display_name=cmd.display_name)
        member, _ = Membership.objects.get_or_create(
            team_id=by.team_id,
            user=user,
            defaults={"role": cmd.role, "seller": seller, "is_simulated": cmd.is_simulated},
        )
        if (member.role, member.seller_id) != (cmd.role, seller.pk if seller else None):
            raise InvalidInput("member_exists", name=cmd.username)
        if cmd.languages and member.languages != list(cmd.languages):
            Membership.objects.filter(pk=member.pk).update(languages=list(cmd.languages))
            member.languages = list(cmd.languages)
    return member


def add_seller(code: str, name: str, *, by: Actor) -> Seller:
    """The seller, new or as it was."""
    by.require("team.manage")
    seller, _ = Seller.objects.get_or_create(team_id=by.team_id, code=code, defaults={"name": name})
    return seller
