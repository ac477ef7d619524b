"""Generations of a team's signing key, and time-stamp tokens of packs."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """A retired key is erased and never changed again; at most one key of a team signs."""

    dependencies: ClassVar = [("evidence", "0005_pictures"), ("tenancy", "0001_initial")]

    operations: ClassVar = [
        migrations.AddField("signingkey", "statement", models.TextField(default="")),
        migrations.AddField("signingkey", "statement_signature", models.BinaryField(default=b"")),
        # No key has ever retired before this; one that did by hand must not keep its private half.
        migrations.RunSQL(
            "UPDATE evidence_signingkey SET private_sealed = '' WHERE retired_at IS NOT NULL",
            reverse_sql=migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            "signingkey",
            models.UniqueConstraint(
                fields=["team"], condition=models.Q(retired_at__isnull=True), name="signing_key_one_in_force"
            ),
        ),
        migrations.AddConstraint(
            "signingkey",
            models.CheckConstraint(
                condition=models.Q(retired_at__isnull=True) | models.Q(private_sealed=b""),
                name="signing_key_retired_is_erased",
            ),
        ),
        migrations.RunSQL(
            sql="""
            CREATE FUNCTION evidence_signingkey_retired() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'a retired signing key is never changed' USING ERRCODE = 'restrict_violation';
            END $$;
            CREATE TRIGGER retired_for_good BEFORE UPDATE OR DELETE ON evidence_signingkey
                FOR EACH ROW WHEN (OLD.retired_at IS NOT NULL) EXECUTE FUNCTION evidence_signingkey_retired();
            """,
            reverse_sql="""
            DROP TRIGGER retired_for_good ON evidence_signingkey;
            DROP FUNCTION evidence_signingkey_retired();
            """,
        ),
        migrations.CreateModel(
            name="TimeStamp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("tries", models.PositiveIntegerField(default=0)),
                ("next_try_at", models.DateTimeField()),
                ("fault", models.CharField(default="", max_length=60)),
                ("token", models.BinaryField(default=b"")),
                ("authority", models.CharField(default="", max_length=300)),
                ("stamped_at", models.DateTimeField(null=True)),
                ("is_inside", models.BooleanField(default=False)),
                (
                    "pack",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="time_stamp", to="evidence.pack"
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenancy.team"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("stamped_at__isnull", True)), fields=["next_try_at"], name="time_stamp_due"
                    )
                ]
            },
        ),
    ]
