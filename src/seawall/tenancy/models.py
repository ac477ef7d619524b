"""Tables of tenancy."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

from seawall.tenancy.roles import Role


class User(AbstractUser):
    """A person who signs in. What they may do hangs on their memberships, not on this row."""

    display_name = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=16, default="zh-hans")

    class Meta:
        db_table = "tenancy_user"

    def __str__(self) -> str:
        return self.display_name or self.username


class Team(models.Model):
    """A support team: the tenant. Every other table hangs on one."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Seller(models.Model):
    """A seller the team serves."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="sellers")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=160)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["team", "code"], name="seller_code_once_per_team"),)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A user's role in a team; a seller approver is bound to one seller."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20)
    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, null=True, blank=True, related_name="approvers")
    is_simulated = models.BooleanField(default=False)
    """A stand-in person of the demo; whatever it decides is marked as simulated everywhere."""
    languages = models.JSONField(default=list, blank=True)
    """Buyer languages this person speaks (BCP 47): what a seat gets when it asks for none in particular."""
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["team", "user"], name="member_once_per_team"),
            models.CheckConstraint(condition=Q(role__in=[r.value for r in Role]), name="membership_role_known"),
            models.CheckConstraint(
                condition=Q(role=Role.SELLER_APPROVER.value, seller__isnull=False)
                | (~Q(role=Role.SELLER_APPROVER.value) & Q(seller__isnull=True)),
                name="seller_only_for_approvers",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"


class SignInLink(models.Model):
    """A one-time sign-in link. Only the hash of its token is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_in_links")
    token_sha256 = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"sign-in link {self.pk}"
