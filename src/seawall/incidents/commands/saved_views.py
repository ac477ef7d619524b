"""A member's own named filters of the cases table."""

from collections.abc import Mapping

from seawall.incidents.models import SavedView
from seawall.kernel.clock import Clock
from seawall.kernel.errors import InvalidInput
from seawall.tenancy.api import Actor, get_scoped

MOST_VIEWS = 20
"""Views of one member (ours)."""


def save_view(name: str, query: Mapping[str, str], *, by: Actor, clock: Clock) -> SavedView:
    """The view under its name; a name used before now stands for this filter.

    Raises InvalidInput(view_needs_name, view_needs_filter, views_too_many).
    """
    by.require("incident.read")
    called = name.strip()[:60]
    if not called:
        raise InvalidInput("view_needs_name")
    kept = {key: value for key, value in query.items() if value}
    if not kept:
        raise InvalidInput("view_needs_filter")
    own = SavedView.objects.filter(team_id=by.team_id, membership_id=by.membership_id)
    if own.exclude(name=called).count() >= MOST_VIEWS:
        raise InvalidInput("views_too_many", limit=MOST_VIEWS)
    same = own.filter(name=called, query=kept).first()
    if same is not None:
        # The form was sent twice: nothing new was said.
        return same
    view, _ = SavedView.objects.update_or_create(
        team_id=by.team_id, membership_id=by.membership_id, name=called,
        defaults={"query": kept, "saved_at": clock.now()},
    )  # fmt: skip
    return view


def drop_view(key: str, *, by: Actor) -> None:
    """Forget a view. Raises NotFound for another member's, and for what is no key."""
    by.require("incident.read")
    get_scoped(SavedView, by, pk=key, membership_id=by.membership_id).delete()
