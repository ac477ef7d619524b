"""seawall script lint: check wording, one text or a file of messages; needs no database."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seawall.cli.files import existing, text_of
from seawall.cli.output import emit, out
from seawall.kernel.errors import Misuse
from seawall.kernel.languages import Language
from seawall.kernel.markets import Market, Platform

if TYPE_CHECKING:
    from seawall.scripts.lint import SecondReader

app = typer.Typer(no_args_is_help=True)


@app.callback()
def script() -> None:
    """Check wording."""


@app.command("lint")
def lint(
    file: Annotated[Path | None, typer.Argument(help="Messages, one JSON object a line.")] = None,
    text: Annotated[str, typer.Option(help="One text to check.")] = "",
    platform: Annotated[Platform | None, typer.Option()] = None,
    market: Annotated[Market | None, typer.Option()] = None,
    lang: Annotated[Language | None, typer.Option(help="Language the text is meant to be in.")] = None,
    facts: Annotated[Path | None, typer.Option(help="Facts, one sentence a line: what the text may claim.")] = None,
    template: Annotated[bool, typer.Option("--template", help="The text has placeholders still to be filled.")] = False,
    with_model: Annotated[
        bool, typer.Option("--with-model", help="Let the model of the settings add findings; it removes none.")
    ] = False,
) -> int:
    """Findings with span, rule, source row, why and a suggestion. Exit 1 when a blocking one is found."""
    if (file is None) == (not text):
        raise Misuse("lint_file_or_text")
    reader = _second_reader() if with_model else None
    if file is not None:
        return _lint_file(existing(file), reader)
    if platform is None or market is None or lang is None:
        raise Misuse("lint_needs_place")
    from seawall.scripts.lint import Message, Reading, Severity
    from seawall.scripts.lint import lint as check

    sentences = tuple(text_of(facts).splitlines()) if facts else ()
    message = Message(lang=lang, platform=platform, market=market, text=text, facts=sentences, template=template)
    reading = reader.read(message) if reader else Reading(tuple(check(message)))
    findings, note = reading.findings, reading.note
    rows = [
        {
            "rule": f.rule.value, "severity": f.severity.value, "start": f.start, "end": f.end,
            "words": text[f.start : f.end], "rule_row": f.rule_row, "why": f.reason.text(), "suggestion": f.suggestion,
            "source": f.source.value,
        }
        for f in findings
    ]  # fmt: skip

    def people(console: Any) -> None:
        for row in rows:
            console.print(f"{row['severity']}  {row['rule']} [{row['rule_row']}] «{row['words']}»", markup=False)
            console.print(f"    {row['why']}\n    {row['suggestion']}", markup=False)
        if not rows:
            console.print("no findings")
        if note:
            console.print(note.text(), markup=False)

    emit({"findings": rows, **({"note": note.text()} if note else {})}, people)
    return 1 if any(f.severity is Severity.BLOCK for f in findings) else 0


def _second_reader() -> "SecondReader":
    """The model of the settings. Misuse when none is set."""
    from seawall.scripts.lint import SecondReader
    from seawall.settings.env import get_settings

    settings = get_settings()
    if not settings.lint_model_url or not settings.lint_model:
        raise Misuse("lint_model_not_set")
    return SecondReader(
        base_url=settings.lint_model_url,
        model=settings.lint_model,
        key=settings.lint_model_key,
        timeout_s=settings.lint_model_timeout_s,
    )


def _lint_file(path: Path, reader: "SecondReader | None") -> int:
    """One output line for each input line, as JSON, whether or not --json was given: it is a machine's format."""
    import json

    from seawall.scripts.lint import lint_jsonl

    with path.open(encoding="utf-8", errors="replace") as lines:
        for result in lint_jsonl(lines, reader=reader):
            out.file.write(json.dumps(result, ensure_ascii=False) + "\n")
    out.file.flush()
    return 0
