"""Reference pages written from the code: `python -m seawall.cli.reference DOCS_FOLDER`. A test keeps them current."""

import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import typer.main

from seawall.casework.states import CANCELLATION, CANCELLING, REQUEST
from seawall.incidents.states import CASE, INCIDENT
from seawall.kernel.languages import Language
from seawall.kernel.machine import Machine
from seawall.kernel.texts import catalogue
from seawall.outreach.states import RECIPIENT, RIDERS, ROLL_OUT
from seawall.rulebook.page import rules_page

NOTE = "<!-- Written by `python -m seawall.cli.reference docs/reference`; do not edit. -->\n"


def commands_page() -> str:
    """Every command with its arguments and options."""
    from seawall.cli.main import app

    lines = [
        "# Commands", "", NOTE,
        "`--json` may stand anywhere and gives one JSON object on standard output; `--as USERNAME` (or `SEAWALL_AS`)",
        "and `--language` stand before the noun.",
        "Exit codes: 0 ok, 1 refused, 2 misuse, 3 unreachable, 130 interrupted.", "",
    ]  # fmt: skip
    for path, command in sorted(_leaves(typer.main.get_command(app), ())):
        lines += [f"## seawall {' '.join(path)}", "", " ".join((command.help or "").split()), ""]
        lines += [_parameter(each) for each in command.params if each.name != "help"]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _parameter(parameter: Any) -> str:
    words = " ".join((getattr(parameter, "help", None) or "").split())
    is_option = parameter.param_type_name == "option"
    names = ", ".join(parameter.opts) if is_option else (parameter.name or "").upper()
    needed = " (required)" if parameter.required else ""
    return f"- `{names}`{needed}{': ' + words if words else ''}"


def _leaves(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    children = getattr(command, "commands", None)
    if children is None:
        yield path, command
        return
    for name, child in children.items():
        yield from _leaves(child, (*path, name))


def states_page() -> str:
    """The tables of all state machines."""
    lines = ["# States", "", NOTE, "What is not in a table is refused.", ""]
    machines: tuple[Machine[Any], ...] = (
        INCIDENT, CASE, ROLL_OUT, RECIPIENT, CANCELLING, CANCELLATION, REQUEST,
    )  # fmt: skip
    for machine in machines:
        lines += [f"## {machine.name}", "", "| from | event | to |", "|---|---|---|"]
        lines += [f"| {_name(now)} | {event} | {_name(then)} |" for (now, event), then in machine.moves.items()]
        if machine is RECIPIENT:
            lines += ["", RIDERS]
        lines += ["", "Final: " + ", ".join(sorted(_name(state) for state in machine.terminal)) + ".", ""]
    return "\n".join(lines).rstrip() + "\n"


def _name(state: StrEnum) -> str:
    return f"`{state.value}`"


def reasons_page() -> str:
    """Every reason and refusal with its sentence in both languages."""
    chinese = catalogue(Language.ZH_HANS)
    lines = ["# Reasons and refusals", "", NOTE, "| code | English | 中文 |", "|---|---|---|"]
    lines += [
        f"| `{code}` | {_cell(sentence)} | {_cell(chinese.get(code, ''))} |"
        for code, sentence in sorted(catalogue(Language.EN).items())
    ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _rules() -> str:
    """Every rule of the book."""
    return rules_page(NOTE)


PAGES = {
    "commands.md": commands_page, "states.md": states_page, "reasons.md": reasons_page,
    "rules.md": _rules,
}  # fmt: skip
"""File name -> what writes it."""


def write(folder: Path) -> None:
    """Write all pages."""
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
