"""seawall evidence: seal packs; verify them anywhere, without database or network."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from seawall.cli.incident import Code
from seawall.cli.output import emit, err, table
from seawall.cli.progress import steps

app = typer.Typer(no_args_is_help=True)


@app.command("pack")
def pack(
    code: Code,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Also copy the pack to this file.")] = None,
    pictures: Annotated[
        bool, typer.Option("--pictures/--no-pictures", help="With the chat picture of each order.")
    ] = True,
    report: Annotated[
        bool, typer.Option("--report/--no-report", help="With the report as PDF, in English and Chinese.")
    ] = True,
) -> None:
    """Seal what the platform's record says of every order of the storm."""
    from seawall.cli.context import actor

    by = actor()
    import shutil

    from seawall.kernel.errors import InvalidInput

    if out is not None and not out.parent.is_dir():
        raise InvalidInput("pack_folder_missing", folder=str(out.parent))

    from seawall.incidents.api import incident_named, pack_path, seal_pack
    from seawall.kernel.clock import SYSTEM_CLOCK

    incident = incident_named(code, by=by)
    with steps() as progress:
        sealed = seal_pack(
            incident, by=by, clock=SYSTEM_CLOCK, progress=progress, with_pictures=pictures, with_report=report
        )
    path = pack_path(sealed)
    if out is not None:
        shutil.copyfile(path, out)
        path = out
    emit(
        {
            "incident": code, "number": sealed.number, "path": str(path), "sha256": sealed.sha256, "root": sealed.root,
            "key_id": sealed.key_id, "items": sealed.items, "counts": sealed.counts,
            "pictures": sealed.counts["pictures"],
        }
    )  # fmt: skip


@app.command("draw")
def draw(
    code: Code,
    processes: Annotated[
        int | None, typer.Option(min=0, max=64, help="How many to draw in; 0: in this one. Default: one a processor.")
    ] = None,
) -> None:
    """Draw the chat picture of every order whose records have changed since."""
    from seawall.cli.context import actor

    by = actor()
    from seawall.evidence.api import absent_fonts
    from seawall.incidents.api import draw_pictures, incident_named
    from seawall.kernel.clock import SYSTEM_CLOCK
    from seawall.kernel.texts import text

    incident = incident_named(code, by=by)
    with steps() as progress:
        done = draw_pictures(incident, by=by, clock=SYSTEM_CLOCK, processes=processes, progress=progress)
    if absent := absent_fonts():
        fonts = ", ".join(absent)
        err.print(text("picture_fonts_absent", fonts=fonts), style="yellow", markup=False, soft_wrap=True)
    emit({"incident": code, **vars(done), "missing_fonts": list(absent)})


@app.command("report")
def report(
    code: Code,
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the PDF files.")],
    edition: Annotated[str, typer.Option("--lang", help="en or zh; both where it is not given.")] = "",
    number: Annotated[
        int | None, typer.Option("--pack", min=1, help="Number of the pack; the newest if not given.")
    ] = None,
) -> None:
    """Write the report of a sealed pack as PDF/A: one file an edition, or several volumes of a large storm."""
    from seawall.cli.context import actor

    by = actor()
    from seawall.incidents.api import incident_named, write_report

    incident = incident_named(code, by=by)
    with steps() as progress:
        wanted = (edition,) if edition else ()
        pack, files = write_report(incident, out, by=by, editions=wanted, number=number, progress=progress)
    made = [{"path": str(path), "size": path.stat().st_size} for path in files]

    def people(console: Console) -> None:
        console.print(f"report of pack {pack.number} of {code}")
        for file in made:
            console.print(f"  {file['path']}  {file['size']:,} bytes", markup=False)

    emit({"incident": code, "pack": pack.number, "files": made}, people)


@app.command("list")
def list_(code: Code) -> None:
    """The storm's packs."""
    from seawall.cli.context import actor

    by = actor()
    from seawall.incidents.api import incident_named

    by.require("evidence.read")
    rows = [
        {"number": p.number, "sealed_at": p.sealed_at.isoformat(), "items": p.items, "root": p.root, "sha256": p.sha256}
        for p in incident_named(code, by=by).packs.order_by("number")
    ]
    shown = table("number", "sealed at", "items>", "root")
    for row in rows:
        shown.add_row(str(row["number"]), str(row["sealed_at"])[:19], f"{row['items']:,}", str(row["root"])[:16])
    emit({"incident": code, "packs": rows}, lambda console: console.print(shown))


@app.command("verify")
def verify(
    pack: Annotated[Path, typer.Argument(help="A pack file.")],
    key: Annotated[
        str, typer.Option(help="The key id or fingerprint the signer published; anything else is a problem.")
    ] = "",
) -> int:
    """Check every byte, every hash, the signature and every grade. Exit 1 when anything is wrong."""
    from seawall.evidence.seal.verify import verify_pack

    report = verify_pack(pack, expected_key=key or None)

    def people(console: Console) -> None:
        for problem in report.problems:
            console.print(f"✗ {problem.path}: {problem.what}", style="red", markup=False)
        if report.ok:
            console.print(f"verified  {report.items:,} orders, {report.files:,} files, root {report.root}")
            simulated = "  · SIMULATED 演练" if report.is_simulated else ""
            console.print(f"signed by key {report.key_id} at {report.sealed_at}{simulated}")

    emit(report.as_json(), people)
    return 0 if report.ok else 1
