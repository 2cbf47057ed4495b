"""Row 10 of the speed table: how the cost of generation.initiate grows with courses and with jobs that wait.

Of each size there is a database, a Redis that holds a slot for every run, and a service over both, all on the same
servers; the sizes are called in turns.
"""

import statistics
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from app.db.migrate import migrate
from app.dev import Databases
from app.leases import LiveRun, Slots, connect
from tests.bench.callers import call_all
from tests.bench.figure import Figure
from tests.bench.initiate import CALLERS, request_of
from tests.bench.service import NO_LIMIT, Place, Service, allow_slots, service
from tests.bench.starts import make_starts, tidy
from tests.transports.server import free_port

SIZES: Final = ((10, 0), (1_000, 1_000), (100_000, 100_000))
SMALL: Final = ((10, 0), (20, 10), (30, 20))
REACH = 1.3
_FILL_SECONDS = 300
_SLOT_SECONDS = 3600
_SLOTS_AT_ONCE = 5_000


class Grown(msgspec.Struct, frozen=True):
    """A service over so many courses, of which `jobs` wait to be generated."""

    courses: int
    jobs: int
    running: Service
    connection: "asyncpg.Connection[Any]"
    organization: UUID


async def measure(place: Place, rounds: int, calls: int, sizes: tuple[tuple[int, int], ...]) -> list[Figure]:
    """The figure of a size is the median of the rounds' ratios of its median call to the smallest size's."""
    async with AsyncExitStack() as stack:
        grown = [
            await stack.enter_async_context(_grown(place, number, *size)) for number, size in enumerate(sizes, start=1)
        ]
        found = [[await _median_call(each, calls) for each in grown] for _ in range(rounds + 1)]
    return [_figure(grown[place], [(row[place], row[0]) for row in found[1:]]) for place in range(1, len(grown))]


@asynccontextmanager
async def _grown(place: Place, number: int, courses: int, jobs: int) -> AsyncGenerator[Grown]:
    """`number` is that of its Redis database."""
    database = Databases(place.database.superuser).create(f"growth_{number}")
    migrate(database.superuser)
    redis_url = place.redis_url.replace("db=0", f"db={number}")
    await _fill(database.superuser, redis_url, courses, jobs)
    own = {
        "DATABASE_URL": database.api,
        "WORKER_DATABASE_URL": database.worker,
        "REDIS_URL": redis_url,
        "PORT": str(free_port()),
    }
    there = Place(database, redis_url, {**place.environment, **own}, place.log)
    connection = await asyncpg.connect(database.superuser)
    organization = await connection.fetchval("select id from organizations where name = 'growth'")
    with service(there) as running:
        yield Grown(courses, jobs, running, connection, organization)
    await connection.close()


async def _fill(superuser: str, redis_url: str, courses: int, jobs: int) -> None:
    script = Path(__file__).with_suffix(".sql").read_text()
    root = await asyncpg.connect(superuser)
    await root.execute(script.replace(":courses", str(courses)).replace(":jobs", str(jobs)), timeout=_FILL_SECONDS)
    rows = await root.fetch("select id, user_id, slot_token from generation_runs")
    await root.close()
    await allow_slots(redis_url, superuser)
    async with connect(redis_url) as redis:
        slots = Slots(redis, ttl_seconds=_SLOT_SECONDS, default_global_limit=1)
        seen = await slots.held()
        for start in range(0, len(rows), _SLOTS_AT_ONCE):
            runs = [LiveRun(*row) for row in rows[start : start + _SLOTS_AT_ONCE]]
            await slots.reconcile(seen, runs, [], NO_LIMIT)


async def _median_call(grown: Grown, calls: int) -> float:
    starts = await make_starts(grown.connection, calls, grown.organization)
    requests = [request_of(each) for each in starts]
    await tidy(grown.connection)
    return statistics.median(call_all(grown.running.port, requests, CALLERS).latencies)


def _figure(grown: Grown, found: list[tuple[float, float]]) -> Figure:
    large, small = (statistics.median(column) * 1000 for column in zip(*found, strict=True))
    return Figure(
        row="10",
        work=f"generation.initiate among {grown.courses} courses and {grown.jobs} waiting jobs, against 10 and 0",
        value=statistics.median(mine / smallest for mine, smallest in found),
        reach=REACH,
        at_most=True,
        detail=f"{large:.1f} ms, {small:.1f} ms",
    )
