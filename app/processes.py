"""CPU work in other processes, so that heartbeats and cancelling go on meanwhile."""

import asyncio
import multiprocessing
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class ProcessCrashed(Exception):
    """The work killed its process: out of memory, or a fault of a native library."""


class Processes(Executor):
    """A few processes, started on first use, fresh and without the parent's threads and sockets.

    After a crash, which ends all work under way, the next work gets new processes.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool: ProcessPoolExecutor | None = None

    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """`work(*args)` in another process; both travel pickled."""
        try:
            return self._started().submit(work, *args, **kwargs)
        except BrokenProcessPool:
            self._pool = None
            return self._started().submit(work, *args, **kwargs)

    async def run(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `submit`. Raises ProcessCrashed, and what `work` raises."""
        try:
            return await asyncio.wrap_future(self.submit(work, *args, **kwargs))
        except BrokenProcessPool as error:
            raise ProcessCrashed("the process that did the work died") from error

    def close(self) -> None:
        """End the processes without waiting for their work."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(self._count, mp_context=multiprocessing.get_context("spawn"))
        return self._pool
