"""Tables of shops and their connections."""

from django.db import models
from django.db.models import Q

from seawall.kernel.markets import Market, Platform

LOOPBACK = r"^http://(127\.[0-9.]+|localhost|\[::1\])(:[0-9]+)?(/|$)"
TLS = r"^https://[^@/]+(/|$)"
APP_ADDRESSES = ("base_url", "auth_url", "consent_url")


class SendMode(models.TextChoices):
    """How a message may leave: by the worker, by a person's key press, by a person in Seller Center."""

    API = "api"
    CLICK = "click"
    MANUAL = "manual"


class Shop(models.Model):
    """One store of a seller on one platform's market."""

    SELLER_PATH = "seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="shops")
    seller = models.ForeignKey("tenancy.Seller", on_delete=models.PROTECT, related_name="shops")
    platform = models.CharField(max_length=20)
    market = models.CharField(max_length=2)
    code = models.CharField(max_length=60)
    """The team's own short name of the shop, as the command line takes it."""
    name = models.CharField(max_length=160)
    """The name buyers know; it stands in messages."""
    zone_name = models.CharField(max_length=60, blank=True)
    """Zone of this shop's export files where it is not the market's (cross-border shops: exports.md 10, unknown)."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["team", "code"], name="shop_code_once_per_team"),
            models.CheckConstraint(condition=Q(platform__in=[p.value for p in Platform]), name="shop_platform_known"),
            models.CheckConstraint(condition=Q(market__in=[m.value for m in Market]), name="shop_market_known"),
        )

    def __str__(self) -> str:
        return f"{self.code} ({self.platform} {self.market})"


class Connection(models.Model):
    """How a shop is reached. Secrets are encrypted; a simulator connection can only point at this very machine."""

    SELLER_PATH = "shop__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="connections")
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="connections")
    is_simulator = models.BooleanField()
    base_url = models.CharField(max_length=300)
    platform_seller_id = models.CharField(max_length=60)
    app_key = models.CharField(max_length=80)
    app_secret_sealed = models.BinaryField()
    access_token_sealed = models.BinaryField()
    refresh_token_sealed = models.BinaryField(default=bytes)
    shop_cipher_sealed = models.BinaryField(default=bytes)
    """TikTok Shop: names the shop in calls."""
    push_key_sealed = models.BinaryField(default=bytes)
    """Shopee: the separate key of live pushes, where the console issued one."""
    callback_url = models.CharField(max_length=300, blank=True)
    """The push address as registered at the platform (Shopee signs it); empty: our public address for this app."""
    auth_url = models.CharField(max_length=300, blank=True)
    """Where tokens are renewed; empty: the platform's own address. A simulator has one of its own."""
    expires_at = models.DateTimeField(null=True, blank=True)
    """When the access token ends; none: not told, and it is renewed when the platform refuses it."""
    renew_after = models.DateTimeField(null=True, blank=True)
    """When a worker should renew the access token."""
    renewing_until = models.DateTimeField(null=True, blank=True)
    """A worker holds the renewal until then: a refresh token may be good for one use only. One that has run out means
    that the worker was lost in between; a worker that came back with an answer, good or bad, has cleared it."""
    renewed_at = models.DateTimeField(null=True, blank=True)
    """When the access token was last renewed; none: it is the one the seller's consent gave."""
    renewal_tries = models.PositiveSmallIntegerField(default=0)
    """Tries to renew since it last worked, each of them refused for now."""
    renewal_error = models.CharField(max_length=200, blank=True)
    """The platform's own words at the last try that did not work; empty once it worked."""
    consent_until = models.DateTimeField(null=True, blank=True)
    """When the refresh token ends and the seller has to consent again; none: not told."""
    mode = models.CharField(max_length=10, choices=SendMode.choices)
    mode_reason = models.CharField(max_length=200, blank=True)
    sends_per_second = models.DecimalField(max_digits=8, decimal_places=3)
    burst = models.PositiveIntegerField(default=1)
    is_active = models.BooleanField(default=True)
    stopped_reason = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField()
    """When address or secrets last changed: workers open a new connector for a new value."""

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["shop"], condition=Q(is_active=True), name="one_active_connection_per_shop"
            ),
            models.CheckConstraint(
                condition=Q(is_simulator=True, base_url__regex=LOOPBACK)
                | Q(is_simulator=False, base_url__regex=TLS)
                # A shop that no API reaches: people work for it in Seller Center.
                | Q(is_simulator=False, base_url="", mode=SendMode.MANUAL.value),
                name="simulators_on_loopback_platforms_by_tls",
            ),
            models.CheckConstraint(
                condition=Q(auth_url="")
                | Q(is_simulator=True, auth_url__regex=LOOPBACK)
                | Q(is_simulator=False, auth_url__regex=TLS),
                name="auth_on_loopback_or_by_tls",
            ),
            models.CheckConstraint(condition=Q(sends_per_second__gt=0), name="connection_pace_positive"),
            models.CheckConstraint(condition=Q(mode__in=SendMode.values), name="connection_mode_known"),
        )
        indexes = (
            models.Index(
                fields=["renew_after"],
                condition=Q(is_active=True, renew_after__isnull=False),
                name="connection_to_renew",
            ),
        )

    def __str__(self) -> str:
        return f"connection {self.pk} of shop {self.shop_id}"


class PlatformApp(models.Model):
    """An app registered at a platform, as which Seawall asks sellers for their consent.

    A team may have many; Shopee wants one for each seller who builds for himself (shopee.md 2), so an app may belong
    to one seller and then lets in that seller's shops only.
    """

    SELLER_PATH = "seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="platform_apps")
    seller = models.ForeignKey("tenancy.Seller", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    platform = models.CharField(max_length=20)
    app_key = models.CharField(max_length=80)
    label = models.CharField(max_length=120)
    app_secret_sealed = models.BinaryField()
    push_key_sealed = models.BinaryField(default=bytes)
    service_id = models.CharField(max_length=80, blank=True)
    """TikTok Shop: what the consent link names instead of the app key."""
    is_simulator = models.BooleanField()
    base_url = models.CharField(max_length=300, blank=True)
    """API base in place of the platform's own; `{market}` stands for the country code in small letters."""
    auth_url = models.CharField(max_length=300, blank=True)
    """Where codes are traded and tokens renewed; empty: the platform's own address."""
    consent_url = models.CharField(max_length=300, blank=True)
    """Where the seller says yes; empty: the platform's own address."""
    callback_url = models.CharField(max_length=300, blank=True)
    """The push address as registered, where it is not this console's (Shopee signs it)."""
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["team", "platform", "app_key"], name="app_once_per_team"),
            models.CheckConstraint(condition=Q(platform__in=[p.value for p in Platform]), name="app_platform_known"),
            # A simulator's app names all three: a missing one would fall back to the real platform.
            models.CheckConstraint(
                condition=Q(
                    is_simulator=True,
                    base_url__regex=LOOPBACK,
                    auth_url__regex=LOOPBACK,
                    consent_url__regex=LOOPBACK,
                )
                | Q(Q(is_simulator=False), *(Q(**{name: ""}) | Q(**{f"{name}__regex": TLS}) for name in APP_ADDRESSES)),
                name="app_on_loopback_or_by_tls",
            ),
        )

    def __str__(self) -> str:
        return f"{self.label} ({self.platform} {self.app_key})"


class ConsentRequest(models.Model):
    """A link by which a seller may let one shop in: good once, for half an hour. Only the hash of its state is kept."""

    SELLER_PATH = "shop__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="consent_requests")
    app = models.ForeignKey(PlatformApp, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey("tenancy.Membership", on_delete=models.PROTECT, related_name="+")
    """Who made it, and in whose name the shop is connected."""
    state_sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    spent_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=60, blank=True)
    """`connected`, `withdrawn`, or the code of the refusal; empty while it waits, and where we were cut off."""
    params = models.JSONField(default=dict)
    """What fills the refusal's sentence."""

    class Meta:
        indexes = (models.Index(fields=["shop", "-created_at"], name="consent_by_shop"),)

    def __str__(self) -> str:
        return f"consent {self.pk} for shop {self.shop_id}"
