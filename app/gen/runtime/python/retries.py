"""Which calls are made again, and when."""

import random
import time

import msgspec

from .base_errors import CallFailed, ConnectionFailed, CoursegenError
from .event_stream import Event

RETRIED_STATUSES = frozenset({429, 502, 503, 504})
"""Refused before anything was done, or not answered by the service itself."""
RECONNECT_NUMBER = -32603
"""The error in a stream after which it is taken up again; every other one ends it."""
FIRST_PAUSE = 0.2
LONGEST_PAUSE = 10.0
"""Seconds. A server that asks for more is not waited for: the caller is told, and decides."""


class Policy(msgspec.Struct, frozen=True):
    """`timeout` and `patience` in seconds; see the client."""

    timeout: float
    retries: int
    patience: float


class Attempts:
    """The attempts at one call. `repeatable`: making the call twice does no more than making it once."""

    def __init__(self, retries: int, *, repeatable: bool) -> None:
        self._retries = retries
        self._repeatable = repeatable
        self._failed = 0

    def pause_after(self, failure: CoursegenError) -> float | None:
        """Seconds to wait before the next attempt, or None when there is to be none."""
        self._failed += 1
        if self._failed > self._retries or not self._may_repeat(failure):
            return None
        return pause(self._failed, failure)

    def _may_repeat(self, failure: CoursegenError) -> bool:
        if isinstance(failure, ConnectionFailed):
            return self._repeatable or not failure.sent
        return self._repeatable and isinstance(failure, CallFailed) and failure.http_status in RETRIED_STATUSES


class Resumption:
    """Where a stream goes on after its connection was lost, and how long that is tried for.

    The time counts from the first loss after the last news: a ping, or an event that differs from the one before.
    A server that always breaks off at the same event brings none.
    """

    def __init__(self, patience: float) -> None:
        self.last_id: str | None = None
        self._patience = patience
        self._lost_at: float | None = None
        self._failed = 0
        self._data: str | None = None
        self._streaming = False

    def saw(self, event: Event) -> None:
        """Take note of an event."""
        self._streaming = True
        # an empty id is that of an event without one; it is the last tracked event that the stream goes on after
        self.last_id = event.id or self.last_id
        if event.name == "ping" or (event.name == "message" and event.data != self._data):
            self._lost_at, self._failed = None, 0
        if event.name == "message":
            self._data = event.data

    def pause_after(self, failure: CoursegenError) -> float | None:
        """Seconds to wait before connecting again, or None when the stream is over."""
        passing = self._is_passing(failure)
        self._streaming = False
        self._failed += 1
        now = time.monotonic()
        if self._lost_at is None:
            self._lost_at = now
        seconds = pause(self._failed, failure) if passing else None
        return seconds if seconds is not None and now + seconds - self._lost_at <= self._patience else None

    def _is_passing(self, failure: CoursegenError) -> bool:
        if isinstance(failure, ConnectionFailed):
            return True
        if not isinstance(failure, CallFailed):
            return False
        return failure.number == RECONNECT_NUMBER if self._streaming else failure.http_status in RETRIED_STATUSES


def pause(failed: int, failure: CoursegenError) -> float | None:
    """Seconds after so many failures: doubling, with jitter, and never less than the server asks for.

    None when the server asks for longer than anybody wants to wait unknowingly.
    """
    jittered = min(FIRST_PAUSE * 2.0 ** (failed - 1), LONGEST_PAUSE) * random.uniform(0.5, 1.0)  # noqa: S311  no secret
    asked = failure.retry_after if isinstance(failure, CallFailed) else None
    if asked is None:
        return jittered
    return asked + jittered if asked <= LONGEST_PAUSE else None
