"""`python -m tests.faults`: every test of the fault matrix, one table of its rows, written to faults.json too."""

import sys
import time

import pytest

from tests.faults.matrix import ROWS
from tests.faults.report import RESULTS, Report

LIMIT_SECONDS = 12 * 60


def main() -> int:
    """Run and print; arguments go to pytest (-n 2)."""
    report = Report()
    began = time.monotonic()
    # the later -m counts: what takes too long for make check is run here
    code = pytest.main(["tests", "-m", "fault or faults", "-q", *sys.argv[1:]], plugins=[report])
    print(report.write())
    minutes = (time.monotonic() - began) / 60
    print(f"\n{len(ROWS)} rows in {minutes:.1f} minutes, in {RESULTS} too")
    return int(code) or int(not report.well or minutes * 60 > LIMIT_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
