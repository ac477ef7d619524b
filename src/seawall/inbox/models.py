"""Conversations and messages as the platform holds them, what buyers' messages want, and who wants no more of ours."""

from django.db import models
from django.db.models import Q


class Conversation(models.Model):
    """A chat session of a shop with a buyer."""

    SELLER_PATH = "shop__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="conversations")
    session_id = models.CharField(max_length=120)
    buyer_id = models.CharField(max_length=60, default="")
    unread = models.PositiveIntegerField(default=0)
    unread_at = models.DateTimeField(null=True)
    """When the platform counted `unread`: an older count that comes late does not replace a newer one."""
    buyer_read_up_to = models.DateTimeField(null=True)
    last_message_at = models.DateTimeField(null=True)
    last_buyer_message_at = models.DateTimeField(null=True)
    look_after = models.DateTimeField(null=True)
    """When it is to be read at the platform, because a message may be there that nobody pushed; none: not to be."""
    look_tries = models.PositiveSmallIntegerField(default=0)
    """Reads that failed since the last one that worked."""
    complete_id = models.CharField(max_length=120, default="")
    """The newest message at the last read: up to it nothing can be missing."""
    complete_at = models.DateTimeField(null=True)
    """When that message was sent, by the platform's clock."""
    asked = models.ForeignKey("inbox.Message", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    """The buyer's newest message that no machine wrote."""
    # What lists are narrowed by stands here too: a count over a whole wave of replies must not read the messages.
    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    """The storm that `asked` is an answer to; none: the shop's other talk."""
    asked_intent = models.CharField(max_length=30, default="")
    asked_language = models.CharField(max_length=16, default="")
    """The language this buyer was written to in."""
    needs_person = models.BooleanField(default=False)
    """Harm, particulars to be written down, or a reading of `asked` that nobody is sure of."""
    waits_since = models.DateTimeField(null=True)
    """The buyer's first message that nobody of the shop has answered since; none: nobody waits."""
    reply_by = models.DateTimeField(null=True)
    """When the platform counts the reply as late, by the strictest rule in force when the buyer wrote; none: no rule
    says, or nobody waits."""
    reply_rule = models.CharField(max_length=40, default="")
    """The rule behind `reply_by` (rulebook)."""
    reply_must_check = models.BooleanField(default=False)
    """That rule is not sure: check with the platform."""
    holder = models.ForeignKey(
        "tenancy.Membership", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    """Who answers this buyer: never two at once."""
    held_at = models.DateTimeField(null=True)
    """When the holder took it over, or last did something with it."""

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["shop", "session_id"], name="conversation_once_per_shop"),
            models.CheckConstraint(
                condition=Q(holder__isnull=True) | Q(held_at__isnull=False), name="held_since_an_instant"
            ),
        )
        indexes = (
            models.Index(
                fields=["team", "reply_by"], condition=Q(waits_since__isnull=False), name="conversation_that_waits"
            ),
            models.Index(fields=["holder"], condition=Q(holder__isnull=False), name="conversation_held"),
            models.Index(fields=["incident"], condition=Q(incident__isnull=False), name="conversation_of_storm"),
            models.Index(fields=["look_after"], condition=Q(look_after__isnull=False), name="conversation_to_look_at"),
        )

    def __str__(self) -> str:
        return f"conversation {self.pk}"


class Message(models.Model):
    """One message, updated when the platform recalls or filters it; the records of that are captures."""

    SELLER_PATH = "conversation__shop__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="messages")
    message_id = models.CharField(max_length=120)
    speaker = models.CharField(max_length=10)
    text = models.TextField()
    kind = models.CharField(max_length=20)
    sent_at = models.DateTimeField()
    is_recalled = models.BooleanField(default=False)
    blocked_note = models.TextField(default="")
    is_auto_reply = models.BooleanField(default=False)
    recipient = models.ForeignKey("outreach.Recipient", on_delete=models.PROTECT, null=True, related_name="messages")
    """The ledger row this message is the sending of, or an answer to."""
    received_at = models.DateTimeField()
    intent = models.CharField(max_length=30, default="")
    """What a buyer's message wants, by the reading that holds now; empty for what no buyer wrote."""
    intent_score = models.FloatField(null=True)
    intent_language = models.CharField(max_length=16, default="")
    intent_source = models.CharField(max_length=10, default="")
    """`rules`, `model` or `person`; a person's word holds against both."""

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["conversation", "message_id"], name="message_once_per_conversation"),
        )
        indexes = (
            models.Index(fields=["conversation", "sent_at"], name="message_by_time"),
            # Few messages are one of these; gates count them several times a second.
            models.Index(
                fields=["recipient", "intent"],
                condition=Q(intent__in=["opt_out", "angry_complaint", "threatens_bad_review"]),
                name="message_of_harm",
            ),
        )

    def __str__(self) -> str:
        return f"message {self.pk}"


class Reading(models.Model):
    """What one message wants, as the rules, the model or a person read it. Never changed: a person's newest holds."""

    SELLER_PATH = "message__conversation__shop__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="readings")
    label = models.CharField(max_length=30)
    score = models.FloatField(null=True)
    """Null for a person's."""
    language = models.CharField(max_length=16, default="")
    source = models.CharField(max_length=10)
    by = models.ForeignKey("tenancy.User", on_delete=models.PROTECT, null=True, related_name="+")
    why = models.TextField(default="")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(source__in=["rules", "model", "person"]), name="reading_source_known"),
            models.CheckConstraint(condition=~Q(source="person") | Q(by__isnull=False), name="reading_has_reader"),
            models.UniqueConstraint(
                fields=["message", "source"], condition=~Q(source="person"), name="reading_once_per_machine"
            ),
        )

    def __str__(self) -> str:
        return f"{self.label} by {self.source}"


class ContactStop(models.Model):
    """A buyer of a shop who wants no more messages of a storm from it. Rests on one message of theirs, or on a person.

    Lifted by a person with a reason; the very message it rests on never stops contact a second time.
    """

    SELLER_PATH = "shop__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="contact_stops")
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="stops")
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="stops")
    buyer_id = models.CharField(max_length=60, default="")
    source = models.CharField(max_length=10)
    """Who read the message as a wish to be left alone: `rules`, `model` or `person`."""
    needs_look = models.BooleanField(default=False)
    """The reading is not sure: contact has stopped all the same, and a person should look."""
    reason = models.TextField(default="")
    by = models.ForeignKey("tenancy.User", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey("tenancy.User", on_delete=models.PROTECT, null=True, related_name="+")
    lifted_why = models.TextField(default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["message"], condition=Q(lifted_at__isnull=True), name="one_stop_per_message"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True) | Q(lifted_by__isnull=False), name="stop_lifted_by_person"
            ),
        )
        indexes = (models.Index(fields=["shop"], condition=Q(lifted_at__isnull=True), name="stop_in_force"),)

    def __str__(self) -> str:
        return f"stop {self.pk}"


class ReplyList(models.Model):
    """How far a connection's list of conversations has been read for answers that were not pushed."""

    SELLER_PATH = "connection__shop__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    connection = models.OneToOneField("shops.Connection", on_delete=models.PROTECT, related_name="reply_list")
    cursor_at = models.DateTimeField()
    """By the platform's clock: everything older has been seen in the list."""
    due_at = models.DateTimeField()
    receipts_due_at = models.DateTimeField()
    """When the list is next read further back, for what buyers have read."""
    leased_until = models.DateTimeField(null=True)
    """A worker is reading it; after this it was lost in between."""
    read_at = models.DateTimeField(null=True)
    """When it was last read to the end."""
    tries = models.PositiveSmallIntegerField(default=0)
    failed_with = models.CharField(max_length=200, default="")

    class Meta:
        indexes = (models.Index(fields=["due_at"], name="reply_list_due"),)

    def __str__(self) -> str:
        return f"reply list of connection {self.connection_id}"


class Note(models.Model):
    """A word of the team about a conversation. It stays inside: no sender reads this table, and no seller (it says no
    SELLER_PATH). Never changed."""

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="notes")
    text = models.CharField(max_length=1000)
    by = models.ForeignKey("tenancy.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"note {self.pk}"
