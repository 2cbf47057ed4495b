"""Row 5 of the speed table: a progress write to its watchers' events over HTTP; many watchers on one API process."""

import asyncio
import re
import statistics
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote
from uuid import UUID

import asyncpg

from tests.bench.figure import Figure
from tests.bench.process import resident_bytes
from tests.bench.service import Place, Service
from tests.bench.starts import Start, make_starts

COURSES = 50
_WRITE = "select update_course_progress($1, 1, 'in_progress', 'bench', null, null, $2)"
_NUMBER = re.compile(rb'"lessons_total":(\d+)')
# what a connection that listens has asked last: to listen, or whether the link is alive
_LISTENING = (
    "select count(*) from pg_stat_activity where datname = current_database() and backend_type = 'client backend'"
    " and (query ilike 'listen%' or query = '')"
)
Arrivals = dict[tuple[UUID, int], list[float]]


async def measure(place: Place, running: Service, watchers: int, rounds: int) -> list[Figure]:
    """Each round writes once to every course; the figure is the 95th percentile from before the write to the event."""
    superuser = await asyncpg.connect(place.database.superuser)
    starts = await make_starts(superuser, COURSES)
    for start in starts:
        await _write(superuser, start, 0)
    arrived = asyncio.Semaphore(0)
    empty = resident_bytes(running.api_process)
    async with _watching(running.port, starts, watchers, arrived) as arrivals:
        held = resident_bytes(running.api_process) - empty
        latencies = [
            each
            for number in range(1, rounds + 1)
            for each in await _round(superuser, starts, number, arrivals, arrived, watchers)
        ]
        listening = await superuser.fetchval(_LISTENING)
    await superuser.close()
    return _figures(latencies, watchers, held / watchers, listening)


async def _write(connection: "asyncpg.Connection[Any]", start: Start, number: int) -> None:
    await connection.execute(_WRITE, start.course_id, f'{{"lessons_total": {number}}}')


@asynccontextmanager
async def _watching(
    port: int, starts: list[Start], watchers: int, arrived: asyncio.Semaphore
) -> AsyncGenerator[Arrivals]:
    """So many open streams, spread over the courses, each with its snapshot read; what arrives is noted."""
    arrivals: Arrivals = {}
    streams = [asyncio.create_task(_watch(port, starts[n % len(starts)], arrivals, arrived)) for n in range(watchers)]
    for _ in range(watchers):
        await arrived.acquire()
    try:
        yield arrivals
    finally:
        for stream in streams:
            stream.cancel()
        await asyncio.gather(*streams, return_exceptions=True)


async def _watch(port: int, start: Start, arrivals: Arrivals, arrived: asyncio.Semaphore) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    question = quote(f'{{"courseId":"{start.course_id}"}}')
    head = f"GET /rpc/generation.watch?input={question} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {start.token}"
    writer.write(f"{head}\r\n\r\n".encode())
    try:
        async for line in reader:
            number = _NUMBER.search(line)
            if number:
                arrivals.setdefault((start.course_id, int(number[1])), []).append(time.perf_counter())
                arrived.release()
    finally:
        writer.close()


async def _round(
    connection: "asyncpg.Connection[Any]",
    starts: list[Start],
    number: int,
    arrivals: Arrivals,
    arrived: asyncio.Semaphore,
    watchers: int,
) -> list[float]:
    began: dict[UUID, float] = {}
    for start in starts:
        began[start.course_id] = time.perf_counter()
        await _write(connection, start, number)
    async with asyncio.timeout(30):
        for _ in range(watchers):
            await arrived.acquire()
    return [at - began[start.course_id] for start in starts for at in arrivals[start.course_id, number]]


def _figures(latencies: list[float], watchers: int, bytes_each: float, listening: int) -> list[Figure]:
    p50, p95 = (statistics.quantiles(latencies, n=100)[percent - 1] * 1000 for percent in (50, 95))
    return [
        Figure(
            row="5",
            work=f"progress write to the event of {watchers} watchers: p95",
            value=p95,
            unit="ms",
            reach=100,
            at_most=True,
            detail=f"p50 {p50:.1f} ms, {listening} LISTEN connection",
        ),
        Figure(
            row="5",
            work="memory of a watcher",
            value=bytes_each / 1024,
            unit="KiB",
            reach=40,
            at_most=True,
        ),
    ]
