"""The send ledger and what steers it. Composite keys that Django cannot express are in migration 0002."""

from datetime import datetime
from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from seawall.outreach.pace_models import Pace, Quota
from seawall.outreach.states import RecipientState, RollOutState

__all__ = ["Approval", "Attempt", "Lane", "Pace", "Quota", "Recipient", "RollOut", "Wave"]


class RollOut(models.Model):
    """One plan to reach one step's audience with one frozen script."""

    SELLER_PATH = "incident__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    incident = models.ForeignKey("incidents.Incident", on_delete=models.PROTECT, related_name="roll_outs")
    step = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    is_training = models.BooleanField()
    state = models.CharField(max_length=20, default=RollOutState.PLANNED.value)
    script_version = models.ForeignKey("scripts.ScriptVersion", on_delete=models.PROTECT, related_name="+")
    script_digest = models.CharField(max_length=64)
    audience_digest = models.CharField(max_length=64)
    facts_digest = models.CharField(max_length=64)
    ceiling_amount = models.DecimalField(max_digits=18, decimal_places=2)
    ceiling_currency = models.CharField(max_length=3)
    binding_digest = models.CharField(max_length=64)
    """Hash over script, audience, facts and ceiling: what an approval is of."""
    planned_by = models.ForeignKey("tenancy.User", on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()
    deadline_at = models.DateTimeField()
    """Nothing is sent after this instant: what is left becomes too_late."""
    open_wave = models.PositiveSmallIntegerField(default=0)
    """The highest wave whose recipients may be claimed. Wave 0 is the sample."""
    seat_wave = models.PositiveSmallIntegerField(default=0)
    """The highest wave that seats may work on; never above `open_wave`. Where both kinds of lane are planned, lanes
    that send by themselves decide `open_wave`, so that slow seats do not hold them up."""
    golden_until = models.DateTimeField(null=True)
    """When the first window of its orders closes, if known: it overtakes other roll-outs of a shop as that comes near.
    """
    keeps_quiet_hours = models.BooleanField(default=True)
    """Whether buyers are left alone at night. Off in training, or by a person who says why (`tuned_why`)."""
    spreads_quota = models.BooleanField(default=False)
    """Whether a daily limit is spread over the open hours of the day, or used as fast as the pace allows."""
    max_failure_share = models.DecimalField(max_digits=5, decimal_places=4, default="0.0500")
    max_reject_share = models.DecimalField(max_digits=5, decimal_places=4, default="0.0500")
    max_block_share = models.DecimalField(max_digits=5, decimal_places=4, default="0.0200")
    max_complaint_share = models.DecimalField(max_digits=5, decimal_places=4, default="0.0300")
    max_opt_out_share = models.DecimalField(max_digits=5, decimal_places=4, default="0.0200")
    """Shares of a wave above which it pauses by itself. Defaults and why: outreach/data/gates.toml. No part of what is
    approved: they may be set at any time before the end."""
    tuned_why = models.CharField(max_length=300, default="")
    """Why hours, quota or thresholds are not the usual ones."""
    forgiven = models.JSONField(default=dict)
    """By measure: what of the open wave a person has seen and resumed over; only more pauses it again."""
    paused_code = models.CharField(max_length=60, default="")
    paused_params = models.JSONField(default=dict)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["incident", "step", "version"], name="roll_out_version_once"),
            models.UniqueConstraint(
                fields=["incident", "step"],
                condition=~Q(state=RollOutState.VOID.value),
                name="one_live_roll_out_per_step",
            ),
            models.CheckConstraint(condition=Q(state__in=[s.value for s in RollOutState]), name="roll_out_state_known"),
        )

    def __str__(self) -> str:
        return f"roll-out {self.pk} of {self.step} v{self.version}"


class Wave(models.Model):
    """A part of the audience that opens together, after the gate of the one before."""

    SELLER_PATH = "roll_out__incident__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    roll_out = models.ForeignKey(RollOut, on_delete=models.PROTECT, related_name="waves")
    number = models.PositiveSmallIntegerField()
    size = models.PositiveIntegerField()
    opened_at = models.DateTimeField(null=True)
    passed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["roll_out", "number"], name="wave_once"),)

    def __str__(self) -> str:
        return f"wave {self.number}"


class Lane(models.Model):
    """One shop's send queue within a roll-out, with a stop sign. How fast the shop goes is its Pace, shared by all."""

    SELLER_PATH = "roll_out__incident__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    roll_out = models.ForeignKey(RollOut, on_delete=models.PROTECT, related_name="lanes")
    is_training = models.BooleanField()
    connection = models.ForeignKey("shops.Connection", on_delete=models.PROTECT, related_name="lanes")
    is_simulator = models.BooleanField()
    mode = models.CharField(max_length=10, default="api")
    """How the connection was allowed to send when this was planned. A connection whose mode has changed since sends
    nothing on this lane."""
    is_stopped = models.BooleanField(default=False)
    stopped_code = models.CharField(max_length=60, default="")
    stopped_params = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["roll_out", "connection"], name="lane_once_per_connection"),
            models.CheckConstraint(
                condition=Q(is_training=False) | Q(is_simulator=True), name="training_reaches_simulators_only"
            ),
            models.CheckConstraint(condition=Q(mode__in=["api", "click", "manual"]), name="lane_mode_known"),
        )

    def __str__(self) -> str:
        return f"lane {self.pk}"

    @property
    def sends_per_second(self) -> Decimal:
        """The pace of its shop now (read with `connection__pace`)."""
        return self.connection.pace.sends_per_second

    @property
    def blocked_until(self) -> datetime | None:
        """Until when the platform lets nothing of its shop through, as far as it said so."""
        return self.connection.pace.waits_until


class Recipient(models.Model):
    """The ledger row: one per (incident, order, step). It can say what happened to this buyer, when, in which words."""

    SELLER_PATH = "incident__seller_id"

    # Each move of a row writes every index anew: foreign keys that another index leads with have none of their own.
    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+", db_index=False)
    roll_out = models.ForeignKey(RollOut, on_delete=models.PROTECT, related_name="recipients", db_index=False)
    incident = models.ForeignKey("incidents.Incident", on_delete=models.PROTECT, related_name="+", db_index=False)
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("incidents.Case", on_delete=models.PROTECT, related_name="recipients")
    step = models.CharField(max_length=40)
    lane = models.ForeignKey(Lane, on_delete=models.PROTECT, null=True, related_name="recipients")
    wave = models.PositiveSmallIntegerField()
    rank = models.PositiveIntegerField()
    """Order of sending within the roll-out: most exposed first."""
    language = models.CharField(max_length=16)
    text = models.TextField()
    """The very words, filled in at planning; the audience digest covers them, so approval binds them."""
    text_sha256 = models.CharField(max_length=64)
    rides_with = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="riders", db_index=False)
    """The row whose message names this order too (one buyer, one shop). A rider is never claimed, pressed or looked up;
    what happens to that message happens to it, by a trigger of the table (migration 0004)."""
    has_riders = models.BooleanField(default=False)
    """This row's message names the orders of other rows beside its own."""
    solo_text = models.TextField(default="")
    """The approved words for this order alone, should the group part before its message leaves; empty: always alone."""
    merged_sha256 = models.CharField(max_length=64, default="")
    """Digest of the approved words for the whole group; stays when the group parts. Empty: always alone."""
    script_digest = models.CharField(max_length=64, default="")
    """The script these words are of: a row contacted under an earlier plan keeps its own."""
    state = models.CharField(max_length=20, default=RecipientState.WAITING.value)
    reason_code = models.CharField(max_length=60, default="")
    reason_params = models.JSONField(default=dict)
    door = models.CharField(max_length=10, default="")
    """The door the newest reachability plan chose (outreach.reach.DoorKind); empty: none is open, or not planned so."""
    door_until = models.DateTimeField(null=True)
    """Nothing is sent after this instant: nobody says that the door is open then. None: no end is known."""
    next_doors = models.JSONField(default=list)
    """Further open doors in order, as [kind, end or null]."""
    claimed_by = models.BigIntegerField(null=True)
    """The worker that holds it: the key of that worker's session advisory lock."""
    claimed_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    unknown_since = models.DateTimeField(null=True)
    looked_up = models.PositiveSmallIntegerField(default=0)
    look_up_after = models.DateTimeField(null=True)
    seat = models.ForeignKey(
        "tenancy.Membership", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    """Who has it in hand at a seat (click lanes)."""
    seat_until = models.DateTimeField(null=True)
    """A silent seat loses it after this."""
    pressed_by = models.ForeignKey(
        "tenancy.Membership", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    """Whose key press let it go (click lanes), or who sent it in Seller Center (manual lanes)."""
    pressed_at = models.DateTimeField(null=True)
    copied_at = models.DateTimeField(null=True)
    """When a person at a seat took the words out of our hands (manual lanes). From then on nobody but a person can say
    whether they were sent, and no worker may claim the row: the database refuses."""
    screenshot_sha256 = models.CharField(max_length=64, default="")
    """The picture that shows a message sent by hand (evidence.Screenshot)."""
    session_id = models.CharField(max_length=120, default="")
    platform_message_id = models.CharField(max_length=120, default="")
    told_message_id = models.CharField(max_length=120, default="")
    """The message a person named as this row's sending; proves nothing until the platform's record shows it."""
    confirm_after = models.DateTimeField(null=True)
    """When the platform's record is read to prove an acknowledged message; none: not (any more) to be read."""
    confirm_looks = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    resolved_as = models.CharField(max_length=20, default="")
    """How the order came to its end at the platform before this message had left for certain (`cancelled`, `returned`,
    `delivered`): it never goes from then on. Empty: not, or only after the message."""
    state_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["incident", "order", "step"], name="one_message_per_order_and_step"),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in RecipientState]), name="recipient_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=RecipientState.CLAIMED.value) | Q(claimed_by__isnull=False), name="claim_has_worker"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["acknowledged", "confirmed", "read", "answered", "blocked"])
                | ~Q(platform_message_id=""),
                name="sent_has_platform_id",
            ),
            models.CheckConstraint(
                condition=~Q(state=RecipientState.SENT_BY_HAND.value)
                | (Q(pressed_by__isnull=False, pressed_at__isnull=False) & ~Q(screenshot_sha256="")),
                name="sent_by_hand_has_screenshot",
            ),
            models.CheckConstraint(
                condition=Q(copied_at__isnull=True) | ~Q(state__in=["claimed", "unknown"]),
                name="in_a_persons_hand_is_not_claimed",
            ),
            models.CheckConstraint(
                condition=Q(rides_with__isnull=True) | Q(has_riders=False), name="rider_carries_nobody"
            ),
            models.CheckConstraint(
                condition=Q(rides_with__isnull=True) | (~Q(merged_sha256="") & ~Q(solo_text="")),
                name="rider_has_words_of_its_own",
            ),
        )
        indexes = (
            models.Index(fields=["lane", "wave", "rank"], condition=Q(state="waiting"), name="recipient_to_claim"),
            models.Index(fields=["claimed_by"], condition=Q(state="claimed"), name="recipient_claimed"),
            models.Index(fields=["look_up_after"], condition=Q(state="unknown"), name="recipient_to_look_up"),
            models.Index(
                fields=["lane", "pressed_at"],
                condition=Q(state="waiting", pressed_at__isnull=False),
                name="recipient_pressed",
            ),
            models.Index(
                fields=["confirm_after"],
                condition=Q(confirm_after__isnull=False),
                name="recipient_to_confirm",
            ),
            models.Index(fields=["seat"], condition=Q(state="waiting", seat__isnull=False), name="recipient_at_seat"),
            models.Index(
                fields=["pressed_by", "pressed_at"], condition=Q(pressed_by__isnull=False), name="recipient_pressed_by"
            ),
            models.Index(
                fields=["seat_until"],
                condition=Q(state="waiting", copied_at__isnull=False),
                name="recipient_copied",
            ),
            models.Index(
                fields=["door_until"], condition=Q(state="waiting", door_until__isnull=False), name="recipient_closing"
            ),
            models.Index(fields=["roll_out", "state"], name="recipient_by_state"),
            models.Index(fields=["text_sha256"], name="recipient_by_text"),
            models.Index(fields=["told_message_id"], condition=~Q(told_message_id=""), name="recipient_told_by_person"),
            models.Index(fields=["session_id"], condition=~Q(session_id=""), name="recipient_by_session"),
            models.Index(fields=["rides_with"], condition=Q(rides_with__isnull=False), name="recipient_riders"),
            models.Index(
                fields=["lane"],
                condition=Q(state="waiting", has_riders=True, attempts__gt=0),
                name="recipient_group_tried",
            ),
            models.Index(fields=["merged_sha256"], condition=~Q(merged_sha256=""), name="recipient_by_merged_text"),
        )

    def __str__(self) -> str:
        return f"recipient {self.pk}"


class ReachSnapshot(models.Model):
    """A reachability plan as it was made: numbered within its roll-out, never changed. What stands now is counted from
    the ledger; this says what was foreseen, when, and why it was made anew."""

    SELLER_PATH = "roll_out__incident__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    roll_out = models.ForeignKey(RollOut, on_delete=models.PROTECT, related_name="reach_snapshots")
    number = models.PositiveIntegerField()
    as_of = models.DateTimeField()
    why = models.CharField(max_length=60)
    """`planned`, `by_person` or `world_moved`."""
    note = models.TextField(default="")
    """A person's own words."""
    made_by = models.ForeignKey("tenancy.User", on_delete=models.PROTECT, null=True, related_name="+")
    body = models.JSONField()
    """Totals, lanes, assumptions, duration; layout in outreach.reach_snapshots."""
    world_mark = models.CharField(max_length=64)
    """Digest of the lanes and connections it was made for: another one means that the world has moved."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=["roll_out", "number"], name="reach_snapshot_once"),)

    def __str__(self) -> str:
        return f"reachability {self.number} of roll-out {self.roll_out_id}"


class Attempt(models.Model):
    """One try at one recipient. Written with the claim, before the call: an open one after a crash is an unknown."""

    SELLER_PATH = "recipient__incident__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+", db_index=False)
    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="tries", db_index=False)
    number = models.PositiveSmallIntegerField()
    worker = models.BigIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=30, default="")
    platform_code = models.CharField(max_length=80, default="")
    request_id = models.CharField(max_length=120, default="")
    platform_message_id = models.CharField(max_length=120, default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["recipient", "number"], name="attempt_once"),)

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.recipient_id}"


class Approval(models.Model):
    """The seller's word on exactly one binding digest. Author and approver are never the same person."""

    SELLER_PATH = "roll_out__incident__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    roll_out = models.ForeignKey(RollOut, on_delete=models.PROTECT, related_name="approvals")
    is_approved = models.BooleanField()
    binding_digest = models.CharField(max_length=64)
    script_digest = models.CharField(max_length=64)
    audience_digest = models.CharField(max_length=64)
    facts_digest = models.CharField(max_length=64)
    ceiling_amount = models.DecimalField(max_digits=18, decimal_places=2)
    ceiling_currency = models.CharField(max_length=3)
    sample_message_id = models.CharField(max_length=120)
    author = models.ForeignKey("tenancy.User", on_delete=models.PROTECT, related_name="+")
    approver = models.ForeignKey("tenancy.User", on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey("tenancy.Seller", on_delete=models.PROTECT, related_name="+")
    is_simulated = models.BooleanField()
    comment = models.TextField(default="")
    origin = models.JSONField(default=dict)
    """From where it was given (kernel.origin)."""
    at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True)
    voided_why = models.CharField(max_length=200, default="")

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(author=F("approver")), name="author_is_not_approver"),
            models.UniqueConstraint(
                fields=["roll_out"],
                condition=Q(is_approved=True, voided_at__isnull=True),
                name="one_standing_approval",
            ),
        )

    def __str__(self) -> str:
        return f"approval {self.pk}"
