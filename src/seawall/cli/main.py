"""The `seawall` command: `seawall NOUN VERB`. Exit 0 ok, 1 refused, 2 misuse, 3 unreachable; never a stack trace."""

import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from django.db import DatabaseError, OperationalError, ProgrammingError

from seawall import __version__
from seawall.cli import (
    approval,
    cancel,
    demo,
    evidence,
    inbox,
    incident,
    orders,
    outreach,
    requests,
    rules,
    run,
    script,
    seat,
    shops,
    simulators,
    team,
)
from seawall.cli.context import act_as
from seawall.cli.output import complain, is_json, out, set_json
from seawall.kernel.errors import InvalidInput, Misuse, SeawallError, Unreachable
from seawall.kernel.texts import desk_language, set_reader_language

app = typer.Typer(
    name="seawall",
    help="Seawall 海堤: the crisis desk for sellers on Shopee, Lazada and TikTok Shop.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(team.app, name="team", help="Teams, members, sellers.")
app.add_typer(shops.app, name="shops", help="Shops and their connections.")
app.add_typer(orders.app, name="orders", help="Orders from export files.")
app.add_typer(incident.app, name="incident", help="A storm: facts, orders, script, timeline.")
app.add_typer(outreach.app, name="outreach", help="Plan, sample, approval, roll-out.")
app.add_typer(approval.app, name="approval", help="Links by which the seller approves on a phone.")
app.add_typer(seat.app, name="seat", help="Send by a person's key press, one message after another.")
app.add_typer(cancel.app, name="cancel", help="Cancel orders after their message, for an approved reason.")
app.add_typer(requests.app, name="requests", help="Buyers who ask to cancel.")
app.add_typer(evidence.app, name="evidence", help="Sealed packs, and their verification.")
app.add_typer(script.app, name="script", help="Check wording.")
app.add_typer(inbox.app, name="inbox", help="Buyers' replies: what they want.")
app.add_typer(rules.app, name="rules", help="Dated rules of the platforms, and the deadlines they give an order.")
app.add_typer(simulators.app, name="simulators", help="Stand-in marketplaces on this machine.")
app.add_typer(demo.app, name="demo", help="A whole storm against simulators; synthetic export files.")
run.register(app)


def _version(wanted: bool) -> None:
    if wanted:
        out.print(f"seawall {__version__}")
        raise typer.Exit


@app.callback()
def root(
    language: Annotated[str, typer.Option("--language", help="Language of sentences: en or zh-Hans.")] = "",
    as_member: Annotated[str, typer.Option("--as", metavar="USERNAME", help="Who acts.")] = "",
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,
) -> None:
    """Options before the noun; --json may stand anywhere."""
    if language:
        if not language.lower().startswith(("zh", "en")):
            raise Misuse("language_unknown", language=language)
        set_reader_language(desk_language(language))
    act_as(as_member or None)


def main(argv: list[str] | None = None) -> None:
    """Entry point: runs and exits with the documented code."""
    for stream in (sys.stdout, sys.stderr):
        # A file name may hold bytes that are no text; saying it must not fail.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # text streams of a real process
    sys.exit(call(sys.argv[1:] if argv is None else argv))


def call(argv: list[str]) -> int:
    """Run one command line and return its exit code. Used by the demo as well: it has no other way in."""
    wanted, rest = _take_json(argv)
    set_json(wanted)
    try:
        result: Any = app(args=rest, standalone_mode=False)
        return result if isinstance(result, int) else 0
    except SeawallError as error:
        complain(error)
        return error.exit_code
    except typer.Exit as error:
        return error.exit_code
    except typer.TyperException as error:
        return _misuse(error)
    except (KeyboardInterrupt, typer.Abort):
        complain(SeawallError("interrupted"))
        return 130
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  # the reader went away; say no more to it
        return 0
    except DatabaseError as error:
        return _database_trouble(error)
    except UnicodeEncodeError:
        complain(Misuse("argument_not_text"))
        return 2
    except OSError as error:
        if error.filename is None:
            return _fault(error)
        complain(InvalidInput("file_trouble", name=str(error.filename), why=error.strerror or ""))
        return 1
    # The request edge of the command line: a fault of ours is told in a sentence, the trace goes to a file.
    except Exception as error:  # noqa: BLE001  # whatever it was
        return _fault(error)


def _misuse(error: typer.TyperException) -> int:
    """Exit 2: what is wrong with the line, with the usage; one object where JSON was asked for."""
    show: Callable[[], None] | None = getattr(error, "show", None)
    say: Callable[[], str] | None = getattr(error, "format_message", None)
    if is_json():
        complain(Misuse("usage", why=say() if say else str(error)))
    elif show is not None:
        show()
    return 2


def _fault(error: Exception) -> int:
    complain(SeawallError("bug", kind=type(error).__name__, log=_log_trace()))
    return 70


def _database_trouble(error: DatabaseError) -> int:
    """Exit 3 with a sentence for a database that went away or was never migrated."""
    if isinstance(error, ProgrammingError) and "does not exist" in str(error):
        complain(Unreachable("database_not_migrated"))
        return 3
    if isinstance(error, OperationalError):
        complain(Unreachable("database_lost", why=str(error).splitlines()[0]))
        return 3
    return _fault(error)


def _take_json(argv: list[str]) -> tuple[bool, list[str]]:
    """`--json` may stand anywhere before a bare `--`."""
    end = argv.index("--") if "--" in argv else len(argv)
    return "--json" in argv[:end], [a for i, a in enumerate(argv) if i >= end or a != "--json"]


def _log_trace() -> str:
    try:
        from seawall.settings.env import get_settings

        folder = get_settings().home / "log"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "faults.log"
    except (SeawallError, OSError, ImportError):
        path = Path.cwd() / "seawall-faults.log"
    try:
        with path.open("a", encoding="utf-8") as log:
            log.write(traceback.format_exc() + "\n")
    except OSError:
        return "—"
    return str(path)
