"""An index for the wave of answers on the board, made while the table is written to."""

from typing import ClassVar

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Buyers' messages of a team by time."""

    atomic = False

    dependencies: ClassVar = [("inbox", "0004_who_waits_and_who_answers")]

    operations: ClassVar = [
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                condition=models.Q(("speaker", "buyer")), fields=["team", "sent_at"], name="message_of_buyers"
            ),
        ),
    ]
