"""seawall evidence: seal packs; verify them anywhere, without database or network."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from seawall.cli import retention
from seawall.cli.incident import Code
from seawall.cli.output import emit, err, table
from seawall.cli.progress import steps
from seawall.evidence.receivers.profiles import Purpose
from seawall.kernel.markets import Platform
from seawall.kernel.texts import text

app = typer.Typer(no_args_is_help=True)
app.add_typer(retention.app, name="retention", help="How long data is kept, what is held, what was erased.")


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
    without_previous: Annotated[
        str, typer.Option(help="Begin a new tree because the pack before is lost; say why, it stands in the record.")
    ] = "",
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
            incident, by=by, clock=SYSTEM_CLOCK, progress=progress, with_pictures=pictures, with_report=report,
            without_previous=without_previous.strip(),
        )  # fmt: skip
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


@app.command("redact")
def redact(
    code: Code,
    pack: Annotated[int, typer.Option("--pack", help="Number of the sealed pack; the newest if left out.")] = 0,
    without_papers: Annotated[bool, typer.Option("--without-papers", help="Leave the official papers out.")] = False,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Also copy the result to this file.")] = None,
) -> None:
    """The reviewer's form of a sealed pack: buyers' phones, addresses and names masked."""
    from seawall.cli.context import actor

    by = actor()
    import shutil

    from seawall.incidents.api import incident_named, redact_pack, redacted_path
    from seawall.kernel.clock import SYSTEM_CLOCK
    from seawall.kernel.errors import InvalidInput

    if out is not None and not out.parent.is_dir():
        raise InvalidInput("pack_folder_missing", folder=str(out.parent))
    incident = incident_named(code, by=by)
    with steps() as progress:
        made = redact_pack(
            incident, by=by, clock=SYSTEM_CLOCK, number=pack or None, with_papers=not without_papers, progress=progress
        )
    path = redacted_path(made)
    if out is not None:
        shutil.copyfile(path, out)
        path = out
    emit(
        {
            "incident": code, "pack": made.pack.number, "derived_from": made.pack.root, "path": str(path),
            "sha256": made.sha256, "root": made.root, "masked": made.masked, "left_out": made.left_out,
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


class KeyAct(StrEnum):
    """What to do with the team's signing keys."""

    SHOW = "show"
    ROTATE = "rotate"


@app.command("keys")
def keys(
    act: Annotated[KeyAct, typer.Argument(help="rotate: retire the key for good, a new one follows.")] = KeyAct.SHOW,
    why: Annotated[str, typer.Option(help="Why it is rotated; it stands in the record.")] = "",
    lost: Annotated[
        bool, typer.Option("--lost", help="The old private key cannot be opened any more: nobody vouches for the new.")
    ] = False,
) -> None:
    """The team's public signing keys, all generations; anyone may see them at /keys/TEAM/."""
    from seawall.cli.context import actor

    by = actor()
    from seawall.evidence.api import generations, rotate_key
    from seawall.kernel.clock import SYSTEM_CLOCK
    from seawall.settings.env import get_settings
    from seawall.tenancy.api import Team

    if act is KeyAct.ROTATE:
        rotate_key(why=why, by=by, clock=SYSTEM_CLOCK, is_lost=lost)
    found = generations(by)
    address = f"{get_settings().public_url}/keys/{Team.objects.get(pk=by.team_id).slug}/"
    rows = [
        {
            "generation": each.number, "key_id": each.key_id, "fingerprint": each.fingerprint,
            "since": each.since.isoformat(), "retired_at": each.retired_at.isoformat() if each.retired_at else None,
            "is_handed_over": bool(each.statement), "public_key": each.pem,
        }
        for each in found
    ]  # fmt: skip
    shown = table("generation>", "key id", "fingerprint", "since", "retired")
    for each in found:
        retired = f"{each.retired_at:%Y-%m-%d %H:%M}" if each.retired_at else "in force"
        shown.add_row(str(each.number), each.key_id, each.fingerprint, f"{each.since:%Y-%m-%d %H:%M}", retired)

    def people(console: Console) -> None:
        console.print(shown)
        console.print(f"for anyone  {address}", markup=False)

    emit({"page": address, "keys": rows}, people)


@app.command("stamp")
def stamp(
    code: Code,
    number: Annotated[int, typer.Option("--pack", help="Which of the storm's packs; the newest if unsaid.")] = 0,
) -> None:
    """Ask the configured time-stamp authority to confirm when a pack was sealed; one that has its token keeps it."""
    from seawall.cli.context import actor

    by = actor()
    from seawall.evidence.api import Pack
    from seawall.incidents.api import incident_named, stamp_pack, token_path
    from seawall.kernel.clock import SYSTEM_CLOCK
    from seawall.kernel.errors import NotFound
    from seawall.tenancy.api import scoped

    incident = incident_named(code, by=by)
    by.require("evidence.pack")
    packs = scoped(Pack, by).filter(incident=incident).order_by("-number")
    pack = (packs.filter(number=number) if number else packs).first()
    if pack is None:
        raise NotFound("not_found", what=f"{code} {number or ''}".strip())
    found = stamp_pack(pack, by=by, clock=SYSTEM_CLOCK)
    emit(
        {
            "incident": code, "number": pack.number, "authority": found.authority,
            "stamped_at": found.stamped_at.isoformat() if found.stamped_at else None, "is_inside": found.is_inside,
            "token": None if found.is_inside else str(token_path(pack)),
        }
    )  # fmt: skip


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
    pack: Annotated[Path, typer.Argument(help="A pack, or a single order taken out of one.")],
    key: Annotated[
        str, typer.Option(help="The key id or fingerprint the signer published; anything else is a problem.")
    ] = "",
    after: Annotated[
        Path | None, typer.Option(help="An earlier pack of the same storm: name what was dropped or changed since.")
    ] = None,
    tsa_cert: Annotated[
        Path | None, typer.Option(help="Certificate (PEM) of the time-stamp authority; its token is then demanded.")
    ] = None,
    token: Annotated[
        list[Path] | None, typer.Option(help="A time-stamp token of the pack; PACK.zip.tsr beside it if unsaid.")
    ] = None,
) -> int:
    """Check every byte, every hash, the signature and every grade. Exit 1 when anything is wrong."""
    from seawall.cli.files import existing
    from seawall.evidence.seal.api import certificates, verify_after, verify_pack

    trusted = certificates(existing(tsa_cert).read_bytes()) if tsa_cert is not None else None
    if after is None:
        report = verify_pack(pack, expected_key=key or None, trusted=trusted, tokens=token)
    else:
        report = verify_after(pack, after, expected_key=key or None, trusted=trusted, tokens=token)

    def people(console: Console) -> None:
        for problem in report.problems:
            console.print(f"✗ {problem.path}: {problem.what}", style="red", markup=False)
        if report.ok:
            console.print(f"verified  {report.items:,} orders, {report.files:,} files, root {report.root}")
            simulated = "  · SIMULATED 演练" if report.is_simulated else ""
            console.print(f"signed by key {report.key_id} at {report.sealed_at}{simulated}")
            if len(report.key_chain) > 1:
                console.print(f"keys      {' -> '.join(report.key_chain)}: each signed the next")
            console.print(f"time      {text('time_' + report.time['grade'], **report.time)}", markup=False)
            if after is not None:
                console.print(f"holds all of {after.name}, root {report.after_root}", markup=False)

    emit(report.as_json(), people)
    return 0 if report.ok else 1


@app.command("extract")
def extract(
    pack: Annotated[Path, typer.Argument(help="A pack file.")],
    order: Annotated[str, typer.Argument(help="The order's number, as the platform writes it.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Where to write the single order's evidence.")],
    shop: Annotated[str, typer.Option(help="Which shop, where several have an order of this number.")] = "",
) -> None:
    """Take one order out of a pack, with proofs that lead to the signed root. Needs no database and no network."""
    from seawall.evidence.seal.api import extract_order

    found = extract_order(pack, order, out, shop=shop)
    emit(
        {
            "order": found.order_id, "shop": found.shop, "path": str(found.path), "sha256": found.sha256,
            "size": found.size, "root": found.root, "records": found.records, "files": found.files,
        }
    )  # fmt: skip
