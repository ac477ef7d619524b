"""What buyers' messages want, who wants no more of ours, and how far lists of conversations have been read."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Messages so far have no reading; an empty intent says so."""

    dependencies = [
        ("inbox", "0002_unread_count_knows_its_time"),
        ("outreach", "0003_seats_and_proof"),
        ("shops", "0003_consent_and_renewal"),
        ("tenancy", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ContactStop",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("buyer_id", models.CharField(default="", max_length=60)),
                ("source", models.CharField(max_length=10)),
                ("needs_look", models.BooleanField(default=False)),
                ("reason", models.TextField(default="")),
                ("at", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(null=True)),
                ("lifted_why", models.TextField(default="")),
            ],
        ),
        migrations.CreateModel(
            name="Reading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(max_length=30)),
                ("score", models.FloatField(null=True)),
                ("language", models.CharField(default="", max_length=16)),
                ("source", models.CharField(max_length=10)),
                ("why", models.TextField(default="")),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ReplyList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cursor_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("receipts_due_at", models.DateTimeField()),
                ("leased_until", models.DateTimeField(null=True)),
                ("read_at", models.DateTimeField(null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("failed_with", models.CharField(default="", max_length=200)),
            ],
        ),
        migrations.AddField(
            model_name="conversation",
            name="complete_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="conversation",
            name="complete_id",
            field=models.CharField(default="", max_length=120),
        ),
        migrations.AddField(
            model_name="conversation",
            name="look_after",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="conversation",
            name="look_tries",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="message",
            name="intent",
            field=models.CharField(default="", max_length=30),
        ),
        migrations.AddField(
            model_name="message",
            name="intent_language",
            field=models.CharField(default="", max_length=16),
        ),
        migrations.AddField(
            model_name="message",
            name="intent_score",
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="intent_source",
            field=models.CharField(default="", max_length=10),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("look_after__isnull", False)), fields=["look_after"], name="conversation_to_look_at"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("intent__in", ["opt_out", "angry_complaint", "threatens_bad_review"])),
                fields=["recipient", "intent"],
                name="message_of_harm",
            ),
        ),
        migrations.AddField(
            model_name="contactstop",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="contactstop",
            name="conversation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="stops", to="inbox.conversation"
            ),
        ),
        migrations.AddField(
            model_name="contactstop",
            name="lifted_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="contactstop",
            name="message",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="stops", to="inbox.message"
            ),
        ),
        migrations.AddField(
            model_name="contactstop",
            name="shop",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="contact_stops", to="shops.shop"
            ),
        ),
        migrations.AddField(
            model_name="contactstop",
            name="team",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenancy.team"),
        ),
        migrations.AddField(
            model_name="reading",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="reading",
            name="message",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="readings", to="inbox.message"
            ),
        ),
        migrations.AddField(
            model_name="reading",
            name="team",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenancy.team"),
        ),
        migrations.AddField(
            model_name="replylist",
            name="connection",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="reply_list", to="shops.connection"
            ),
        ),
        migrations.AddField(
            model_name="replylist",
            name="team",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenancy.team"),
        ),
        migrations.AddIndex(
            model_name="contactstop",
            index=models.Index(condition=models.Q(("lifted_at__isnull", True)), fields=["shop"], name="stop_in_force"),
        ),
        migrations.AddConstraint(
            model_name="contactstop",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at__isnull", True)), fields=("message",), name="one_stop_per_message"
            ),
        ),
        migrations.AddConstraint(
            model_name="contactstop",
            constraint=models.CheckConstraint(
                condition=models.Q(("lifted_at__isnull", True), ("lifted_by__isnull", False), _connector="OR"),
                name="stop_lifted_by_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="reading",
            constraint=models.CheckConstraint(
                condition=models.Q(("source__in", ["rules", "model", "person"])), name="reading_source_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="reading",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("source", "person"), _negated=True), ("by__isnull", False), _connector="OR"
                ),
                name="reading_has_reader",
            ),
        ),
        migrations.AddConstraint(
            model_name="reading",
            constraint=models.UniqueConstraint(
                condition=models.Q(("source", "person"), _negated=True),
                fields=("message", "source"),
                name="reading_once_per_machine",
            ),
        ),
        migrations.AddIndex(
            model_name="replylist",
            index=models.Index(fields=["due_at"], name="reply_list_due"),
        ),
    ]
