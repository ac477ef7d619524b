"""Orders and parcels as last seen, and the files they came from."""

from django.db import models


class ImportFile(models.Model):
    """A file that was applied: its hash, what it held. The same file twice changes nothing."""

    SELLER_PATH = "shop__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="import_files")
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=20)
    report = models.JSONField()
    """The file's part of the import report: counts, date range, rejects."""
    applied_by = models.ForeignKey("tenancy.User", on_delete=models.PROTECT, related_name="+")
    applied_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["shop", "sha256"], name="import_file_once_per_shop"),)

    def __str__(self) -> str:
        return self.name


class Order(models.Model):
    """One order as last seen. Key = shop + the platform's id as text (Lazada ids repeat across stores)."""

    SELLER_PATH = "shop__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="orders")
    platform_order_id = models.CharField(max_length=64)
    status = models.CharField(max_length=30)
    status_raw = models.JSONField(default=list)
    ordered_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    ship_by = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancel_reason = models.TextField(default="")
    cancel_by = models.TextField(default="")
    currency = models.CharField(max_length=3)
    total = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    buyer_handle = models.TextField(default="")
    buyer_name = models.TextField(default="")
    phone = models.TextField(default="")
    is_phone_masked = models.BooleanField(default=False)
    address = models.JSONField(default=dict)
    remark = models.TextField(default="")
    lines = models.JSONField(default=list)
    """Item lines: title, variation, sku, quantity, unit_price, line_id."""
    digest = models.CharField(max_length=64)
    """Hash of what the file said: equal digest = nothing changed."""
    source_sha256 = models.CharField(max_length=64)
    source_row = models.IntegerField(default=0)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["shop", "platform_order_id"], name="order_once_per_shop"),)
        indexes = (models.Index(fields=["team", "platform_order_id"], name="order_by_platform_id"),)

    def __str__(self) -> str:
        return self.platform_order_id


class Parcel(models.Model):
    """A parcel of an order; an order can have several."""

    SELLER_PATH = "order__shop__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="parcels")
    tracking_number = models.CharField(max_length=80, default="")
    package_id = models.CharField(max_length=80, default="")
    carrier = models.CharField(max_length=120, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["order", "tracking_number", "package_id"], name="parcel_once_per_order"),
        )
        indexes = (models.Index(fields=["team", "tracking_number"], name="parcel_by_tracking"),)

    def __str__(self) -> str:
        return self.tracking_number or self.package_id


class ProblemParcel(models.Model):
    """A row of a problem-parcel sheet (疑难件), tied to an order where one is known."""

    SELLER_PATH = "shop__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="problem_parcels")
    order = models.ForeignKey(Order, on_delete=models.SET_NULL, null=True, related_name="problems")
    tracking_number = models.CharField(max_length=80)
    platform_order_id = models.CharField(max_length=64, default="")
    kind = models.CharField(max_length=40, default="")
    carrier_text = models.TextField(default="")
    reported_at = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(null=True)
    note = models.TextField(default="")
    digest = models.CharField(max_length=64)
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["shop", "tracking_number"], name="problem_parcel_once_per_shop"),
        )

    def __str__(self) -> str:
        return self.tracking_number
