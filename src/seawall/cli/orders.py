"""seawall orders: import export files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from seawall.cli.files import existing
from seawall.cli.output import emit, err, is_json, out, table
from seawall.kernel.errors import Misuse
from seawall.kernel.markets import Market
from seawall.kernel.texts import text

if TYPE_CHECKING:
    from seawall.orders.imports.api import ImportPlan

app = typer.Typer(no_args_is_help=True)


@app.callback()
def orders() -> None:
    """Orders from export files."""


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="Export files, xlsx or csv.")],
    shop: Annotated[str, typer.Option(help="Shop code; not needed for a dry run.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read, check and show; store nothing.")] = False,
    market: Annotated[Market | None, typer.Option(help="Dry run: what the files do not say themselves.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="Saved column mapping (JSON) for a tool's own sheet.")] = None,
    password: Annotated[
        str, typer.Option(help="For encrypted files; asked for, never stored.", envvar="SEAWALL_FILE_PASSWORD")
    ] = "",
    rejects: Annotated[Path | None, typer.Option(help="Write rejected rows with their reasons to this CSV.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before storing.")] = False,
) -> int:
    """Read, check, plan; then store. Good rows go in, bad rows come back with reasons."""
    from seawall.orders.imports.api import dry_run_json, load_mapping, plan, read_file, write_rejects

    paths = [existing(path) for path in files]
    columns = load_mapping(existing(mapping)) if mapping else None
    if not shop:
        if not dry_run:
            raise Misuse("import_needs_shop")
        planned = plan([read_file(p, market=market, mapping=columns, password=password or None) for p in paths])
        _hand_back(planned, rejects, write_rejects)
        result = dry_run_json(planned)
        emit(result, lambda console: _show(console, result))
        return 0 if planned.is_usable else 1
    return _into_shop(paths, shop, columns, password, rejects, dry_run=dry_run, yes=yes)


def _into_shop(
    paths: list[Path], shop: str, columns: Any, password: str, rejects: Path | None, *, dry_run: bool, yes: bool
) -> int:
    from seawall.cli.context import actor

    by = actor()
    # Only now: tables can be spoken of once Django knows its settings.
    from seawall.kernel.clock import SYSTEM_CLOCK
    from seawall.orders.api import ImportFiles, apply_plan, plan_import
    from seawall.orders.imports.api import dry_run_json, write_rejects

    command = ImportFiles(shop_code=shop, paths=paths, mapping=columns, password=password or None)
    found, planned = plan_import(command, by=by)
    _hand_back(planned, rejects, write_rejects)
    if dry_run:
        result = dry_run_json(planned)
        emit(result, lambda console: _show(console, result))
        return 0 if planned.is_usable else 1
    if not yes and not is_json() and out.is_terminal:
        _show(out, dry_run_json(planned))
        typer.confirm("Store this?", abort=True)
    report = apply_plan(found, planned, by=by, clock=SYSTEM_CLOCK)
    result = report.as_json()
    emit(result, lambda console: _show(console, result))
    return 0 if planned.is_usable else 1


def _hand_back(planned: "ImportPlan", target: Path | None, write: Any) -> None:
    """Write the rejects where asked; without --rejects, say how to get them."""
    if target is not None:
        write(planned, target)
    elif not is_json() and any(r.rejected for r in planned.readings):
        err.print("Rejected rows can be had as a file: --rejects REJECTS.csv", style="dim")


def _show_warnings(console: Console, file: dict[str, Any]) -> None:
    """Each kind of warning once, in words, with its rows: 24,000 masked phones are one line."""
    rows: dict[str, list[int]] = {}
    for warning in file["warnings"]:
        rows.setdefault(warning["code"], []).append(warning["row"])
    for code, places in rows.items():
        where = "" if places == [0] else f" row {places[0]}" if len(places) == 1 else f" {len(places):,} rows"
        console.print(f"  {file['name']}{where}: {text(code)}", markup=False, style="yellow")


def _show(console: Console, result: dict[str, Any]) -> None:
    shown = table("file", "what", "orders>", "lines>", "parcels>", "total>", "order date", "rejected>")
    for file in result["files"]:
        what = (file["kind"], file["platform"], file["market"])
        days = dict.fromkeys((file[key] or "")[:10] for key in ("first_order_at", "last_order_at"))
        shown.add_row(
            file["name"], " ".join(filter(None, what)) or "—", f"{file['orders']:,}", f"{file['lines']:,}",
            f"{file['parcels']:,}", f"{file['order_total'] or '—'} {file['currency'] or ''}", "\n".join(days),
            f"{len(file['rejected']):,}",
        )  # fmt: skip
    console.print(shown)
    for file in result["files"]:
        for rejected in file["rejected"][:10]:
            # The sentence names the row; a file refused as a whole is named in it as well.
            place = f"{file['name']}: " if rejected["row"] else ""
            console.print(f"  {place}{rejected['text']}", markup=False)
        if len(file["rejected"]) > 10:
            console.print(f"  … and {len(file['rejected']) - 10:,} more in {file['name']}", markup=False)
        _show_warnings(console, file)
    total = result["totals"]
    console.print(
        f"{total['orders']:,} orders: {total['new']:,} new, {total['changed']:,} changed, {total['same']:,} the same"
    )
    stored = result.get("stored")
    if stored:
        console.print(f"stored: {stored['new']:,} new, {stored['changed']:,} changed, {stored['same']:,} the same")
    parcels = result.get("stored_problem_parcels")
    if parcels:
        console.print(
            f"problem parcels: {parcels['new']:,} new, {parcels['changed']:,} changed, {parcels['same']:,} the same"
        )
