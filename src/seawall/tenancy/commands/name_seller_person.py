"""Name a person of a seller, who decides in the seller's name by a link and needs no account to sign in with."""

from django.db import transaction

from seawall.kernel.clock import Clock
from seawall.kernel.errors import InvalidInput
from seawall.tenancy.commands.found_team import user_named
from seawall.tenancy.models import Membership, Seller, Team, User
from seawall.tenancy.roles import Role
from seawall.tenancy.scope import Actor, get_scoped

LONGEST_NAME = 120


def name_seller_person(seller_code: str, name: str, *, by: Actor, clock: Clock) -> Membership:
    """The seller approver of this name, new or as it was. A new one has no password: the person comes in by links.

    A support team names whom its seller named to it; whether that was true, the link's record lets one ask later.
    Raises InvalidInput(seller_person_unnamed), NotFound (seller).
    """
    by.require("seller.person")
    shown = " ".join(name.split())[:LONGEST_NAME]
    if not shown:
        raise InvalidInput("seller_person_unnamed")
    seller = get_scoped(Seller, by, code=seller_code)
    with transaction.atomic():
        Team.objects.select_for_update().get(pk=by.team_id)
        known = Membership.objects.filter(
            team_id=by.team_id, seller=seller, role=Role.SELLER_APPROVER, user__display_name=shown, is_active=True
        )
        if found := known.select_related("user").order_by("pk").first():
            return found
        user = user_named(_free_name(by.team_id, seller), clock=clock, display_name=shown)
        return Membership.objects.create(
            team_id=by.team_id, user=user, role=Role.SELLER_APPROVER.value, seller=seller, is_simulated=False
        )


def _free_name(team_id: int, seller: Seller) -> str:
    """A user name nobody has; people see the display name."""
    stem = f"seller-{team_id}-{seller.code}"
    taken = set(User.objects.filter(username__startswith=stem).values_list("username", flat=True))
    number = 1
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"
