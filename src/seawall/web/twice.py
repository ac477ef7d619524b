"""What a person sent twice: the second press of a button that makes "the next one" makes nothing more."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.db import transaction
from django.utils.translation import gettext as _

from seawall.incidents.api import Incident
from seawall.tenancy.api import get_scoped
from seawall.web.desk import Desk


@contextmanager
def unless_made_meanwhile(desk: Desk, incident: Incident, newest: Callable[[], int]) -> Iterator[bool]:
    """Whether to make the next one. The form says under `after` which number its page saw as the newest; if there is a
    later one by now, the same form came before (or somebody else was quicker): a message says so, and the reader looks.

    Two presses at the same instant are told apart too: the storm's row is locked until the block ends. A form without
    the field (a script of one's own) makes one each time.
    """
    said = desk.request.POST.get("after", "")
    with transaction.atomic():
        get_scoped(Incident, desk.actor, lock=True, pk=incident.pk)
        is_late = said.isascii() and said.isdecimal() and newest() > int(said)
        if is_late:
            messages.info(desk.request, _("There is a new one already: look at it before you make another."))
        yield not is_late
