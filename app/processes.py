"""CPU work in other processes, so that heartbeats and cancelling go on meanwhile."""

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class ProcessCrashed(Exception):
    """The work killed its process: out of memory, or a fault of a native library."""


class Processes(Executor):
    """A process for each piece of work under way, so that one which crashes or never ends harms no other. They are
    started when needed, fresh and without the parent's threads and sockets, and used again. How many there are is how
    much is asked for at once.
    """

    def __init__(self) -> None:
        self._idle: list[ProcessPoolExecutor] = []
        self._busy: dict[Future[Any], ProcessPoolExecutor] = {}

    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """`work(*args)` in another process; both travel pickled."""
        pool = self._idle.pop() if self._idle else _one_process()
        try:
            future = pool.submit(work, *args, **kwargs)
        except BrokenProcessPool:  # it died while nobody used it
            pool = _one_process()
            future = pool.submit(work, *args, **kwargs)
        self._busy[future] = pool
        future.add_done_callback(self._keep)
        return future

    async def run(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `submit`. Raises ProcessCrashed, and what `work` raises; being cancelled ends the process."""
        future = self.submit(work, *args, **kwargs)
        try:
            return await asyncio.wrap_future(future)
        except BrokenProcessPool as error:
            raise ProcessCrashed("the process that did the work died") from error
        except asyncio.CancelledError:
            if pool := self._busy.pop(future, None):
                _end(pool)
            raise

    def close(self) -> None:
        """End the processes without waiting for their work."""
        while self._busy:
            _end(self._busy.popitem()[1])
        while self._idle:
            _end(self._idle.pop())

    def _keep(self, future: Future[Any]) -> None:
        """Called when work is over, in a thread of the pool's: its process is free, unless it died."""
        pool = self._busy.pop(future, None)
        if pool and (future.cancelled() or not isinstance(future.exception(), BrokenProcessPool)):
            self._idle.append(pool)


def _one_process() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), initializer=end_with_parent)


def _end(pool: ProcessPoolExecutor) -> None:
    # Python 3.14 has kill_workers() for this
    for process in list((pool._processes or {}).values()):  # pyright: ignore[reportPrivateUsage]
        process.kill()
    pool.shutdown(wait=False, cancel_futures=True)


def end_with_parent() -> None:
    """Let this process end at once when the one that started it is gone, killed with SIGKILL too; for children that
    `multiprocessing` made, does nothing in others. They would wait for work, or go on serving, for ever.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.join,), name="end-with-parent", daemon=True).start()


def _end_after(wait: Callable[[], None]) -> None:
    wait()
    os.kill(os.getpid(), signal.SIGKILL)
