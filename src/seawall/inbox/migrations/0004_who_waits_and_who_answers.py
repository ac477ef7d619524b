"""Who waits for a reply and until when, who answers, and what the team notes about it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

_FILL = """
UPDATE inbox_conversation c
   SET asked_id = asked.id, waits_since = waits.since, incident_id = r.incident_id,
       asked_language = coalesce(r.language, ''), asked_intent = asked.intent,
       needs_person = asked.intent IN ('angry_complaint', 'threatens_bad_review', 'gives_new_address',
                                       'gives_new_phone', 'other')
           OR (asked.intent_source <> 'person' AND coalesce(asked.intent_score, 0) < 0.8)
  FROM (SELECT DISTINCT ON (conversation_id) conversation_id, id, recipient_id, intent, intent_score, intent_source
          FROM inbox_message
         WHERE speaker = 'buyer' AND NOT is_recalled AND NOT is_auto_reply
         ORDER BY conversation_id, sent_at DESC, id DESC) asked
  LEFT JOIN outreach_recipient r ON r.id = asked.recipient_id
  LEFT JOIN (SELECT b.conversation_id, min(b.sent_at) AS since FROM inbox_message b
              WHERE b.speaker = 'buyer' AND NOT b.is_recalled AND NOT b.is_auto_reply
                AND NOT EXISTS (SELECT 1 FROM inbox_message s
                                 WHERE s.conversation_id = b.conversation_id AND s.speaker = 'seller'
                                   AND NOT s.is_recalled AND NOT s.is_auto_reply AND s.sent_at >= b.sent_at)
              GROUP BY b.conversation_id) waits
         ON waits.conversation_id = asked.conversation_id
 WHERE c.id = asked.conversation_id
"""


class Migration(migrations.Migration):
    """Conversations so far learn who waits; until when, with the buyer's next message (a rule, not the table, says)."""

    dependencies = [
        ("inbox", "0003_readings_stops_and_lost_answers"),
        ("incidents", "0004_compensation_given"),
        ("shops", "0004_shops_worked_by_hand"),
        ("tenancy", "0002_languages_of_a_member"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=1000)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="conversation",
            name="asked",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="inbox.message",
            ),
        ),
        migrations.AddField(
            model_name="conversation",
            name="asked_intent",
            field=models.CharField(default="", max_length=30),
        ),
        migrations.AddField(
            model_name="conversation",
            name="asked_language",
            field=models.CharField(default="", max_length=16),
        ),
        migrations.AddField(
            model_name="conversation",
            name="held_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="conversation",
            name="holder",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenancy.membership",
            ),
        ),
        migrations.AddField(
            model_name="conversation",
            name="incident",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="incidents.incident",
            ),
        ),
        migrations.AddField(
            model_name="conversation",
            name="needs_person",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="conversation",
            name="reply_by",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="conversation",
            name="reply_must_check",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="conversation",
            name="reply_rule",
            field=models.CharField(default="", max_length=40),
        ),
        migrations.AddField(
            model_name="conversation",
            name="waits_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("waits_since__isnull", False)),
                fields=["team", "reply_by"],
                name="conversation_that_waits",
            ),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("holder__isnull", False)), fields=["holder"], name="conversation_held"
            ),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("incident__isnull", False)), fields=["incident"], name="conversation_of_storm"
            ),
        ),
        migrations.AddConstraint(
            model_name="conversation",
            constraint=models.CheckConstraint(
                condition=models.Q(("holder__isnull", True), ("held_at__isnull", False), _connector="OR"),
                name="held_since_an_instant",
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="conversation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="inbox.conversation"
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="team",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenancy.team"),
        ),
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
    ]
