"""A push is tied to the secret that verified it.

Pushes stored before this have no mark and are acted on by nobody; those that were handled stay as they are.
"""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the mark, and puts it into the key."""

    dependencies: ClassVar = [("connectors", "0001_initial")]

    operations: ClassVar = [
        migrations.RemoveConstraint(model_name="receivedevent", name="event_stored_once"),
        migrations.AddField(
            model_name="receivedevent",
            name="verified_with",
            field=models.CharField(default="", max_length=64),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="receivedevent",
            constraint=models.UniqueConstraint(
                fields=["platform", "app_key", "verified_with", "external_id"], name="event_stored_once"
            ),
        ),
    ]
