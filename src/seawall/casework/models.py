"""The ledger of cancellations, buyers' requests, and orders that are watched until they come to an end."""

from django.db import models
from django.db.models import F, Q

from seawall.casework.states import CancellationState, CancellingState, RequestState
from seawall.connectors.standing import Standing


class Cancelling(models.Model):
    """One list of orders to be cancelled, with the reason per platform, as the seller approves it."""

    SELLER_PATH = "incident__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    incident = models.ForeignKey("incidents.Incident", on_delete=models.PROTECT, related_name="cancellings")
    version = models.PositiveIntegerField()
    is_training = models.BooleanField()
    state = models.CharField(max_length=20, default=CancellingState.PLANNED.value)
    reasons = models.JSONField(default=dict)
    """Platform -> {names, chosen_by, source, certainty}: the first of the names that the platform offers is said."""
    audience_digest = models.CharField(max_length=64)
    binding_digest = models.CharField(max_length=64)
    """Hash over the orders and the reasons: what the approval is of."""
    planned_by = models.ForeignKey("tenancy.User", on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()
    approved_by = models.ForeignKey("tenancy.User", on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_binding = models.CharField(max_length=64, default="")
    is_approval_simulated = models.BooleanField(default=False)
    open_wave = models.PositiveSmallIntegerField(default=0)
    forgiven_refusals = models.PositiveIntegerField(default=0)
    paused_code = models.CharField(max_length=60, default="")
    paused_params = models.JSONField(default=dict)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["incident", "version"], name="cancelling_version_once"),
            models.UniqueConstraint(
                fields=["incident"],
                condition=Q(state__in=["planned", "approved", "running", "paused"]),
                name="one_live_cancelling",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in CancellingState]), name="cancelling_state_known"
            ),
            models.CheckConstraint(condition=~Q(planned_by=F("approved_by")), name="canceller_is_not_approver"),
        )

    def __str__(self) -> str:
        return f"cancelling {self.pk} v{self.version}"


class CancelLane(models.Model):
    """One shop's queue of cancellations: a token bucket and a stop sign."""

    SELLER_PATH = "cancelling__incident__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    cancelling = models.ForeignKey(Cancelling, on_delete=models.PROTECT, related_name="lanes")
    connection = models.ForeignKey("shops.Connection", on_delete=models.PROTECT, related_name="cancel_lanes")
    is_training = models.BooleanField()
    is_simulator = models.BooleanField()
    per_second = models.DecimalField(max_digits=8, decimal_places=3)
    tokens = models.FloatField(default=0)
    refilled_at = models.DateTimeField()
    served_at = models.DateTimeField()
    blocked_until = models.DateTimeField(null=True)
    is_stopped = models.BooleanField(default=False)
    stopped_code = models.CharField(max_length=60, default="")
    stopped_params = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["cancelling", "connection"], name="cancel_lane_once"),
            models.CheckConstraint(
                condition=Q(is_training=False) | Q(is_simulator=True), name="training_cancels_at_simulators_only"
            ),
            models.CheckConstraint(condition=Q(per_second__gt=0), name="cancel_pace_positive"),
        )

    def __str__(self) -> str:
        return f"cancel lane {self.pk}"


class Cancellation(models.Model):
    """The ledger row: one per (incident, order). It can say what happened to this order, when, for which reason."""

    SELLER_PATH = "incident__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    cancelling = models.ForeignKey(Cancelling, on_delete=models.PROTECT, related_name="rows")
    incident = models.ForeignKey("incidents.Incident", on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("incidents.Case", on_delete=models.PROTECT, related_name="cancellations")
    lane = models.ForeignKey(CancelLane, on_delete=models.PROTECT, null=True, related_name="rows")
    wave = models.PositiveSmallIntegerField()
    rank = models.PositiveIntegerField()
    state = models.CharField(max_length=20, default=CancellationState.PLANNED.value)
    reason_code = models.CharField(max_length=60, default="")
    reason_params = models.JSONField(default=dict)
    chosen_code = models.CharField(max_length=120, default="")
    """The platform's code of the reason that was given with the call."""
    chosen_text = models.TextField(default="")
    waived_by = models.ForeignKey("tenancy.Membership", on_delete=models.PROTECT, null=True, related_name="+")
    """Who let it be cancelled although its buyer's message is not delivered."""
    waived_at = models.DateTimeField(null=True)
    waived_why = models.TextField(default="")
    claimed_by = models.BigIntegerField(null=True)
    claimed_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    looked_up = models.PositiveSmallIntegerField(default=0)
    look_up_after = models.DateTimeField(null=True)
    cancel_id = models.CharField(max_length=120, default="")
    platform_code = models.CharField(max_length=120, default="")
    """The platform's own code of a refusal."""
    platform_words = models.TextField(default="")
    state_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["incident", "order"], name="one_cancellation_per_order"),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in CancellationState]), name="cancellation_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=CancellationState.CLAIMED.value) | Q(claimed_by__isnull=False),
                name="cancel_claim_has_worker",
            ),
        )
        indexes = (
            models.Index(fields=["lane", "wave", "rank"], condition=Q(state="planned"), name="cancellation_to_claim"),
            models.Index(fields=["claimed_by"], condition=Q(state="claimed"), name="cancellation_claimed"),
            models.Index(
                fields=["look_up_after"], condition=Q(state__in=["unknown", "accepted"]), name="cancellation_to_look_up"
            ),
            models.Index(fields=["cancelling", "state"], name="cancellation_by_state"),
        )

    def __str__(self) -> str:
        return f"cancellation {self.pk}"


class CancelAttempt(models.Model):
    """One try. `called_at` is written in a transaction of its own right before the one call that has an effect: a try
    without it certainly left nothing, one with it and without an end may have."""

    SELLER_PATH = "cancellation__incident__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    cancellation = models.ForeignKey(Cancellation, on_delete=models.PROTECT, related_name="tries")
    number = models.PositiveSmallIntegerField()
    worker = models.BigIntegerField()
    started_at = models.DateTimeField()
    called_at = models.DateTimeField(null=True)
    seen_updated_at = models.DateTimeField(null=True)
    """When the platform says the order last changed, read right before the call."""
    reason = models.CharField(max_length=120, default="")
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=30, default="")
    platform_code = models.CharField(max_length=120, default="")
    request_id = models.CharField(max_length=120, default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["cancellation", "number"], name="cancel_attempt_once"),)

    def __str__(self) -> str:
        return f"attempt {self.number} of cancellation {self.cancellation_id}"


class BuyerRequest(models.Model):
    """A buyer asks to cancel: one row per request of the platform, with the clock it must be answered by."""

    SELLER_PATH = "shop__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    incident = models.ForeignKey("incidents.Incident", on_delete=models.PROTECT, related_name="buyer_requests")
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="+")
    is_training = models.BooleanField()
    is_simulator = models.BooleanField()
    request_id = models.CharField(max_length=120)
    round = models.PositiveSmallIntegerField(default=1)
    """Shopee names a request by its order, so a second one of the same buyer has the same id."""
    state = models.CharField(max_length=20, default=RequestState.WAITING.value)
    reason = models.TextField(default="")
    """The buyer's, in the platform's words."""
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    asked_at = models.DateTimeField()
    is_asked_at_ours = models.BooleanField()
    """True where the platform does not say when the buyer asked: then when we first saw it."""
    warn_at = models.DateTimeField(null=True)
    breach_at = models.DateTimeField(null=True)
    clock_rule = models.CharField(max_length=30, default="")
    """The rule the clock rests on; empty for the platform's own deadline."""
    must_check = models.BooleanField(default=False)
    told = models.CharField(max_length=10, default="")
    """The last mark of the clock that stands on the timeline: warn, breach."""
    accept = models.BooleanField(null=True)
    answer_reason = models.CharField(max_length=120, default="")
    why = models.TextField(default="")
    decided_by = models.ForeignKey("tenancy.Membership", on_delete=models.PROTECT, null=True, related_name="+")
    """None for an answer the storm's own decision gave."""
    decided_at = models.DateTimeField(null=True)
    claimed_by = models.BigIntegerField(null=True)
    called_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    look_up_after = models.DateTimeField(null=True)
    looked_up = models.PositiveSmallIntegerField(default=0)
    answered_at = models.DateTimeField(null=True)
    platform_code = models.CharField(max_length=120, default="")
    platform_words = models.TextField(default="")
    state_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["shop", "request_id", "round"], name="buyer_request_once"),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in RequestState]), name="buyer_request_state_known"
            ),
            models.CheckConstraint(
                condition=Q(is_training=False) | Q(is_simulator=True), name="training_answers_simulators_only"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "gone"]) | Q(accept__isnull=False), name="answer_has_decision"
            ),
        )
        indexes = (
            models.Index(fields=["incident", "state"], name="buyer_request_by_state"),
            models.Index(fields=["shop", "state"], name="buyer_request_by_shop"),
        )

    def __str__(self) -> str:
        return f"request {self.request_id}"


class Watched(models.Model):
    """An order of a live storm, read again until it has come to an end, and how it ended."""

    SELLER_PATH = "incident__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    incident = models.ForeignKey("incidents.Incident", on_delete=models.PROTECT, related_name="watched")
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("incidents.Case", on_delete=models.PROTECT, related_name="watched")
    standing = models.CharField(max_length=20, default=Standing.UNKNOWN.value)
    resolved_by = models.CharField(max_length=20, default="")
    """buyer, seller, platform, delivery or unknown; empty while the order is open."""
    platform_words = models.TextField(default="")
    resolved_at = models.DateTimeField(null=True)
    look_at = models.DateTimeField(null=True)
    """When it is read next; none once it has ended."""
    looks = models.PositiveIntegerField(default=0)
    looked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["incident", "order"], name="watched_once"),)
        indexes = (
            models.Index(fields=["look_at"], condition=Q(look_at__isnull=False), name="watched_due"),
            models.Index(fields=["order"], condition=Q(look_at__isnull=False), name="watched_by_order"),
            models.Index(fields=["incident", "case"], name="watched_by_case"),
        )

    def __str__(self) -> str:
        return f"watched order {self.order_id}"


class ShopPoll(models.Model):
    """Up to when a connection's changes have been listed."""

    SELLER_PATH = "connection__shop__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    connection = models.OneToOneField("shops.Connection", on_delete=models.PROTECT, related_name="poll")
    seen_to = models.DateTimeField()
    next_at = models.DateTimeField()
    failed_code = models.CharField(max_length=60, default="")

    def __str__(self) -> str:
        return f"poll of {self.connection_id}"


class Course(models.Model):
    """What a storm's lead has decided about cancelling: who does it, and what is said to buyers who ask."""

    SELLER_PATH = "incident__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    incident = models.OneToOneField("incidents.Incident", on_delete=models.PROTECT, related_name="course")
    platform_cancels = models.BooleanField(null=True)
    """The answer to the first question (rules: CRIT-04); None: not answered yet."""
    platform_cancels_why = models.TextField(default="")
    accepts_requests = models.BooleanField(default=False)
    accepts_why = models.TextField(default="")
    changed_by = models.ForeignKey("tenancy.Membership", on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"course of {self.incident_id}"
