"""Captures (what the platform itself said, append-only by trigger), packs, and the signing keys."""

from django.db import models

from seawall.evidence.keeping_models import DataKind, ErasedItem, Erasure, LegalHold, RedactedPack, RetentionRule

__all__ = [
    "Capture", "CaptureSource", "DataKind", "ErasedItem", "Erasure", "LegalHold", "Pack", "RedactedPack",
    "RetentionRule", "Screenshot", "SigningKey",
]  # fmt: skip


class CaptureSource(models.TextChoices):
    """How a record reached us."""

    ANSWER = "answer"
    PUSH = "push"
    READ_BACK = "read_back"


class Capture(models.Model):
    """A record read from the platform, as received. Never edited: the database refuses."""

    SELLER_PATH = "shop__seller_id"

    # Foreign keys that another index leads with, or nobody asks by, have none of their own: there is a row a message.
    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+", db_index=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+", db_index=False)
    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, null=True, related_name="captures", db_index=False
    )
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, null=True, related_name="captures")
    recipient = models.ForeignKey("outreach.Recipient", on_delete=models.PROTECT, null=True, related_name="captures")
    source = models.CharField(max_length=12, choices=CaptureSource.choices)
    path = models.CharField(max_length=120)
    """API path of an answer or read-back; the push type of a push."""
    request = models.JSONField(default=dict)
    body = models.TextField()
    request_id = models.CharField(max_length=120, default="")
    session_id = models.CharField(max_length=120, default="")
    message_id = models.CharField(max_length=120, default="")
    speaker = models.CharField(max_length=10, default="")
    text = models.TextField(default="")
    blocked_note = models.TextField(default="")
    """The platform's own note when it filtered the message; empty when it did not."""
    is_auto_reply = models.BooleanField(default=False)
    is_recalled = models.BooleanField(default=False)
    is_read = models.BooleanField(default=False)
    platform_time = models.DateTimeField(null=True)
    our_time = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=["incident", "order"], name="capture_by_order"),
            models.Index(fields=["shop", "message_id"], name="capture_by_message"),
            models.Index(fields=["shop", "session_id"], name="capture_by_session"),
        )

    def __str__(self) -> str:
        return f"capture {self.pk}"


class Picture(models.Model):
    """The drawn chat of an order in an incident. No record: it is drawn again whenever the records have changed."""

    SELLER_PATH = "incident__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    incident = models.ForeignKey("incidents.Incident", on_delete=models.PROTECT, related_name="pictures")
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="pictures")
    drawn_from = models.CharField(max_length=64)
    """Digest of the records it is drawn from, also where it could not be drawn."""
    last_capture = models.BigIntegerField()
    """The newest capture among these records: a later one means that it is to be drawn again."""
    pages = models.JSONField(default=list)
    """SHA-256 of each page, in order; the file lies under its hash."""
    missing = models.JSONField(default=list)
    """Code points that no font has a glyph for."""
    refused_code = models.CharField(max_length=60, default="")
    """Why there are no pages."""
    refused_params = models.JSONField(default=dict)
    drawn_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["incident", "order"], name="picture_once_per_order"),)

    def __str__(self) -> str:
        return f"picture {self.pk}"


class Screenshot(models.Model):
    """A real screenshot that a person attached to one order: beside the grade, never for it. Never edited: the database
    refuses. What cameras and programs add to a picture stands in `metadata`, not in the stored copy."""

    SELLER_PATH = "shop__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    incident = models.ForeignKey("incidents.Incident", on_delete=models.PROTECT, related_name="screenshots")
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="screenshots")
    recipient = models.ForeignKey("outreach.Recipient", on_delete=models.PROTECT, related_name="screenshots")
    sha256 = models.CharField(max_length=64)
    """Of the stored copy: its name in the store and in a pack."""
    arrival_sha256 = models.CharField(max_length=64)
    """Of the file as it came, taken before anything else."""
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    content_type = models.CharField(max_length=20)
    stored_as = models.CharField(max_length=120)
    metadata = models.TextField(default="")
    """What was taken out of the picture, base64."""
    attached_by = models.ForeignKey("tenancy.Membership", on_delete=models.PROTECT, related_name="+")
    attached_name = models.CharField(max_length=160)
    is_simulated = models.BooleanField()
    attached_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["team", "sha256"], name="screenshot_of_one_order"),)
        indexes = (models.Index(fields=["incident", "order"], name="screenshot_by_order"),)

    def __str__(self) -> str:
        return f"screenshot {self.pk}"


class SigningKey(models.Model):
    """A generation of a team's Ed25519 key: the private half encrypted, the public half printed in every pack.

    When it retires its private half is erased and the row is never changed again: the database refuses.
    """

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="signing_keys")
    key_id = models.CharField(max_length=32, unique=True)
    public_pem = models.TextField()
    private_sealed = models.BinaryField()
    statement = models.TextField(default="")
    """What the key before it signed when handing over; empty for the first, and where that key was lost."""
    statement_signature = models.BinaryField(default=b"")
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["team"], condition=models.Q(retired_at__isnull=True), name="signing_key_one_in_force"
            ),
            models.CheckConstraint(
                condition=models.Q(retired_at__isnull=True) | models.Q(private_sealed=b""),
                name="signing_key_retired_is_erased",
            ),
        )

    def __str__(self) -> str:
        return self.key_id


class Pack(models.Model):
    """A sealed pack of an incident."""

    SELLER_PATH = "incident__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    incident = models.ForeignKey("incidents.Incident", on_delete=models.PROTECT, related_name="packs")
    number = models.PositiveIntegerField()
    stored_as = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    root = models.CharField(max_length=64)
    key_id = models.CharField(max_length=32)
    items = models.PositiveIntegerField()
    counts = models.JSONField(default=dict)
    sealed_by = models.ForeignKey("tenancy.User", on_delete=models.PROTECT, related_name="+")
    sealed_at = models.DateTimeField()
    is_simulated = models.BooleanField()
    file_erased_at = models.DateTimeField(null=True)
    """When its time was over and the file was removed; its seal (hashes and signature) is kept beside its place."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=["incident", "number"], name="pack_number_once"),)

    def __str__(self) -> str:
        return f"pack {self.number}"


class TimeStamp(models.Model):
    """A pack's token of a time-stamp authority: wanted from the sealing on, kept once it came."""

    SELLER_PATH = "pack__incident__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    pack = models.OneToOneField(Pack, on_delete=models.PROTECT, related_name="time_stamp")
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField()
    """When the authority is asked again; only while there is no token."""
    fault = models.CharField(max_length=60, default="")
    """Code of why the last try gave none."""
    token = models.BinaryField(default=b"")
    authority = models.CharField(max_length=300, default="")
    stamped_at = models.DateTimeField(null=True)
    """The time the authority confirmed."""
    is_inside = models.BooleanField(default=False)
    """Whether the token is a member of the pack; else it lies beside it as PACK.zip.tsr."""

    class Meta:
        indexes = (
            models.Index(fields=["next_try_at"], condition=models.Q(stamped_at__isnull=True), name="time_stamp_due"),
        )

    def __str__(self) -> str:
        return f"time stamp {self.pk}"
