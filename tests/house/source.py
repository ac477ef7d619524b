"""The product's own source as trees, read once."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SEAWALL = ROOT / "src" / "seawall"
_FOLDERS = (".ci", "bench", "docs", "requirements", "src", "tests")
_BUILT = {"__pycache__", "vendor", "seawall.egg-info"}


@cache
def trees(folder: Path = SEAWALL) -> dict[str, tuple[ast.AST, ...]]:
    """Path below the repository -> all nodes of its syntax tree, but of generated migrations."""
    return {
        path.relative_to(ROOT).as_posix(): nodes_of(path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.py"))
        if "migrations" not in path.parts
    }


@cache
def nodes_of(code: str) -> tuple[ast.AST, ...]:
    """All nodes of a source text."""
    return tuple(ast.walk(ast.parse(code)))


def calls(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.Call]]:
    """Every call with the last part of the called name: `move` for both `move(...)` and `api.move(...)`."""
    for node in nodes:
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node.func.id, node
            elif isinstance(node.func, ast.Attribute):
                yield node.func.attr, node


def texts() -> Iterator[tuple[str, str]]:
    """Every text file of the repository that is kept, with its path; what a build makes is left out."""
    files = [path for folder in _FOLDERS for path in (ROOT / folder).rglob("*")]
    for path in sorted([*ROOT.glob("*"), *files]):
        if path.is_file() and not _BUILT & set(path.parts):
            try:
                yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
