"""CPU work in other processes, so that heartbeats and cancelling go on meanwhile."""

import asyncio
import ctypes
import multiprocessing
import os
import resource
import signal
import sys
import threading
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, NamedTuple, ParamSpec, TypeVar

from app import scheduling
from app.working_time import WorkingTime

P = ParamSpec("P")
T = TypeVar("T")
PATIENCE_SECONDS = 3.0
"""How long work waits for its turn: one that hangs holds up the others no longer than that."""


_PR_SET_PDEATHSIG = 1
_TICK_SECONDS = 0.25
"""How often work under way is asked how long it has had."""


class Limits(NamedTuple):
    """How long a piece of work may take (see WorkingTime), and how much memory its process may hold, in bytes."""

    seconds: float
    memory_bytes: int


class ProcessCrashed(Exception):
    """The work killed its process: out of memory, or a fault of a native library."""


class OutOfTime(Exception):
    """The work took longer than its limit; its process was ended."""


class OutOfMemory(Exception):
    """The work wanted more memory than its limit; its process was ended."""


class Processes(Executor):
    """A process for each piece of work under way, so that one which crashes or never ends harms no other. They are
    started when needed, fresh and without the parent's threads and sockets, and used again. How many there are is how
    much is asked for at once.

    Work yields to the API and to the worker's heartbeats: it is nice, and leaves one of several cores to everybody
    else. Work within limits takes turns on the others.

    `idle` is for a process that has stepped back (app.scheduling), and leaves a core already: its work takes the
    processor time that nobody else wants.
    """

    def __init__(self, *, idle: bool = False) -> None:
        cores = scheduling.cores() if idle else scheduling.all_but_one_core()
        self._begin = partial(_begin, idle, cores)
        self._turns = asyncio.Semaphore(len(cores))
        self._idle: list[ProcessPoolExecutor] = []
        self._busy: dict[Future[Any], ProcessPoolExecutor] = {}

    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """`work(*args)` in another process; both travel pickled."""
        pool = self._idle.pop() if self._idle else self._one_process()
        try:
            future = pool.submit(work, *args, **kwargs)
        except BrokenProcessPool:  # it died while nobody used it
            pool = self._one_process()
            future = pool.submit(work, *args, **kwargs)
        self._busy[future] = pool
        future.add_done_callback(self._keep)
        return future

    async def run(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `submit`. Raises ProcessCrashed, and what `work` raises; being cancelled ends the process."""
        return await self._result(self.submit(work, *args, **kwargs))

    async def _result(self, future: Future[T]) -> T:
        try:
            return await asyncio.wrap_future(future)
        except BrokenProcessPool as error:
            raise ProcessCrashed("the process that did the work died") from error
        except asyncio.CancelledError:
            if pool := self._busy.pop(future, None):
                _end(pool)
            raise

    async def run_within(self, limits: Limits, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """As `run`, within limits that count from its turn. Raises OutOfTime, OutOfMemory; native libraries may crash
        when memory ends.
        """
        async with self._turn():
            future = self.submit(_bounded, limits.memory_bytes, work, args, kwargs)
            time = WorkingTime(self._pid(future))
            result = asyncio.ensure_future(self._result(future))
            try:
                while not result.done():
                    if time.seconds() > limits.seconds:
                        raise OutOfTime(f"the work took longer than {limits.seconds:g} s")
                    await asyncio.wait((result,), timeout=_TICK_SECONDS)
                return await result
            finally:
                result.cancel()

    def _pid(self, future: Future[Any]) -> int | None:
        """The process that does this work; None when it is done already."""
        pool = self._busy.get(future)
        return next(iter(pool._processes), None) if pool else None  # pyright: ignore[reportPrivateUsage]

    @asynccontextmanager
    async def _turn(self) -> AsyncGenerator[None]:
        granted = False
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                granted = await self._turns.acquire()
        try:
            yield
        finally:
            if granted:
                self._turns.release()

    def close(self) -> None:
        """End the processes without waiting for their work."""
        while self._busy:
            _end(self._busy.popitem()[1])
        while self._idle:
            _end(self._idle.pop())

    def _one_process(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), initializer=self._begin)

    def _keep(self, future: Future[Any]) -> None:
        """Called when work is over, in a thread of the pool's: its process is free, unless it died or is bloated."""
        pool = self._busy.pop(future, None)
        error = None if future.cancelled() else future.exception()
        if pool and isinstance(error, OutOfMemory):
            _end(pool)
        elif pool and not isinstance(error, BrokenProcessPool):
            self._idle.append(pool)


def _begin(idle: bool, cores: list[int]) -> None:
    _end_with_parents_thread()
    end_with_parent()
    scheduling.stay_on(cores)
    scheduling.be_idle() if idle else os.nice(scheduling.NICENESS)


def _end_with_parents_thread() -> None:
    """Ask the kernel to end this process when the thread that started it is gone, here the event loop's: native code
    that holds the interpreter's lock keeps `end_with_parent` from it, and a signal to the worker's group does not come
    to a session of its own (prctl(2), PR_SET_PDEATHSIG).
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _bounded(memory_bytes: int, work: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
    """In the child: the work, with what it and the interpreter allocate bounded (RLIMIT_DATA, Linux 4.7 and newer)."""
    before, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, most))
    try:
        return work(*args, **kwargs)
    except MemoryError:
        raise OutOfMemory("the work needs more memory than it may have") from None
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (before, most))


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
