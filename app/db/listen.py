"""Progress notifications: one LISTEN connection a process, fanned out to the watchers of each course."""

import asyncio
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, Self
from uuid import UUID

import asyncpg
import msgspec

from app.db.errors import DatabaseRefused, DatabaseUnavailable, translated

CHANNEL = "coursegen_progress"
_MOST_UNREAD = 100
_RECONNECT_SECONDS = (0.1, 0.5, 1.0, 2.0)


class ProgressEvent(msgspec.Struct, frozen=True):
    """A change of a course's progress, as the database's trigger sends it.

    `refetch` means: something changed, read it yourself (the payload was too long, or notifications were missed).
    """

    course_id: UUID | None = None
    run_id: UUID | None = None
    generation_status: str | None = None
    updated_at: datetime | None = None
    progress: dict[str, Any] | None = None
    refetch: bool = False


class _Address(msgspec.Struct, frozen=True):
    """Whom an event is for: most are for nobody here, and reading no more of those takes a fraction of the time."""

    course_id: UUID | None = None


_MISSED = ProgressEvent(refetch=True)
_address = msgspec.json.Decoder(_Address)
_decoder = msgspec.json.Decoder(ProgressEvent)


class Inbox:
    """The events of a course that one watcher has not read; they come while its block lasts.

    Watchers are many, and a queue of asyncio's takes 3 KiB.
    """

    __slots__ = ("_course_id", "_events", "_waiter", "_watchers")

    def __init__(self, watchers: "dict[UUID, set[Inbox]]", course_id: UUID) -> None:
        """`watchers` are those of each course, which this one is among while its block lasts."""
        self._watchers = watchers
        self._course_id = course_id
        self._events: list[ProgressEvent] = []
        self._waiter: asyncio.Future[None] | None = None

    def __enter__(self) -> Self:
        self._watchers.setdefault(self._course_id, set()).add(self)
        return self

    def __exit__(self, *_: object) -> None:
        others = self._watchers[self._course_id]
        others.discard(self)
        if not others:
            del self._watchers[self._course_id]

    def put(self, event: ProgressEvent) -> None:
        """Add an event; a watcher too slow for them gets one `refetch` in place of all that it has not read."""
        if len(self._events) < _MOST_UNREAD:
            self._events.append(event)
        else:
            self._events[:] = [_MISSED]
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def get(self) -> ProgressEvent:
        """The oldest event, waited for. For one task."""
        while not self._events:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        return self._events.pop(0)


class ProgressListener:
    """Call `start` once; every `watch` then gets the events of its course while the block lasts."""

    def __init__(self, url: str, timeout: float, keep_alive: float = 10.0) -> None:
        """`timeout` limits connecting and statements, `keep_alive` the time for which a dead link is not noticed."""
        self._url = url
        self._timeout = timeout
        self._keep_alive = keep_alive
        self._watchers: dict[UUID, set[Inbox]] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to listen; connects in the background, again and again while the database is away."""
        self._task = asyncio.create_task(self._listen_forever())

    async def close(self) -> None:
        """Stop listening."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def watch(self, course_id: UUID) -> Inbox:
        """The course's events while a `with` block lasts. Read a snapshot after entering, and nothing is missed."""
        return Inbox(self._watchers, course_id)

    async def _listen_forever(self) -> None:
        attempt = 0
        while True:
            with suppress(DatabaseUnavailable, DatabaseRefused):
                with translated():
                    connection = await asyncpg.connect(self._url, timeout=self._timeout, command_timeout=self._timeout)
                attempt = 0
                await self._listen(connection)
            await asyncio.sleep(_RECONNECT_SECONDS[min(attempt, len(_RECONNECT_SECONDS) - 1)])
            attempt += 1

    async def _listen(self, connection: Any) -> None:
        """Deliver until the connection is lost; a query now and then finds a link that died silently."""
        lost = asyncio.Event()
        connection.add_termination_listener(partial(_set, lost))
        try:
            with translated():
                await connection.add_listener(CHANNEL, self._deliver)
                self._deliver_to_all(_MISSED)
                while not lost.is_set():
                    with suppress(TimeoutError):
                        await asyncio.wait_for(lost.wait(), self._keep_alive)
                    if not lost.is_set():
                        await connection.fetch("")  # execute() fails on an empty statement
        finally:
            connection.terminate()

    def _deliver(self, _connection: Any, _pid: int, _channel: str, payload: Any) -> None:
        course_id = _address.decode(payload).course_id
        watchers = self._watchers.get(course_id) if course_id is not None else None
        if watchers:
            event = _decoder.decode(payload)
            for inbox in watchers:
                inbox.put(event)

    def _deliver_to_all(self, event: ProgressEvent) -> None:
        for inboxes in self._watchers.values():
            for inbox in inboxes:
                inbox.put(event)


def _set(event: asyncio.Event, _connection: Any) -> None:
    event.set()
