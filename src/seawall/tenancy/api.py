"""What other capabilities may use of tenancy."""

from seawall.tenancy.commands.add_member import AddMember, add_member, add_seller
from seawall.tenancy.commands.found_team import FoundTeam, found_team
from seawall.tenancy.commands.name_seller_person import name_seller_person
from seawall.tenancy.links import make_sign_in_link, use_sign_in_link
from seawall.tenancy.models import Membership, Seller, SignInLink, Team, User
from seawall.tenancy.roles import PERMISSIONS, Role, may
from seawall.tenancy.scope import Actor, actor_of, get_scoped, scoped

__all__ = [
    "PERMISSIONS", "Actor", "AddMember", "FoundTeam", "Membership", "Role", "Seller", "SignInLink", "Team", "User",
    "actor_of", "add_member", "add_seller", "found_team", "get_scoped", "make_sign_in_link", "may",
    "name_seller_person", "scoped", "use_sign_in_link",
]  # fmt: skip
