"""Row 8 of the speed table: no-op jobs through the queue, against SAQ used plainly.

Both workers run in this process, each with a database of its own, and are idle while jobs are the other's. A job is put
into the table as its kind is: ours in a transaction, SAQ's by `enqueue`.
"""

import asyncio
import logging
import statistics
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec
from saq.queue.postgres import PostgresQueue
from saq.types import Context
from saq.worker import Worker

from app.db.migrate import migrate
from app.dev import Databases
from app.work.worker import POLL_SECONDS
from tests.bench.figure import Figure
from tests.bench.service import Place
from tests.work.harness import connected, enqueue, eventually, working

CONCURRENCY = 10
LONGEST_SECONDS = 120


class Told:
    """What a worker tells of its jobs: when each began, and that all are over."""

    def __init__(self) -> None:
        self.began: asyncio.Queue[float] = asyncio.Queue()
        self._left = 0
        self._all_over = asyncio.Event()

    def begun(self) -> None:
        """A job runs."""
        self.began.put_nowait(time.perf_counter())

    def over(self, _job_key: str = "") -> None:
        """A job has been settled."""
        self._left -= 1
        if self._left == 0:
            self._all_over.set()

    def expect(self, jobs: int) -> None:
        """So many are to come."""
        self._left, self.began = jobs, asyncio.Queue()
        self._all_over.clear()

    async def all_over(self) -> None:
        """Until they have been settled."""
        async with asyncio.timeout(LONGEST_SECONDS):
            await self._all_over.wait()


class NoOp(Told):
    """Hooks of jobs that do nothing."""

    async def run(self, _key: str, _name: str, _kwargs: Mapping[str, Any], _attempt: int, _last_attempt: bool) -> None:
        self.begun()

    async def failed(self, *_: object) -> None:
        raise AssertionError("a job that does nothing has failed")

    async def heartbeat(self, _job_key: str) -> bool:
        return True


class Side(msgspec.Struct, frozen=True):
    """One of the two: how a job is enqueued, and what its worker tells."""

    enqueue: Callable[[], Awaitable[object]]
    told: Told


async def measure(place: Place, rounds: int, latencies: int, jobs: int) -> list[Figure]:
    """Ratios of the rounds' medians of `latencies` single jobs, and of the jobs a second of `jobs` at once."""
    databases = Databases(place.database.superuser)
    fenced, plain = databases.create("jobs"), databases.create("plain_jobs")
    migrate(fenced.superuser)
    waits, speeds = list[tuple[float, float]](), list[tuple[float, float]]()
    async with _fenced(fenced.superuser, fenced.worker) as ours, _plain(plain.superuser) as theirs:
        for _ in range(rounds + 1):  # the first warms up
            waits.append((await _latency(ours, latencies), await _latency(theirs, latencies)))
            speeds.append((await _speed(ours, jobs), await _speed(theirs, jobs)))
    return [_latency_figure(waits[1:]), _speed_figure(speeds[1:], jobs)]


@asynccontextmanager
async def _fenced(superuser: str, worker: str) -> AsyncGenerator[Side]:
    hooks = NoOp()
    async with connected(superuser) as connection, working(worker, hooks, concurrency=CONCURRENCY):
        await _until_listening(connection)
        yield Side(lambda: _enqueue(connection), hooks)


async def _enqueue(connection: "asyncpg.Connection[Any]") -> None:
    async with connection.transaction():
        await enqueue(connection)


@asynccontextmanager
async def _plain(dsn: str) -> AsyncGenerator[Side]:
    told = Told()

    async def no_op(_ctx: Context) -> None:
        told.begun()

    async def over(_ctx: Context) -> None:
        told.over()

    queue = PostgresQueue.from_url(dsn)
    await queue.connect()
    worker = Worker(
        queue,
        [("no_op", no_op)],
        concurrency=CONCURRENCY,
        after_process=over,
        dequeue_timeout=POLL_SECONDS,  # as ours; one that waits without end is not to be stopped
        shutdown_grace_period_s=int(2 * POLL_SECONDS),
    )
    running = asyncio.create_task(worker.start())
    try:
        async with connected(dsn) as connection:
            await _until_listening(connection)
        yield Side(lambda: queue.enqueue("no_op"), told)
    finally:
        logging.getLogger("saq").setLevel(logging.ERROR)  # its upkeep never ends by itself, of which it would warn
        worker.event.set()
        await running
        await queue.disconnect()


async def _until_listening(connection: "asyncpg.Connection[Any]") -> None:
    query = "select count(*) from pg_stat_activity where datname = current_database() and query ilike 'listen%'"
    await eventually(lambda: connection.fetchval(query))


async def _latency(side: Side, jobs: int) -> float:
    """The median of the seconds from before a job is enqueued until it runs, one after the other."""
    found: list[float] = []
    for _ in range(jobs):
        side.told.expect(1)
        before = time.perf_counter()
        await side.enqueue()
        found.append(await side.told.began.get() - before)
        await side.told.all_over()
    return statistics.median(found)


async def _speed(side: Side, jobs: int) -> float:
    """Jobs a second, from before the first is enqueued until the last is settled."""
    side.told.expect(jobs)
    before = time.perf_counter()
    for _ in range(jobs):
        await side.enqueue()
    await side.told.all_over()
    return jobs / (time.perf_counter() - before)


def _latency_figure(found: list[tuple[float, float]]) -> Figure:
    ours, theirs = (statistics.median(column) * 1000 for column in zip(*found, strict=True))
    return Figure(
        row="8",
        work="from enqueuing a job until it runs, against SAQ",
        value=statistics.median(mine / other for mine, other in found),
        reach=1.1,
        at_most=True,
        detail=f"{ours:.2f} ms, SAQ {theirs:.2f} ms",
    )


def _speed_figure(found: list[tuple[float, float]], jobs: int) -> Figure:
    ours, theirs = (statistics.median(column) for column in zip(*found, strict=True))
    return Figure(
        row="8",
        work=f"{jobs} jobs that do nothing, against SAQ",
        value=statistics.median(mine / other for mine, other in found),
        reach=0.9,
        detail=f"{ours:.0f}/s, SAQ {theirs:.0f}/s",
    )
