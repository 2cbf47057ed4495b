"""What `make faults` prints: each row of the matrix, how many tests show it, how they ended, how soon all was well."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from tests.faults.matrix import ROWS

RESULTS = Path("faults.json")
MEBIBYTE = 1024 * 1024
SETTLED_SECONDS = 5.0
"""How long it may take until all is well again: the lease's 1.5 s, and what a busy machine adds."""


class Line(msgspec.Struct, kw_only=True):
    """One row: `settled` is the longest that a test of it took until all was well, in seconds; `grown` the most by
    which the service's memory had grown since it was warm, in bytes.
    """

    row: str
    tests: int = 0
    failed: int = 0
    settled: float | None = None
    grown: int | None = None

    @property
    def outcome(self) -> str:
        """In a word."""
        if not self.tests:
            return "NO TEST"
        if self.failed:
            return "FAILED"
        return "SLOW" if self.settled and self.settled > SETTLED_SECONDS else "passed"


class Report:
    """A plugin of pytest that collects what tests say of their rows."""

    def __init__(self) -> None:
        self._lines = {row: Line(row=row) for row in ROWS}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Each test is reported three times: a failure of its set-up or its end counts too."""
        for row in (value for name, value in report.user_properties if name == "fault"):
            line = self._lines.setdefault(str(row), Line(row=str(row)))
            line.tests += report.when == "call" or (report.failed and report.when == "setup")
            line.failed += report.failed
            if report.when == "teardown":
                settled = [float(str(value)) for name, value in report.user_properties if name == "settled"]
                line.settled = max([*settled, *([line.settled] if line.settled else [])], default=None)
                grown = [int(str(value)) for name, value in report.user_properties if name == "grown"]
                line.grown = max([*grown, *([line.grown] if line.grown else [])], default=None)

    @property
    def well(self) -> bool:
        """Whether each row has a test, and every one passed and was soon enough."""
        return all(line.outcome == "passed" for line in self._lines.values())

    def write(self) -> str:
        """The table, written as JSON too."""
        lines = [*self._lines.values()]
        RESULTS.write_bytes(msgspec.json.format(msgspec.json.encode(lines), indent=2))
        return table(lines)


def table(lines: list[Line]) -> str:
    """The lines as a text. A test fails when an effect is lost or doubled, so that a row which passed has none."""
    cells = [("row", "tests", "outcome", "settled", "lost or doubled", "memory")]
    for line in lines:
        settled = "" if line.settled is None else f"{line.settled:.1f} s"
        effects = "0" if line.outcome in ("passed", "SLOW") else "?"
        grown = "" if line.grown is None else f"+{line.grown / MEBIBYTE:.1f} MiB"
        cells.append((line.row, str(line.tests), line.outcome, settled, effects, grown))
    return aligned(cells)


def aligned(cells: Sequence[tuple[str, ...]]) -> str:
    """Cells of lines, column below column."""
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in cells)
    return "\n".join(line.rstrip() for line in lines)
