"""One set of values for several processes of one host: prometheus_client's multiprocess mode."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Final

from prometheus_client import multiprocess, values

VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"


def shared() -> bool:
    """Whether this process keeps its values together with its siblings'."""
    return VARIABLE in os.environ


@contextmanager
def shared_by(processes: int) -> Generator[None]:
    """Let so many processes, which are started in the block, share their values, in a folder that goes with it.

    One process shares nothing, which is twice as fast. A folder that the environment names is used as it is.
    """
    if processes == 1 or shared():
        yield
        return
    with TemporaryDirectory(prefix="coursegen-metrics-", ignore_cleanup_errors=True) as folder:
        os.environ[VARIABLE] = folder
        # the library has chosen at import, and granian's processes are forks of this one: let it choose again
        values.ValueClass = values.get_value_class()  # type: ignore[no-untyped-call]
        yield
        del os.environ[VARIABLE]


def leave() -> None:
    """Take this process's gauges out of the sums: it is about to end. What it counted stays."""
    if shared():
        multiprocess.mark_process_dead(os.getpid())  # type: ignore[no-untyped-call]  # pyright: ignore[reportUnknownMemberType]
