"""The audit log reads a team's newest entries first: an index in that order, built without locking the table."""

from typing import ClassVar

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Built concurrently: a team may be working while a table of millions is indexed."""

    atomic = False

    dependencies: ClassVar = [("timeline", "0002_append_only")]

    operations: ClassVar = [
        AddIndexConcurrently(
            model_name="entry",
            index=models.Index(fields=["team", "-at", "-id"], name="timeline_newest_of_team"),
        )
    ]
