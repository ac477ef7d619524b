"""Promise 3 kept by the database: a training roll-out can only be bound to simulator connections.

Django has no composite foreign keys, so they are made here: a lane's `is_training` is its roll-out's, and its
`is_simulator` is its connection's, and neither can drift; the lane's own CHECK does the rest.
"""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    """Composite keys lane -> roll-out, roll-out -> incident, lane -> connection."""

    dependencies: ClassVar = [("outreach", "0001_initial"), ("shops", "0001_initial"), ("incidents", "0001_initial")]

    operations: ClassVar = [
        migrations.RunSQL(
            sql="""
            SET LOCAL lock_timeout = '5s';
            ALTER TABLE shops_connection ADD CONSTRAINT connection_simulator_key UNIQUE (id, is_simulator);
            ALTER TABLE incidents_incident ADD CONSTRAINT incident_training_key UNIQUE (id, is_training);
            ALTER TABLE outreach_rollout ADD CONSTRAINT roll_out_training_key UNIQUE (id, is_training);
            ALTER TABLE outreach_rollout ADD CONSTRAINT roll_out_training_is_incidents
                FOREIGN KEY (incident_id, is_training) REFERENCES incidents_incident (id, is_training);
            ALTER TABLE outreach_lane ADD CONSTRAINT lane_training_is_roll_outs
                FOREIGN KEY (roll_out_id, is_training) REFERENCES outreach_rollout (id, is_training);
            ALTER TABLE outreach_lane ADD CONSTRAINT lane_simulator_is_connections
                FOREIGN KEY (connection_id, is_simulator) REFERENCES shops_connection (id, is_simulator);
            """,
            reverse_sql="""
            ALTER TABLE outreach_lane DROP CONSTRAINT lane_simulator_is_connections;
            ALTER TABLE outreach_lane DROP CONSTRAINT lane_training_is_roll_outs;
            ALTER TABLE outreach_rollout DROP CONSTRAINT roll_out_training_is_incidents;
            ALTER TABLE outreach_rollout DROP CONSTRAINT roll_out_training_key;
            ALTER TABLE incidents_incident DROP CONSTRAINT incident_training_key;
            ALTER TABLE shops_connection DROP CONSTRAINT connection_simulator_key;
            """,
        )
    ]
