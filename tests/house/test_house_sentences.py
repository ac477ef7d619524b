"""Every refusal and reason the code can give has its sentence in both desk languages, filled by what the code gives."""

import ast
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from tests.house.source import ROOT, SEAWALL, calls, trees

from seawall.kernel.languages import DESK_LANGUAGES, Language
from seawall.kernel.texts import catalogue

CODE_KEYWORDS = {"lane_stop", "mode_reason", "reason", "reason_code", "refuse", "stopped_reason"}
"""Arguments by which a code travels to a table or a screen."""

CHECKS = {"ok": ("",), "warn": ("", "_mend"), "bad": ("", "_mend")}
"""The doctor's three words: `warn("name", "code")` needs the sentences `code` and `code_mend`."""


@dataclass(frozen=True)
class Said:
    """A code as the source gives it. `begins` is set where only its beginning is written down."""

    code: str
    where: str
    begins: bool = False
    given: frozenset[str] | None = None
    """The parameters given with it, where all of them stand in the call."""


def family(*heads: str) -> set[str]:
    """These classes and all below them, found in the source by name."""
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for nodes in trees().values()
        for node in nodes
        if isinstance(node, ast.ClassDef)
    }
    found = set(heads)
    while more := {name for name, above in bases.items() if above & found} - found:
        found |= more
    return found


def own_forms() -> set[str]:
    """Classes that add parameters of their own in `__init__`, and those below them."""
    heads = {
        node.name
        for nodes in trees().values()
        for node in nodes
        if isinstance(node, ast.ClassDef)
        and any(isinstance(each, ast.FunctionDef) and each.name == "__init__" for each in node.body)
    }
    return family(*(heads - {"SeawallError"}))


def codes_in(node: ast.expr) -> Iterator[tuple[str, bool]]:
    """Codes an expression can be: a string, either branch of a choice, the beginning of an f-string."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value, False
    elif isinstance(node, ast.IfExp):
        yield from codes_in(node.body)
        yield from codes_in(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for each in node.values:
            yield from codes_in(each)
    elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        yield str(node.values[0].value), True


def given_to(name: str, call: ast.Call) -> frozenset[str] | None:
    """Names of the parameters a call gives; None where some are not written in the call itself."""
    if name == "Reason":
        if len(call.args) == 1 and not call.keywords:
            return frozenset()
        given = call.args[1] if len(call.args) == 2 else None
        if isinstance(given, ast.Dict) and all(isinstance(key, ast.Constant) for key in given.keys):
            return frozenset(str(key.value) for key in given.keys if isinstance(key, ast.Constant))
        return None
    names = [keyword.arg for keyword in call.keywords]
    return None if None in names else frozenset(str(each) for each in names)


def said_by(path: str, nodes: Iterable[ast.AST], errors: set[str], formed: set[str]) -> Iterator[Said]:
    """All codes one file gives."""
    in_doctor = path.startswith("src/seawall/doctor/")
    for name, call in calls(nodes):
        where = f"{path}:{call.lineno}"
        if name in errors or name in {"Reason", "text"}:
            given = None if name in formed or name == "text" else given_to(name, call)
            place = 1 if name == "FileRefused" and len(call.args) > 1 else 0
            if name == "text" and isinstance(call.func, ast.Attribute):
                continue
            for node in call.args[place : place + 1]:
                yield from (Said(code, where, begins, given) for code, begins in codes_in(node))
        if in_doctor and name in CHECKS and len(call.args) > 1:
            for code, begins in codes_in(call.args[1]):
                yield from (Said(code + end, where, begins) for end in CHECKS[name])
        for keyword in call.keywords:
            if keyword.arg in CODE_KEYWORDS:
                yield from (Said(code, where, begins) for code, begins in codes_in(keyword.value))


@cache
def all_said() -> tuple[Said, ...]:
    """All codes of the product's source."""
    errors, formed = family("SeawallError"), own_forms()
    return tuple(said for path, nodes in trees().items() for said in said_by(path, nodes, errors, formed))


def placeholders(sentence: str) -> set[str]:
    """Names between braces."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_the_search_finds_codes_of_every_form() -> None:
    found = {said.code for said in all_said()}
    assert {
        "author_may_not_approve", "not_an_export_zip", "roll_out_stopped", "lane_restricted", "too_many_failures",
        "import_needs_shop", "platform_refused", "not_found",
    } <= found  # fmt: skip
    assert {"Refused", "StalePlan", "ShopRestricted", "FileRefused", "PackRefused"} <= family("SeawallError")
    assert len(found) > 150


@pytest.mark.parametrize("language", DESK_LANGUAGES)
def test_every_code_has_its_sentence(language: Language) -> None:
    sentences = catalogue(language)
    missing = [
        f"{said.where} {said.code}"
        for said in all_said()
        if not (any(code.startswith(said.code) for code in sentences) if said.begins else said.code in sentences)
    ]
    assert missing == []


@pytest.mark.parametrize("language", DESK_LANGUAGES)
def test_every_sentence_is_filled_by_what_the_code_gives(language: Language) -> None:
    sentences = catalogue(language)
    unfilled = [
        f"{said.where} {said.code} wants {sorted(wanted)}"
        for said in all_said()
        if said.given is not None
        and not said.begins
        and (wanted := placeholders(sentences.get(said.code, "")) - said.given)
    ]
    assert unfilled == []


def test_both_languages_say_the_same_codes_with_the_same_parameters() -> None:
    english, chinese = catalogue(Language.EN), catalogue(Language.ZH_HANS)
    assert set(english) == set(chinese)
    differing = [code for code in english if placeholders(english[code]) != placeholders(chinese[code])]
    assert differing == []


def test_no_sentence_is_empty_or_positional() -> None:
    for language in DESK_LANGUAGES:
        for code, sentence in catalogue(language).items():
            assert sentence.strip(), code
            assert all(name.isidentifier() for name in placeholders(sentence)), code


def test_every_file_of_sentences_is_read() -> None:
    wanted = {f"{language.value}.toml" for language in DESK_LANGUAGES}
    for folder in SEAWALL.rglob("i18n"):
        assert folder.parent.parent == SEAWALL, folder
        assert {path.name for path in folder.iterdir()} in (wanted, set()), folder


def test_no_code_stands_in_two_files() -> None:
    for language in DESK_LANGUAGES:
        seen: dict[str, Path] = {}
        for path in sorted(SEAWALL.rglob(f"i18n/{language.value}.toml")):
            for code in tomllib.loads(path.read_text(encoding="utf-8")):
                assert code not in seen, f"{code}: {seen[code].relative_to(ROOT)} and {path.relative_to(ROOT)}"
                seen[code] = path
