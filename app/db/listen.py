"""Progress notifications: one LISTEN connection a process, fanned out to the watchers of each course."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from app.db.errors import DatabaseRefused, DatabaseUnavailable, translated

CHANNEL = "coursegen_progress"
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


class ProgressListener:
    """Call `start` once; every `watch` then gets the events of its course while the block lasts."""

    def __init__(self, url: str, timeout: float, keep_alive: float = 10.0) -> None:
        """`timeout` limits connecting and statements, `keep_alive` the time for which a dead link is not noticed."""
        self._url = url
        self._timeout = timeout
        self._keep_alive = keep_alive
        self._watchers: dict[UUID, set[asyncio.Queue[ProgressEvent]]] = {}
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

    @asynccontextmanager
    async def watch(self, course_id: UUID) -> AsyncGenerator["asyncio.Queue[ProgressEvent]"]:
        """A queue of the course's events, from now on. Read a snapshot after entering, and nothing is missed."""
        queue: asyncio.Queue[ProgressEvent] = asyncio.Queue(maxsize=100)
        watchers = self._watchers.setdefault(course_id, set())
        watchers.add(queue)
        try:
            yield queue
        finally:
            watchers.discard(queue)
            if not watchers:
                self._watchers.pop(course_id, None)

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
            for queue in watchers:
                _offer(queue, event)

    def _deliver_to_all(self, event: ProgressEvent) -> None:
        for queues in self._watchers.values():
            for queue in queues:
                _offer(queue, event)


def _set(event: asyncio.Event, _connection: Any) -> None:
    event.set()


def _offer(queue: "asyncio.Queue[ProgressEvent]", event: ProgressEvent) -> None:
    """Put an event; a watcher too slow for its queue gets one `refetch` in place of all that it has not read."""
    try:
        queue.put_nowait(event)
    except asyncio.QueueFull:
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(_MISSED)
