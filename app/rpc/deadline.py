"""Time limits of many short calls by one timer.

`asyncio.timeout()` makes and cancels a timer for each use, which costs as much as the rest of a call's dispatch; limits
that almost never expire can share one, set to the earliest of them.
"""

import asyncio
from types import TracebackType
from typing import Self


class Deadlines:
    """The time limits that are running in one event loop. Not for use from several threads."""

    def __init__(self) -> None:
        self._running: set[Deadline] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None

    def within(self, seconds: float) -> "Deadline":
        """A `with` block that is interrupted after so many seconds, and then raises TimeoutError."""
        return Deadline(self, seconds)

    def start(self, deadline: "Deadline", loop: asyncio.AbstractEventLoop) -> None:
        """Watch a deadline, which must have its `due`."""
        if loop is not self._loop:
            self._loop, self._timer = loop, None
            self._running.clear()
        self._running.add(deadline)
        if self._timer is None or deadline.due < self._timer.when():
            self._set_timer(loop, deadline.due)

    def stop(self, deadline: "Deadline") -> None:
        """Watch a deadline no more. The timer stays as it is: the next deadline will need one anyway."""
        self._running.discard(deadline)

    def _set_timer(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_at(due, self._fire, loop)

    def _fire(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        now = loop.time()
        for deadline in [each for each in self._running if each.due <= now]:
            self._running.discard(deadline)
            deadline.expire()
        if self._running:
            self._set_timer(loop, min(each.due for each in self._running))


class Deadline:
    """One time limit; the rules of cancellation are those of `asyncio.Timeout`."""

    __slots__ = ("_cancelling", "_deadlines", "_seconds", "_task", "due", "expired")

    def __init__(self, deadlines: Deadlines, seconds: float) -> None:
        self._deadlines = deadlines
        self._seconds = seconds
        self._task: asyncio.Task[object] | None = None
        self._cancelling = 0
        self.due = 0.0
        self.expired = False

    def __enter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._task = task = asyncio.current_task(loop)
        self._cancelling = task.cancelling() if task else 0
        self.due = loop.time() + self._seconds
        self._deadlines.start(self, loop)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._deadlines.stop(self)
        if not self.expired or self._task is None:
            return
        if self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def extend(self, seconds: float) -> None:
        """Move the limit to so many seconds after the start of the block."""
        self.due += seconds - self._seconds
        self._seconds = seconds

    def expire(self) -> None:
        """Interrupt the block: its time is over."""
        self.expired = True
        if self._task is not None:
            self._task.cancel()
