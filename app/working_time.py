"""How long a process has had to work: by the clock, but without the time in which it waited for a processor."""

import os
import time
from pathlib import Path
from typing import NamedTuple

_RUNNABLE = "R"


class _Sample(NamedTuple):
    at: float
    cpu: float
    state: str


class WorkingTime:
    """The seconds of one process since this was made. What computes uses its processor time, what sleeps or waits for
    a disk uses the clock's: a machine that is busy with other work makes neither longer.

    Exact to the time between two readings. Where there is no /proc, all time counts.
    """

    def __init__(self, pid: int | None) -> None:
        self._stat = Path(f"/proc/{pid}/stat")
        self._last = self._sample()
        self._seconds = 0.0

    def seconds(self) -> float:
        """The sum up to now, a float of seconds."""
        now = self._sample()
        passed, computed = now.at - self._last.at, now.cpu - self._last.cpu
        self._seconds += computed if now.state == _RUNNABLE else max(passed, computed)
        self._last = now
        return self._seconds

    def _sample(self) -> _Sample:
        """State and processor time, proc_pid_stat(5): fields 3, 14 and 15; the name before them may hold anything."""
        try:
            fields = self._stat.read_text().rpartition(")")[2].split()
        except OSError:  # it is over, and so is the work
            return _Sample(time.monotonic(), 0.0, "")
        ticks = int(fields[11]) + int(fields[12])
        return _Sample(time.monotonic(), ticks / os.sysconf("SC_CLK_TCK"), fields[0])
