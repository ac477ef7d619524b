"""What a command needs before it can act: Django, the database, and who acts."""

import os
from functools import cache
from typing import TYPE_CHECKING

from seawall.kernel.errors import InvalidInput, Misuse
from seawall.kernel.texts import reader_language

if TYPE_CHECKING:
    from seawall.tenancy.api import Actor

_acting_as: str | None = None


def act_as(name: str | None) -> None:
    """Name the member who acts for the rest of this process (--as, SEAWALL_AS)."""
    global _acting_as  # noqa: PLW0603  # one process, one command line
    _acting_as = name


@cache
def ready() -> None:
    """Start (or find) the database and set Django up. Raises Unreachable with a sentence."""
    import django

    from seawall.settings.env import get_settings
    from seawall.settings.logs import configure_logging
    from seawall.settings.running import ensure_database

    configure_logging(get_settings())
    ensure_database()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "seawall.settings.django")
    django.setup()


def actor() -> "Actor":
    """Who acts: --as NAME, else SEAWALL_AS, else the only team's first administrator or lead.

    Whoever can run this command on the server can already read the database, so no password is asked here; what the
    member may do is still decided by the member's role.
    """
    ready()
    from seawall.tenancy.api import Membership, Role, actor_of

    name = _acting_as or os.environ.get("SEAWALL_AS")
    members = Membership.objects.select_related("user", "team").filter(is_active=True)
    if name:
        found = list(members.filter(user__username=name))
        if not found:
            raise InvalidInput("member_unknown", name=name)
        if len(found) > 1:
            raise Misuse("member_in_many_teams", name=name)
        return actor_of(found[0])
    desk = [m for m in members.order_by("pk") if m.role in (Role.ADMIN, Role.LEAD)]
    if not desk:
        raise InvalidInput("no_team_yet")
    if len({m.team_id for m in desk}) > 1:
        raise Misuse("say_who_acts")
    return actor_of(sorted(desk, key=lambda m: m.role != Role.ADMIN)[0])


def language() -> str:
    """The reader's language as the JSON results name it."""
    return reader_language().value
