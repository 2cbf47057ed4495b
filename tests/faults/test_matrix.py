"""The fault matrix has a test in every row, and no test shows a row that there is not."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.matrix import ROWS

TESTS = Path(__file__).parents[1]


def marked(source: str) -> Iterator[str]:
    """The rows that `pytest.mark.fault("...")` names in a source."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.fault":
            (row,) = node.args
            assert isinstance(row, ast.Constant), f"the row's name is to be read in place: {ast.unparse(node)}"
            yield str(row.value)


@pytest.fixture(scope="module")
def shown() -> set[str]:
    """Every row that a test shows."""
    return {row for path in TESTS.rglob("test_*.py") for row in marked(path.read_text())}


def test_no_row_is_there_twice() -> None:
    assert len(set(ROWS)) == len(ROWS)


@pytest.mark.parametrize("row", ROWS)
def test_every_row_has_a_test(shown: set[str], row: str) -> None:
    assert row in shown


def test_every_test_shows_a_row_that_there_is(shown: set[str]) -> None:
    assert shown - set(ROWS) == set()
