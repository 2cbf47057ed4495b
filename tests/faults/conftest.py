"""A world of its own for each fault, with times so short that what is lost is found soon."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from time import time

import pytest

from app.dev import Database
from tests.faults.busy import busy
from tests.faults.oracle import violations
from tests.faults.processes import Program
from tests.faults.report import SETTLED_SECONDS
from tests.faults.watch import Watch
from tests.work.failpoints import Failpoints
from tests.work.life import Life, living
from tests.world import environment_for, settings_for

SHORT = {
    "global_concurrency_limit": 20,
    "lease_ttl_seconds": 1.5,
    "reaper_period_seconds": 0.3,
    "worker_grace_seconds": 5,
    "db_timeout_seconds": 3,
    "worker_db_timeout_seconds": 3,
}
SHORT_TRANSACTIONS = {"DB_TIMEOUT_SECONDS": "0.7", "WORKER_DB_TIMEOUT_SECONDS": "0.7"}
"""PostgreSQL ends what a frozen process has begun after twice that time, which has to be within the lease's."""
Settled = Callable[[float], Awaitable[None]]
"""Waits until all is well, given when the fault came, in seconds since the epoch."""
HELD_BY_THE_DEAD = """
select key
from saq_jobs
where status in ('active', 'aborting')
  and (convert_from(job, 'UTF8')::jsonb ->> 'touched')::bigint < $1::float8 * 1000
"""


@pytest.fixture
async def life(own_database: Database, own_redis_url: str, tmp_path: Path) -> AsyncIterator[Life]:
    """A test's own world, in which no worker runs yet."""
    async with living(settings_for(own_database, own_redis_url, tmp_path, **SHORT)) as made:
        yield made


@pytest.fixture
def program(own_database: Database, own_redis_url: str, tmp_path: Path) -> Program:
    """Starts processes over the same servers as `life`."""
    return Program(environment_for(own_database, own_redis_url, tmp_path, **SHORT, log_level="info"), tmp_path)


@pytest.fixture
def failpoints(life: Life) -> Failpoints:
    """The failpoints of this world."""
    return Failpoints(life.sql)


@pytest.fixture
async def watch(life: Life) -> AsyncIterator[Watch]:
    """The oracle, which looks all the time and finds nothing."""
    async with Watch.over(life.settings) as watch:
        yield watch
    assert [*watch.found] == []
    assert watch.samples


@pytest.fixture(autouse=True)
def watched(request: pytest.FixtureRequest) -> None:
    """The oracle looks on in every test that has a world, but for those marked `unwatched`, which say why."""
    if "life" in request.fixturenames and not request.node.get_closest_marker("unwatched"):
        request.getfixturevalue("watch")


@pytest.fixture
async def settled(life: Life, record_property: Callable[[str, object], None]) -> Settled:
    """Waits until all is well and nothing is left with an owner that died; fails when that is later than it may be."""

    async def settled(since: float) -> None:
        while left := await not_well(life, since):
            assert time() - since < 60, left
            await asyncio.sleep(0.02)
        seconds = time() - since
        record_property("settled", round(seconds, 2))
        assert seconds <= SETTLED_SECONDS * busy()

    return settled


async def not_well(life: Life, since: float) -> list[str]:
    """What the oracle says, and jobs whose owner was last heard of before that time."""
    dead = await life.sql.fetch(HELD_BY_THE_DEAD, since)
    return [f"job {row[0]} is left with an owner that died" for row in dead] + await violations(life)
