"""SAQ's PostgreSQL queue with what reliability.md section 3 adds: FIFO, fenced leases, one-transaction sweep and abort.

SAQ gives the tables, the Job and the worker's loop. Whatever writes a job's row is overridden here.
"""

import asyncio
import json
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Literal, NoReturn
from uuid import UUID, uuid4

import psycopg
from psycopg import AsyncConnection
from saq.job import Job, Status
from saq.queue.postgres import PostgresQueue

from app.db.jobs import QUEUE
from app.work.statements import CALL_SECONDS, Row, checked_out, execute, worker_conninfo, worker_pool
from app.work.waiting import set_within

SCHEMA_VERSION: Final = 3
"""Of SAQ 0.26.4 (saq/queue/postgres_migrations.py); our migrations make the tables."""

_NOT_MIGRATED = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn)


class QueueNotMigrated(Exception):
    """The queue's tables are missing or of another version: run `coursegen migrate`."""

    def __str__(self) -> str:
        return str(self.__doc__)


class LostLease(Exception):
    """The job was taken from this worker: another attempt owns it, or it has ended."""


class LeasedJob(Job):
    """A job that this worker holds. The lease stays outside SAQ's fields, so that no row or log line gives it away."""

    lease: UUID


@dataclass(frozen=True, slots=True)
class Swept:
    """What the sweep did with a stuck job, and why: its worker was lost, or let it outlive its limit."""

    key: str
    name: str
    status: Literal["queued", "failed", "aborted"]
    reason: Literal["lost", "timeout"]
    attempt: int


@dataclass(frozen=True, slots=True)
class Exhausted:
    """A job that failed with no attempt left."""

    key: str
    name: str
    attempts: int
    error: str | None


class FencedQueue(PostgresQueue):
    """The queue of one worker process. `dsn` is the worker's login, which may become service_role."""

    def __init__(self, dsn: str, *, pool_size: int = 4, worker_id: str | None = None) -> None:
        self.conninfo = worker_conninfo(dsn)
        self.worker_id = worker_id or str(uuid4())
        self._idle: deque[asyncio.Event] = deque()
        self._connections = worker_pool(self.conninfo)
        super().__init__(pool=self._connections, name=QUEUE, min_size=1, max_size=pool_size, manage_pool_lifecycle=True)

    async def connect(self) -> None:
        """Open the pool. Raises psycopg.OperationalError with the server's reason, and QueueNotMigrated."""
        await self.check_schema()
        await super().connect()

    async def init_db(self) -> None:
        """Nothing: our migrations make the tables; SAQ's own fail when several workers start at once."""

    async def check_schema(self) -> None:
        """Look at the tables over a connection of its own: the pool would hide why it can't connect."""
        async with asyncio.timeout(CALL_SECONDS), await AsyncConnection.connect(self.conninfo) as connection:
            try:
                rows = await execute(connection, "queue_schema")
            except _NOT_MIGRATED as error:
                raise QueueNotMigrated() from error
        if [row["version"] for row in rows] != [SCHEMA_VERSION]:
            raise QueueNotMigrated()

    async def take(self) -> LeasedJob | None:
        """The next due job, leased to this worker and its attempt counted; None if there is none."""
        row = await self._row("queue_take", queue=self.name, worker=self.worker_id)
        if row is None:
            return None
        fields = json.loads(row["job"]) | {"queue": self, "status": Status.ACTIVE}
        job = LeasedJob(**fields)
        job.lease = row["lease"]
        return job

    async def dequeue(self, timeout: float = 1.0, poll_interval: float = 0.0) -> LeasedJob | None:
        """The next due job, else None as soon as there may be one, `timeout` seconds later at most.

        Nothing is taken after the wait, so that a worker which begins to stop meanwhile gets no new job.
        """
        heard = asyncio.Event()
        self._idle.append(heard)  # before looking: a job that comes meanwhile still ends the wait
        try:
            job = await self.take()
            if job is None:
                await set_within(heard, poll_interval or timeout)
        finally:
            with suppress(ValueError):  # it was woken
                self._idle.remove(heard)
        if job is not None:
            self.wake_next()
        return job

    def wake_next(self) -> None:
        """End the longest wait for a job: there may be one. Whoever finds one wakes the next, as there may be more.

        Were all woken for each job, all but one would ask the database for nothing.
        """
        if self._idle:
            self._idle.popleft().set()

    def wake_all(self) -> None:
        """End every wait: the worker stops."""
        while self._idle:
            self.wake_next()

    async def touch(self, job: LeasedJob) -> Status:
        """The heartbeat: ACTIVE, or ABORTING if the job should stop. Raises LostLease."""
        return await self._held("queue_touch", job)

    async def give_back(self, job: LeasedJob) -> None:
        """Put the job back without costing it the attempt. Raises LostLease."""
        if await self._row("queue_give_back", key=job.key, lease=job.lease, queue=self.name) is None:
            await self._finish(job, Status.ABORTED)

    async def leases(self, keys: list[str]) -> dict[str, tuple[UUID | None, Status]]:
        """Who holds these jobs now, and their status."""
        rows = await self._rows("queue_leases", keys=keys)
        return {row["key"]: (row["lease"], Status(row["status"])) for row in rows}

    async def abort_job(self, key: str, error: str = "aborted") -> Status | None:
        """Stop a job: ABORTED if it waited, ABORTING if its worker has to stop it, None if it ended or never was."""
        row = await self._row("queue_abort", key=key, queue=self.name, error=error)
        return None if row is None else Status(row["status"])

    async def sweep_stuck(self, grace: float = 5.0) -> list[Swept]:
        """Take stuck jobs from their workers in one transaction; nothing if another sweeper is at it.

        A worker ends its own attempts at their limit: `grace` is the seconds it has for that.
        """
        async with checked_out(self._connections) as connection, connection.transaction():
            (lock,) = await execute(connection, "queue_sweep_lock", queue=self.name)
            if not lock["mine"]:
                return []
            rows = await execute(connection, "queue_sweep", queue=self.name, grace=grace)
            await execute(connection, "queue_forget_jobs", queue=self.name)
            await execute(connection, "queue_forget_workers")
        return [Swept(row["key"], row["name"], row["status"], row["reason"], row["attempt"]) for row in rows]

    async def exhausted(self, limit: int = 100) -> list[Exhausted]:
        """Jobs that failed with no attempt left, oldest first."""
        return [Exhausted(**row) for row in await self._rows("queue_exhausted", queue=self.name, limit=limit)]

    async def retry_exhausted(self, key: str) -> bool:
        """Queue an exhausted job once more, with all its attempts; False for a job in any other state."""
        return await self._row("queue_revive", key=key, queue=self.name) is not None

    # SAQ's own ways to write a row, led through the statements above or closed.

    async def abort(self, job: Job, error: str, ttl: float = 5) -> None:  # noqa: ARG002  the row says how long it stays
        """As abort_job: one statement, which never brings back a job that has ended."""
        await self.abort_job(job.key, error)

    async def sweep(self, lock: int = 60, abort: float = 5.0) -> list[str]:  # noqa: ARG002  neither has a meaning here
        """As sweep_stuck."""
        return [swept.key for swept in await self.sweep_stuck()]

    async def schedule(self, lock: int = 1) -> list[str]:  # noqa: ARG002  nothing is locked
        """Nothing: whoever waits in dequeue looks again within its time-out."""
        return []

    async def _finish(
        self,
        job: Job,
        status: Status,
        *,
        result: Any = None,  # noqa: ARG002  results stand in our own tables
        error: str | None = None,
        connection: AsyncConnection[Any] | None = None,  # noqa: ARG002  one statement needs no transaction around it
    ) -> None:
        job.status = await self._held("queue_finish", job, status=status.value, error=error, ttl=job.ttl)

    async def _retry(self, job: Job, error: str | None) -> None:
        lease = _lease(job)
        row = await self._row("queue_retry", key=job.key, lease=lease, delay=retry_delay(job), error=error)
        if row is None:
            await self._finish(job, Status.ABORTED, error=error)

    async def update(self, job: Job, **kwargs: Any) -> NoReturn:
        """Closed: a row changes by touch, finish, retry and give_back, which name the lease."""
        raise NotImplementedError(f"{job.key}: a job's row is not updated as a whole")

    async def _enqueue(self, job: Job) -> NoReturn:
        """Closed: a job joins the transaction of what it belongs to (app.db, Transaction.enqueue)."""
        raise NotImplementedError(f"{job.key}: jobs are enqueued by app.db")

    async def _held(self, query: str, job: Job, **values: Any) -> Status:
        """A statement that names the job's lease; the status that it left. Raises LostLease."""
        row = await self._row(query, key=job.key, lease=_lease(job), **values)
        if row is None:
            raise LostLease(job.key)
        return Status(row["status"])

    async def _row(self, query: str, **values: Any) -> Row | None:
        rows = await self._rows(query, **values)
        return rows[0] if rows else None

    async def _rows(self, query: str, **values: Any) -> list[Row]:
        async with checked_out(self._connections) as connection:
            return await execute(connection, query, **values)


def retry_delay(job: Job) -> float:
    """Seconds before the next attempt: the back-off doubled for each attempt after the first, and never less.

    SAQ's own back-off draws from zero upwards.
    """
    return float(job.retry_delay * 2 ** max(job.attempts - 1, 0))


def _lease(job: Job) -> UUID:
    if not isinstance(job, LeasedJob):
        raise LostLease(f"{job.key} is not held by this worker")
    return job.lease
