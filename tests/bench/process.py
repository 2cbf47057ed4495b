"""What /proc knows of a server's processes (Linux, proc(5))."""

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Processor time, user and system, that a process and its children have used so far."""
    return sum(sum(map(int, _stat(each)[11:13])) for each in tree(pid)) / _TICKS


def resident_bytes(pid: int) -> int:
    """Memory that a process holds."""
    return _status(pid, "VmRSS")


@contextmanager
def peak_above_now(pid: int) -> Generator[Callable[[], int]]:
    """The most memory that a process holds during the block, over what it holds at its beginning, in bytes."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak is what is held now
    before = _status(pid, "VmRSS")
    yield lambda: _status(pid, "VmHWM") - before


def _status(pid: int, name: str) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith(f"{name}:")]
    return int(line.split()[1]) * 1024


def tree(pid: int) -> list[int]:
    """A process and all its descendants."""
    children = [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in _children(task)]
    return [pid, *(each for child in children for each in tree(child))]


def _children(task: Path) -> list[str]:
    return (task / "children").read_text().split()


def _stat(pid: int) -> list[str]:
    """The fields after the name, which may hold spaces."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
