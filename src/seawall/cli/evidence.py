"""seawall evidence: seal packs; verify them anywhere, without database or network."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from seawall.cli.incident import Code
from seawall.cli.output import emit, table
from seawall.cli.progress import steps
from seawall.evidence.receivers.profiles import Purpose
from seawall.kernel.markets import Platform

app = typer.Typer(no_args_is_help=True)


@app.command("pack")
def pack(
    code: Code,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Also copy the pack to this file.")] = None,
    pictures: Annotated[
        bool, typer.Option("--pictures/--no-pictures", help="With the chat picture of each order.")
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
        sealed = seal_pack(incident, by=by, clock=SYSTEM_CLOCK, progress=progress, with_pictures=pictures)
    path = pack_path(sealed)
    if out is not None:
        shutil.copyfile(path, out)
        path = out
    emit(
        {
            "incident": code, "number": sealed.number, "path": str(path), "sha256": sealed.sha256, "root": sealed.root,
            "key_id": sealed.key_id, "items": sealed.items, "counts": sealed.counts,
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
    from seawall.incidents.api import draw_pictures, incident_named
    from seawall.kernel.clock import SYSTEM_CLOCK

    incident = incident_named(code, by=by)
    with steps() as progress:
        done = draw_pictures(incident, by=by, clock=SYSTEM_CLOCK, processes=processes, progress=progress)
    emit({"incident": code, **vars(done)})


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


@app.command("upload-kit")
def upload_kit(
    pack: Annotated[Path, typer.Argument(help="A pack file.")],
    platform: Annotated[Platform, typer.Option(help="Whose desk it goes to.")],
    purpose: Annotated[Purpose, typer.Option(help="What it is for.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="A new folder for it.")],
    shop: Annotated[str, typer.Option(help="Only this shop.")] = "",
    most_mb: Annotated[int | None, typer.Option(min=1, max=4000, help="Largest file, where you know it.")] = None,
    most_files: Annotated[int | None, typer.Option(min=1, max=1000, help="Files in one upload.")] = None,
    because: Annotated[str, typer.Option(help="Where a limit of your own comes from; stands in UPLOAD.txt.")] = "",
) -> None:
    """Cut a pack to what a platform takes: by shop, papers and talk apart, in files that fit, with UPLOAD.txt."""
    from seawall.evidence.receivers.kit import write_kit
    from seawall.evidence.receivers.profiles import profile
    from seawall.kernel.errors import InvalidInput
    from seawall.kernel.texts import text

    if (most_mb or most_files) and not because.strip():
        raise InvalidInput("kit_limit_without_reason")
    wanted = profile(platform, purpose).with_limits(file_mb=most_mb, files=most_files, because=because.strip())
    kit = write_kit(pack, out, wanted, shop=shop)
    shown = table("market", "shop", "orders>", "with a picture>", "files>")
    for each in kit.shops:
        shown.add_row(each.market.value, each.shop, f"{each.orders:,}", f"{each.pictured:,}", f"{len(each.files):,}")

    def people(console: Console) -> None:
        console.print(shown)
        for left in kit.left_out:
            console.print(f"✗ {left.path}: {text(left.code)}", style="red", markup=False)
        console.print(f"written to {kit.folder}; read UPLOAD.txt in it first", markup=False)

    emit(kit.as_json(), people)


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
