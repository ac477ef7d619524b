"""Let exactly one message go, to one real buyer, so that the seller sees what buyers would see."""

from django.db import transaction

from seawall.kernel.clock import Clock
from seawall.outreach.models import RollOut
from seawall.outreach.ready import wake
from seawall.outreach.states import ROLL_OUT
from seawall.tenancy.api import Actor
from seawall.timeline.api import move


def send_sample(roll_out: RollOut, *, by: Actor, clock: Clock) -> None:
    """Open wave 0, which holds one recipient. The worker sends it; `sample_sent` follows when its outcome is known."""
    by.require("outreach.sample")
    with transaction.atomic():
        move(roll_out, ROLL_OUT, "send_sample", verb="outreach.sample", clock=clock, by=by)
        roll_out.waves.filter(number=0).update(opened_at=clock.now())
        wake(roll_out.lanes.values_list("connection_id", flat=True), now=clock.now())
