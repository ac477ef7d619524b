"""Brings a storm to its roll-out in a database of its own: `python -m tests.chaos.stage MARKETPLACE_URL ORDERS`.

A process of its own, since this test run's Django is bound to the run's database server, which nobody may kill.
"""

import sys

from seawall.cli.context import ready


def main(url: str, orders: int) -> None:
    """Prints the id of the incident."""
    ready()
    from django.core.management import call_command
    from tests.kit.lazada_sim import LazadaSimHelper
    from tests.kit.rollout import a_desk, a_storm, started

    call_command("migrate", interactive=False, verbosity=0)
    sim = LazadaSimHelper()
    sim.url = url
    storm = started(a_storm(a_desk(), sim, orders=orders, pace=60))
    sys.stdout.write(f"{storm.incident.pk}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
