"""seawall serve | worker | migrate | doctor | link: run it."""

import os
from typing import Annotated

import typer

from seawall.cli.context import actor, ready
from seawall.cli.output import emit, out, table
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.errors import Misuse


def register(app: typer.Typer) -> None:
    """Put these verbs at the top level."""
    app.command("migrate")(migrate)
    app.command("serve")(serve)
    app.command("worker")(worker)
    app.command("doctor")(doctor)
    app.command("link")(link)


def migrate() -> None:
    """Bring the database's tables up to date. Safe to repeat."""
    ready()
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    call_command("migrate", interactive=False, verbosity=0)
    emit({"applied": len(pending)})


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; SEAWALL_HOST.")] = "",
    port: Annotated[int, typer.Option(help="Port to listen on; SEAWALL_PORT.")] = 0,
    worker: Annotated[bool, typer.Option("--worker/--no-worker", help="Run a sending worker beside it.")] = True,
) -> int:
    """Run the console, the built-in database and one worker until stopped."""
    if host:
        os.environ["SEAWALL_HOST"] = host
    if port:
        os.environ["SEAWALL_PORT"] = str(port)
    ready()
    from seawall.cli.serving import Serving

    with Serving(with_worker=worker) as serving:
        out.print(f"Seawall 海堤  {serving.url}", highlight=False)
        out.print("Sign in: seawall link USERNAME   ·   Stop: Ctrl-C", style="dim")
        return serving.wait()


def worker(
    lanes_only: Annotated[
        bool, typer.Option("--lanes-only", help="Only send and look up; leave pushes and other chores to others.")
    ] = False,
    chores_only: Annotated[
        bool, typer.Option("--chores-only", help="Only act on pushes and renew tokens; send nothing.")
    ] = False,
) -> int:
    """Send, look up, handle pushes and jobs, until stopped. As many as you like, on as many machines."""
    if lanes_only and chores_only:
        raise Misuse("worker_does_nothing")
    ready()
    from seawall.cli.working import Parts, run_worker

    return run_worker(Parts(lanes=not chores_only, chores=not lanes_only))


def doctor() -> int:
    """Say in words what is wrong with this set-up, and how to mend it."""
    from seawall.doctor.checks import run
    from seawall.settings.env import get_settings
    from seawall.settings.logs import configure_logging

    configure_logging(get_settings())
    checks = run(get_settings())
    rows = [{"name": c.name, "state": str(c.state), "text": c.text, "mend": c.mend} for c in checks]
    shown = table("", "check", "what", "how to mend")
    marks = {"ok": "[green]✓[/green]", "warn": "[yellow]![/yellow]", "bad": "[red]✗[/red]"}
    for row in rows:
        shown.add_row(marks[row["state"]], row["name"], row["text"], row["mend"])
    is_ok = all(row["state"] != "bad" for row in rows)
    emit({"ok": is_ok, "checks": rows}, lambda console: console.print(shown))
    return 0 if is_ok else 1


def link(
    username: Annotated[str, typer.Argument(help="Whose sign-in link.")] = "",
    hours: Annotated[int, typer.Option(min=1, max=72, help="How long it is good for.")] = 1,
) -> None:
    """Make a one-time sign-in link for a member of your team. One made before and not used dies."""
    by = actor()
    from datetime import timedelta

    from seawall.settings.env import get_settings
    from seawall.staff.api import sign_in_link
    from seawall.tenancy.api import User

    by.require("team.manage")
    name = username or User.objects.get(pk=by.user_id).username
    made = sign_in_link(name, lifetime=timedelta(hours=hours), by=by, clock=SYSTEM_CLOCK, on_server=True)
    url = f"{get_settings().public_url}/in/{made.token}"
    emit({"username": name, "url": url}, lambda console: console.print(f"{name}: {url}", soft_wrap=True))
