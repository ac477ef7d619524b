"""seawall script lint: check wording, one text or a file of messages; needs no database."""

from pathlib import Path
from typing import Annotated, Any

import typer

from seawall.cli.files import existing, text_of
from seawall.cli.output import emit, out
from seawall.kernel.errors import Misuse
from seawall.kernel.languages import Language
from seawall.kernel.markets import Market, Platform

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
) -> int:
    """Findings with span, rule, source row, why and a suggestion. Exit 1 when a blocking one is found."""
    if (file is None) == (not text):
        raise Misuse("lint_file_or_text")
    if file is not None:
        return _lint_file(existing(file))
    if platform is None or market is None or lang is None:
        raise Misuse("lint_needs_place")
    from seawall.scripts.lint import Message, Severity
    from seawall.scripts.lint import lint as check

    sentences = tuple(text_of(facts).splitlines()) if facts else ()
    findings = check(
        Message(lang=lang, platform=platform, market=market, text=text, facts=sentences, template=template)
    )
    rows = [
        {
            "rule": f.rule.value, "severity": f.severity.value, "start": f.start, "end": f.end,
            "words": text[f.start : f.end], "rule_row": f.rule_row, "why": f.reason.text(), "suggestion": f.suggestion,
        }
        for f in findings
    ]  # fmt: skip

    def people(console: Any) -> None:
        for row in rows:
            console.print(f"{row['severity']}  {row['rule']} [{row['rule_row']}] «{row['words']}»", markup=False)
            console.print(f"    {row['why']}\n    {row['suggestion']}", markup=False)
        if not rows:
            console.print("no findings")

    emit({"findings": rows}, people)
    return 1 if any(f.severity is Severity.BLOCK for f in findings) else 0


def _lint_file(path: Path) -> int:
    """One output line for each input line, as JSON, whether or not --json was given: it is a machine's format."""
    import json

    from seawall.scripts.lint import lint_jsonl

    with path.open(encoding="utf-8", errors="replace") as lines:
        for result in lint_jsonl(lines):
            out.file.write(json.dumps(result, ensure_ascii=False) + "\n")
    out.file.flush()
    return 0
