"""Conversations and messages as the platform holds them."""

from django.db import models


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

    class Meta:
        constraints = (models.UniqueConstraint(fields=["shop", "session_id"], name="conversation_once_per_shop"),)

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

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["conversation", "message_id"], name="message_once_per_conversation"),
        )
        indexes = (models.Index(fields=["conversation", "sent_at"], name="message_by_time"),)

    def __str__(self) -> str:
        return f"message {self.pk}"
