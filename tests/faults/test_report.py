"""The table of `make faults` tells the worst of each row."""

from pathlib import Path
from typing import Any, Literal

import pytest

from tests.faults.matrix import ROWS
from tests.faults.report import Report

ROW = ROWS[0]


def tell(
    report: Report, outcome: Literal["passed", "failed"], settled: float | None = None, when: Any = "call"
) -> None:
    properties: list[tuple[str, object]] = [("fault", ROW), *([("settled", settled)] if settled else [])]
    for phase in ("call", "teardown"):
        said = outcome if phase == when else "passed"
        report.pytest_runtest_logreport(
            pytest.TestReport("a", ("a", 1, "a"), {}, said, None, phase, user_properties=properties)
        )


def line_of(report: Report, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(folder)
    (line,) = [line for line in report.write().splitlines() if line.startswith(ROW)]
    return line.removeprefix(ROW).split()


@pytest.mark.parametrize(
    ("told", "line"),
    [
        ([], ["0", "NO", "TEST", "?"]),
        ([("passed", 1.0), ("passed", 2.5)], ["2", "passed", "2.5", "s", "0"]),
        ([("passed", None), ("failed", None)], ["2", "FAILED", "?"]),
        ([("passed", 5.5)], ["1", "SLOW", "5.5", "s", "0"]),
        ([("passed", 1.0), ("failed", 1.5, "teardown")], ["2", "FAILED", "1.5", "s", "?"]),
    ],
)
def test_a_row_tells_its_tests_the_worst_outcome_and_the_longest_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: list[Any], line: list[str]
) -> None:
    report = Report()
    for each in told:
        tell(report, *each)
    assert line_of(report, tmp_path, monkeypatch) == line


def test_rows_without_a_test_are_not_well() -> None:
    assert not Report().well
