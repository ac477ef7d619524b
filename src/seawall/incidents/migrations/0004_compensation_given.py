"""What people gave buyers on the platform, kept within the allowance of each order."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0003_platform_consent"),
        ("tenancy", "0002_languages_of_a_member"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Compensation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("currency", models.CharField(max_length=3)),
                ("reference", models.CharField(max_length=120)),
                ("key", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="compensations", to="incidents.case"
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenancy.team"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("case", "key"), name="compensation_once_per_form"),
                    models.UniqueConstraint(fields=("case", "reference"), name="compensation_once_per_reference"),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="compensation_above_zero"),
                ],
            },
        ),
    ]
