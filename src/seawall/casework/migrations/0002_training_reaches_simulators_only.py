"""Promise 3 kept by the database for cancellations and answers, as for messages (outreach 0002): a list's and a
request's `is_training` is its storm's, a lane's `is_simulator` is its connection's, and neither can drift."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    """Composite keys lane -> list, list -> incident, lane -> connection, request -> incident."""

    dependencies: ClassVar = [("casework", "0001_initial"), ("outreach", "0002_training_reaches_simulators_only")]

    operations: ClassVar = [
        migrations.RunSQL(
            sql="""
            SET LOCAL lock_timeout = '5s';
            ALTER TABLE casework_cancelling ADD CONSTRAINT cancelling_training_key UNIQUE (id, is_training);
            ALTER TABLE casework_cancelling ADD CONSTRAINT cancelling_training_is_incidents
                FOREIGN KEY (incident_id, is_training) REFERENCES incidents_incident (id, is_training);
            ALTER TABLE casework_cancellane ADD CONSTRAINT cancel_lane_training_is_lists
                FOREIGN KEY (cancelling_id, is_training) REFERENCES casework_cancelling (id, is_training);
            ALTER TABLE casework_cancellane ADD CONSTRAINT cancel_lane_simulator_is_connections
                FOREIGN KEY (connection_id, is_simulator) REFERENCES shops_connection (id, is_simulator);
            ALTER TABLE casework_buyerrequest ADD CONSTRAINT buyer_request_training_is_incidents
                FOREIGN KEY (incident_id, is_training) REFERENCES incidents_incident (id, is_training);
            """,
            reverse_sql="""
            ALTER TABLE casework_buyerrequest DROP CONSTRAINT buyer_request_training_is_incidents;
            ALTER TABLE casework_cancellane DROP CONSTRAINT cancel_lane_simulator_is_connections;
            ALTER TABLE casework_cancellane DROP CONSTRAINT cancel_lane_training_is_lists;
            ALTER TABLE casework_cancelling DROP CONSTRAINT cancelling_training_is_incidents;
            ALTER TABLE casework_cancelling DROP CONSTRAINT cancelling_training_key;
            """,
        )
    ]
