"""Pushes as received: stored once, handled later."""

from django.db import models


class ReceivedEvent(models.Model):
    """A verified push. `handled_at` is stamped on success only; one that fails stays to be seen and tried again."""

    platform = models.CharField(max_length=20)
    app_key = models.CharField(max_length=80)
    verified_with = models.CharField(max_length=64)
    """Mark of the app secret the signature was checked with: only connections that hold it may act on the push."""
    external_id = models.CharField(max_length=200)
    seller_id = models.CharField(max_length=60, default="")
    kind = models.CharField(max_length=20)
    body = models.TextField()
    """The very bytes that were verified, as UTF-8 text."""
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    failed_with = models.CharField(max_length=200, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["platform", "app_key", "verified_with", "external_id"], name="event_stored_once"
            ),
        )
        indexes = (models.Index(fields=["id"], condition=models.Q(handled_at__isnull=True), name="event_to_handle"),)

    def __str__(self) -> str:
        return f"{self.platform} {self.kind} {self.external_id}"
