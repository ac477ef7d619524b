"""The demo's cancellations: by the same commands a person would type."""

from typing import Any

from seawall.cli.output import err, table
from seawall.cli.progress import bar
from seawall.demo import scene
from seawall.demo.stage import Commands, wait_for
from seawall.kernel.errors import Refused

REASONS = ("shopee=OUT_OF_STOCK", "lazada=Out of Stock", "tiktok-shop=seller_cancel_reason_out_of_stock")
"""No platform has a reason that says "customs": a person chooses, and the seller approves the choice by name."""
WHY = "The goods go back with the container and there are none left to send"
_ON_THE_WAY = ("planned", "claimed", "accepted", "unknown")


def cancel_orders(commands: Commands, code: str) -> None:
    """List, approve, start, wait, show. What was done in an earlier run is found done."""
    after = _status(commands, code)
    if after["list"] is None:
        options = [word for reason in REASONS for word in ("--reason", reason)]
        commands.run("cancel", "plan", code, "--unshipped", *options, "--why", WHY, by=scene.LEAD, show=False)
        after = _status(commands, code)
    if after["list"]["state"] == "planned":
        commands.run("cancel", "approve", code, "--binding", after["list"]["binding"], by=scene.APPROVER, show=False)
        after = _status(commands, code)
    if after["list"]["state"] == "approved":
        commands.run("cancel", "start", code, by=scene.LEAD, show=False)
    _wait(commands, code, after["listed"])
    _show(_status(commands, code))


def _wait(commands: Commands, code: str, total: int) -> None:
    with bar() as shown:
        task = shown.add_task("cancellations", total=total)

        def is_done() -> bool:
            now = _status(commands, code)
            left = sum(now["cancellations"][state] for state in _ON_THE_WAY)
            shown.update(task, completed=total - left)
            if now["list"]["state"] == "paused":
                raise Refused("demo_paused", why=str(now["list"]["paused"]))
            untold = now["waiting_for_message"]
            if untold and untold == left and now["list"]["state"] == "running":
                # Message first: whose buyer could not be told is not cancelled.
                commands.run("cancel", "stop", code, "--why", "their buyers could not be told", "--yes", by=scene.LEAD,
                             show=False)  # fmt: skip
            return bool(now["list"]["state"] in ("done", "stopped"))

        if not wait_for(is_done, seconds=120 + total, pause=0.5):
            raise Refused("demo_took_too_long", step="cancellations")


def _status(commands: Commands, code: str) -> dict[str, Any]:
    result: dict[str, Any] = commands.run("cancel", "status", code, by=scene.LEAD, show=False)
    return result


def _show(after: dict[str, Any]) -> None:
    shown = table("cancellation", "orders>")
    for state, count in after["cancellations"].items():
        if count:
            shown.add_row(state, f"{count:,}")
    shown.add_row("[bold]= listed[/bold]", f"[bold]{after['listed']:,}[/bold]")
    err.print(shown)
