"""How long a team keeps what; holds; what was erased, with the proof of it; and the reviewer's form of packs."""

from django.db import models
from django.db.models import Q


class DataKind(models.TextChoices):
    """What has a time of its own."""

    BUYER_DATA = "buyer_data"
    """Who the buyer is, as order files and parcel sheets said it: name, account, phone, remarks."""
    RECORDS = "records"
    """What the platform said of the talk: captures, pictures drawn from them, pushes, the words of the inbox."""
    SCREENSHOTS = "screenshots"
    PACKS = "packs"
    """The files of sealed packs and of their reviewer's forms. Their roots and hashes stay."""


class RetentionRule(models.Model):
    """A team's time for one kind of data, in months. The one in force has no `withdrawn_at`; old ones stay."""

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=DataKind.choices)
    months = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=300)
    set_by = models.ForeignKey("tenancy.User", on_delete=models.PROTECT, related_name="+")
    set_by_name = models.CharField(max_length=160)
    set_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["team", "kind"], condition=Q(withdrawn_at__isnull=True), name="retention_one_per_kind"
            ),
            models.CheckConstraint(condition=Q(kind__in=DataKind.values), name="retention_kind_known"),
            models.CheckConstraint(condition=Q(months__gte=1), name="retention_at_least_a_month"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.months} months"


class LegalHold(models.Model):
    """Nothing of a storm, or of the whole team, is erased while it stands."""

    SELLER_PATH = "incident__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    incident = models.ForeignKey("incidents.Incident", on_delete=models.PROTECT, null=True, related_name="holds")
    """None: the whole team."""
    reason = models.CharField(max_length=300)
    placed_by = models.ForeignKey("tenancy.User", on_delete=models.PROTECT, related_name="+")
    placed_by_name = models.CharField(max_length=160)
    placed_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey("tenancy.User", on_delete=models.PROTECT, null=True, related_name="+")
    released_why = models.CharField(max_length=300, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["team", "incident"],
                condition=Q(released_at__isnull=True),
                nulls_distinct=False,
                name="hold_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True) | (Q(released_by__isnull=False) & ~Q(released_why="")),
                name="hold_released_by_person",
            ),
        )

    def __str__(self) -> str:
        return f"hold {self.pk}"


class Erasure(models.Model):
    """One kind of data erased in one run: by whom, by which rule, how much. Linked to the one before by its digest.

    Written once and closed once (`digest`); after that the database takes only the instant its files were gone.
    """

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=DataKind.choices)
    months = models.PositiveSmallIntegerField()
    """The rule, as it stood."""
    reason = models.CharField(max_length=300)
    """Why the team set that rule."""
    cut_off = models.DateTimeField()
    """Nothing younger was erased."""
    erased_by = models.ForeignKey("tenancy.User", on_delete=models.PROTECT, related_name="+")
    erased_by_name = models.CharField(max_length=160)
    erased_at = models.DateTimeField()
    counts = models.JSONField(default=dict)
    root = models.CharField(max_length=64, default="")
    """Merkle root (RFC 6962) over its items, in order."""
    previous = models.CharField(max_length=64, default="")
    """Digest of the team's erasure before this one."""
    digest = models.CharField(max_length=64, default="")
    """SHA-256 over all of the above; empty only inside the transaction that erases."""
    files_gone_at = models.DateTimeField(null=True)
    """When the files were removed from the disk; they are removed after the rows, so that no row lacks its file."""

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(kind__in=DataKind.values), name="erasure_kind_known"),)

    def __str__(self) -> str:
        return f"erasure {self.pk}"


class ErasedItem(models.Model):
    """One thing that was erased: what it was and the hash of what it held. Append-only: the database refuses."""

    SELLER_PATH = "incident__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+", db_index=False)
    erasure = models.ForeignKey(Erasure, on_delete=models.PROTECT, related_name="items")
    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, null=True, related_name="erased", db_index=False
    )
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    what = models.CharField(max_length=20)
    """capture, picture, push, message, request, order, parcel_sheet, screenshot, pack or redacted_pack."""
    ref = models.BigIntegerField()
    """The row's number: a record of a pack names its capture as `c` and this number."""
    digest = models.CharField(max_length=64, default="")
    """SHA-256 of the body or the file. Empty for a buyer's data: a hash of a phone number would give it away."""
    file = models.CharField(max_length=300, default="")
    """Where its file lay."""

    class Meta:
        indexes = (
            models.Index(fields=["what", "ref"], name="erased_by_ref"),
            models.Index(fields=["incident", "order"], condition=Q(incident__isnull=False), name="erased_by_order"),
        )

    def __str__(self) -> str:
        return f"{self.what} {self.ref}"


class RedactedPack(models.Model):
    """The reviewer's form of a sealed pack: a pack of its own, derived from that one."""

    SELLER_PATH = "pack__incident__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    pack = models.ForeignKey("evidence.Pack", on_delete=models.PROTECT, related_name="redacted")
    number = models.PositiveIntegerField()
    stored_as = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    root = models.CharField(max_length=64)
    key_id = models.CharField(max_length=32)
    masked = models.JSONField(default=dict)
    left_out = models.JSONField(default=dict)
    made_by = models.ForeignKey("tenancy.User", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    file_erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["pack", "number"], name="redacted_pack_number_once"),)

    def __str__(self) -> str:
        return f"redacted pack {self.number}"
