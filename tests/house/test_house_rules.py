"""Habits of the house that no linter knows. Each failure names the file and the line."""

import ast
import re
from collections.abc import Iterable, Iterator

import pytest
from tests.house.source import ROOT, SEAWALL, calls, nodes_of, texts, trees

MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 60
CODE = ("src", "tests", "bench")

# Written in two halves, so that this file does not hold what it looks for.
MACHINE_PATHS = re.compile(r"/wor" r"k/|/roo" r"t/|/hom" r"e/[a-z]|[A-Z]:\\Use" r"rs\\")
REGISTRIES = re.compile(r"registry\.np" r"mjs|pypi\.o" r"rg|pythonhos" r"ted\.org")
ADDRESS = re.compile(r"https?:" r"//")

PRESENT_TIME = {
    ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("timezone", "now"),
    ("time", "time"), ("time", "time_ns"), ("time", "monotonic"), ("time", "perf_counter"), ("time", "localtime"),
    ("time", "gmtime"),
}  # fmt: skip


def targets(node: ast.AST) -> Iterator[ast.expr]:
    """What a statement assigns to, also inside `a, b = ...`."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from (each for each in ast.walk(target) if isinstance(each, ast.expr))
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        yield node.target


def assigned_states(nodes: Iterable[ast.AST]) -> Iterator[int]:
    """Lines that assign to an attribute named `state`."""
    for node in nodes:
        yield from (each.lineno for each in targets(node) if isinstance(each, ast.Attribute) and each.attr == "state")


def updated_states(nodes: Iterable[ast.AST]) -> Iterator[int]:
    """Lines of `rows.update(state=...)`."""
    for name, call in calls(nodes):
        if name == "update" and any(keyword.arg == "state" for keyword in call.keywords):
            yield call.lineno


def asked_times(nodes: Iterable[ast.AST]) -> Iterator[int]:
    """Lines that ask the machine for the present time."""
    for node in nodes:
        if isinstance(node, ast.Attribute):
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if (owner, node.attr) in PRESENT_TIME:
                yield node.lineno


def test_only_the_timeline_assigns_a_state() -> None:
    found = {path: lines for path, nodes in trees().items() if (lines := list(assigned_states(nodes)))}
    assert list(found) == ["src/seawall/timeline/api.py"]


def test_only_the_timeline_and_the_ledger_move_rows_in_the_table() -> None:
    found = {path: lines for path, nodes in trees().items() if (lines := list(updated_states(nodes)))}
    assert list(found) == ["src/seawall/outreach/ledger.py", "src/seawall/timeline/api.py"]


def test_only_the_clock_asks_for_the_present_time() -> None:
    found = {path: lines for path, nodes in trees().items() if (lines := list(asked_times(nodes)))}
    assert list(found) == ["src/seawall/kernel/clock.py"], found


def test_only_the_demo_prints_and_says_why() -> None:
    found = [(path, call.lineno) for path, nodes in trees().items() for name, call in calls(nodes) if name == "print"
             and isinstance(call.func, ast.Name)]  # fmt: skip
    assert {path for path, _ in found} <= {"src/seawall/demo/customs_return.py"}
    for path, line in found:
        assert re.search(r"# noqa: T201  # \w", (ROOT / path).read_text(encoding="utf-8").splitlines()[line - 1])


@pytest.mark.parametrize(
    ("code", "is_found"),
    [
        ("row.state = 'sent'", True),
        ("row.state, row.at = 'sent', now", True),
        ("self.row.state += 'x'", True),
        ("state = 'sent'", False),
        ("row.state_at = now", False),
        ("row.state == 'sent'", False),
    ],
)
def test_an_assigned_state_is_found(code: str, is_found: bool) -> None:
    assert bool(list(assigned_states(nodes_of(code)))) is is_found


@pytest.mark.parametrize(
    ("code", "is_found"),
    [
        ("rows.filter(pk=1).update(at=now, state='sent')", True),
        ("rows.filter(state='sent').update(at=now)", False),
    ],
)
def test_a_state_moved_in_the_table_is_found(code: str, is_found: bool) -> None:
    assert bool(list(updated_states(nodes_of(code)))) is is_found


@pytest.mark.parametrize(
    ("code", "is_found"),
    [
        ("datetime.now(UTC)", True),
        ("datetime.datetime.now()", True),
        ("Field(default_factory=timezone.now)", True),
        ("time.time()", True),
        ("clock.now()", False),
        ("datetime.fromtimestamp(0, UTC)", False),
        ("time.sleep(1)", False),
    ],
)
def test_an_asked_time_is_found(code: str, is_found: bool) -> None:
    assert bool(list(asked_times(nodes_of(code)))) is is_found


def test_files_and_functions_stay_readable() -> None:
    too_long = []
    for folder in CODE:
        for path, nodes in trees(ROOT / folder).items():
            lines = (ROOT / path).read_text(encoding="utf-8").count("\n")
            if lines > MOST_LINES_OF_A_FILE:
                too_long.append(f"{path}: {lines} lines")
            for node in nodes:
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    size = (node.end_lineno or 0) - node.lineno + 1
                    if size > MOST_LINES_OF_A_FUNCTION:
                        too_long.append(f"{path}:{node.lineno} {node.name}: {size} lines")
    assert too_long == []


def test_every_ignored_finding_says_why() -> None:
    bare = re.compile(r"# (type: ignore\[[a-z, -]+\]|noqa: [A-Z0-9, ]+)\s*$|# type: ignore(?!\[)|# noqa(?!:)")
    found = [
        f"{path}:{number}"
        for path in trees(ROOT / "src")
        for number, line in enumerate((ROOT / path).read_text(encoding="utf-8").splitlines(), 1)
        if bare.search(line)
    ]
    assert found == []


def test_no_text_names_a_machine_or_a_registry() -> None:
    found = [path for path, text in texts() if MACHINE_PATHS.search(text) or REGISTRIES.search(text)]
    assert found == []


def test_no_lock_file_holds_an_address() -> None:
    locks = [*(ROOT / "requirements").glob("*.txt"), ROOT / "package-lock.json"]
    assert len(locks) >= 5
    said = {path.name: path.read_text(encoding="utf-8") for path in locks}
    assert [name for name, text in said.items() if ADDRESS.search(text)] == []


def test_the_search_sees_the_whole_product() -> None:
    assert len(trees()) > 200
    assert {path.name for path in SEAWALL.iterdir() if (path / "__init__.py").is_file()} == {
        path.split("/")[2] for path in trees() if path.count("/") > 2
    }
