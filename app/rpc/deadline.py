"""Time limits of many short calls by one timer.

`asyncio.timeout()` makes and cancels a timer for each use, which costs as much as the rest of a call's dispatch; limits
that almost never expire can share one, set to the earliest of them.
"""

import asyncio
from asyncio import current_task
from types import TracebackType
from typing import Self

import msgspec

_NEVER = float("inf")


class Deadlines:
    """The time limits that are running in one event loop. Not for use from several threads."""

    def __init__(self) -> None:
        self.running: set[Deadline] = set()
        self.loop: asyncio.AbstractEventLoop | None = None
        self.next = _NEVER
        self._timer: asyncio.TimerHandle | None = None

    def within(self, seconds: float) -> "Deadline":
        """A `with` block that is interrupted after so many seconds, and then raises TimeoutError."""
        return Deadline(self, seconds)

    def find_loop(self) -> asyncio.AbstractEventLoop:
        """The loop of this thread, which may be another one than before."""
        loop = asyncio.get_running_loop()
        if loop is not self.loop:
            self.loop, self._timer, self.next = loop, None, _NEVER
            self.running.clear()
        return loop

    def set_timer(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        """Look for what is over at `due`, which is before all that was known."""
        if self._timer is not None:
            self._timer.cancel()
        self.next = due
        self._timer = loop.call_at(due, self._fire, loop)

    def _fire(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer, self.next = None, _NEVER
        now = loop.time()
        for deadline in [each for each in self.running if each.due <= now]:
            self.running.discard(deadline)
            deadline.expire()
        if self.running:
            self.set_timer(loop, min(each.due for each in self.running))


class Deadline(msgspec.Struct, eq=False):
    """One time limit; the rules of cancellation are those of `asyncio.Timeout`. A Struct, since many are made."""

    deadlines: Deadlines
    seconds: float
    due: float = 0.0
    expired: bool = False
    task: "asyncio.Task[object] | None" = None
    cancelling: int = 0

    def __enter__(self) -> Self:
        """The loop of the last one is asked for its current task first: it has none when another loop runs, and Python
        asks the system for the process's id before it says which loop runs (3.11).
        """
        deadlines = self.deadlines
        loop = deadlines.loop
        task = current_task(loop) if loop is not None else None
        if task is None or loop is None:
            loop = deadlines.find_loop()
            task = current_task(loop)
        if task is not None:
            self.task, self.cancelling = task, task.cancelling()
        self.due = due = loop.time() + self.seconds
        deadlines.running.add(self)
        if due < deadlines.next:
            deadlines.set_timer(loop, due)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.deadlines.running.discard(self)  # the timer stays as it is: the next deadline will need one anyway
        if not self.expired or self.task is None:
            return
        if self.task.uncancel() <= self.cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def extend(self, seconds: float) -> None:
        """Move the limit to so many seconds after the start of the block."""
        self.due += seconds - self.seconds
        self.seconds = seconds

    def expire(self) -> None:
        """Interrupt the block: its time is over."""
        self.expired = True
        if self.task is not None:
            self.task.cancel()
