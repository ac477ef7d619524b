"""One round of looking for answers that no push brought: what a worker's own thread does again and again."""

from seawall.kernel.clock import Clock
from seawall.outreach.contact import spare_waiting
from seawall.outreach.replies.lists import read_lists
from seawall.outreach.replies.reads import read_marked


def find_answers(*, clock: Clock) -> bool:
    """Read the lists that are due and the conversations that are marked; whether there was anything to do.

    What a platform does is a value here; only trouble with the database is raised.
    """
    spare_waiting(clock=clock)
    lists = read_lists(clock=clock)
    return bool(read_marked(clock=clock) or lists)
