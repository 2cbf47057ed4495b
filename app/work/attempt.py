"""One attempt at a job: its task, and what ended it when that was not the task itself."""

import asyncio
from collections.abc import Coroutine
from time import monotonic
from typing import Any, Literal

from app.work.queue import LeasedJob
from app.work.waiting import set_within

Ending = Literal["lost", "aborted", "drained", "timeout"]


class JobTimedOut(Exception):
    """The attempt outlived the job's limit, in seconds."""

    def __init__(self, limit: float) -> None:
        super().__init__(f"The job took longer than {limit:g} s")


class JobCancelled(Exception):
    """The job raised asyncio.CancelledError though nobody had cancelled it, or goes on though somebody had."""


class Attempt:
    """Runs at once. `ended_by` is set before the task is cancelled, so that whoever settles it knows why."""

    def __init__(self, job: LeasedJob, run: Coroutine[Any, Any, None]) -> None:
        self.job = job
        self.ended_by: Ending | None = None
        self.began = monotonic()
        self._over = asyncio.Event()
        self._ending = asyncio.Event()
        self._task = asyncio.create_task(run, name=f"job {job.key}")
        self._task.add_done_callback(lambda _: self._ending.set())

    def end(self, why: Ending) -> None:
        """Cancel the task, unless it is over or was ended before."""
        if self.ended_by is None and not self._task.done():
            self.ended_by = why
            self._task.cancel()
            self._ending.set()

    async def over(self, patience: float) -> None:
        """Until the task is over; one that goes on after it was ended is left alone after `patience` seconds."""
        await self._ending.wait()
        await asyncio.wait({self._task}, timeout=patience)
        self._over.set()

    async def over_within(self, seconds: float) -> bool:
        """Whether `over` comes to its end before so many seconds are over."""
        return await set_within(self._over, seconds)

    @property
    def outcome(self) -> str:
        """How an attempt that is over went, in a word for metrics."""
        return "completed" if self.error is None else self.ended_by or "failed"

    @property
    def error(self) -> BaseException | None:
        """Why an attempt that is over did not succeed. None if its task returned: that counts, even if it was told to
        end meanwhile.
        """
        stopped = not self._task.done() or self._task.cancelled()
        error = JobCancelled("The job was cancelled from within") if stopped else self._task.exception()
        return JobTimedOut(self.job.timeout) if error and self.ended_by == "timeout" else error
