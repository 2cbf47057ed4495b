"""PostgreSQL is there and silent: a frozen backend, a link on which nothing passes. Whoever waits gives up in time."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from time import monotonic

import msgspec
import pytest

from app.boot import ABANDONED, open_resources
from app.db.errors import DatabaseUnavailable
from app.db.pool import Database as Pool
from app.db.session import ANONYMOUS
from app.dev import Database
from app.rpc.deadline import Deadlines
from app.work.queue import FencedQueue
from app.work.statements import CALL_SECONDS
from app.work.worker import UNWINDING_SECONDS
from tests.faults.link import Link, opened, over
from tests.faults.outages.own_postgres import OwnPostgres
from tests.faults.outages.settling import PATIENCE, Settled
from tests.faults.processes import Program
from tests.work.failpoints import Failpoints
from tests.work.harness import eventually
from tests.work.life import Life

PSYCOPG_CANCELS_SECONDS = 5.0
OF_WORKER = "from pg_stat_activity where application_name = 'coursegen-worker' and datname = current_database()"


@pytest.fixture
async def stalling(life: Life, postgres: OwnPostgres, fragile_database: Database) -> AsyncIterator[tuple[Link, Pool]]:
    """A link to the database, and a pool of the API that leads over it."""
    link = Link(postgres.socket)
    async with opened(link) as port:
        dsn = over(fragile_database.api, port)
        async with open_resources(msgspec.structs.replace(life.settings, database_url=dsn), dsn) as resources:
            yield link, resources.database


async def ask(database: Pool) -> int:
    """A transaction of one statement."""
    async with database.session(ANONYMOUS).begin() as tx:
        return await tx.value("live_workers", int)


async def test_more_calls_than_connections_all_give_up_in_time(stalling: tuple[Link, Pool]) -> None:
    link, database = stalling
    assert await asyncio.gather(*(ask(database) for _ in range(10))) == [0] * 10
    link.stall()
    began = monotonic()
    answers = await asyncio.gather(*(ask(database) for _ in range(30)), return_exceptions=True)
    assert monotonic() - began < 2
    assert {type(answer) for answer in answers} == {DatabaseUnavailable}
    link.resume()
    assert await asyncio.gather(*(ask(database) for _ in range(10))) == [0] * 10


async def test_a_transaction_that_stalls_in_the_middle_gives_its_connection_up_in_time(
    stalling: tuple[Link, Pool],
) -> None:
    link, database = stalling
    assert await ask(database) == 0

    async def stall_and_ask() -> int:
        async with database.session(ANONYMOUS).begin() as tx:
            link.stall()
            return await tx.value("live_workers", int)

    began = monotonic()
    with pytest.raises(DatabaseUnavailable):
        await stall_and_ask()
    assert monotonic() - began < 2
    assert database.use()[0] == 0
    link.resume()
    assert await ask(database) == 0


async def test_a_call_that_is_ended_while_it_begins_does_not_wait_for_its_cancelled_statement(
    stalling: tuple[Link, Pool],
) -> None:
    link, database = stalling
    assert await ask(database) == 0
    link.stall()
    began = monotonic()
    with pytest.raises(TimeoutError), Deadlines().within(0.1):
        await ask(database)
    assert monotonic() - began < 1


async def test_a_lock_is_waited_for_no_longer_than_the_limit_and_its_connection_stays(life: Life) -> None:
    owner = await life.user()
    course = await life.course(owner)
    before = life.resources.database.use()
    async with life.sql.transaction():
        await life.sql.execute("lock table courses in access exclusive mode")
        began = monotonic()
        with pytest.raises(DatabaseUnavailable) as refused:
            async with owner.db.begin() as tx:
                await tx.run("get_course", course_id=course)
        assert monotonic() - began < 1.5
    assert "lock timeout" in str(refused.value.__cause__)
    assert life.resources.database.use() == before


@pytest.mark.faults
async def test_a_worker_whose_backends_are_frozen_goes_on_with_new_ones(life: Life) -> None:
    queue = FencedQueue(life.settings.worker_database_url, pool_size=2)
    await queue.connect()
    assert await queue.take() is None
    frozen = [row["pid"] for row in await life.sql.fetch(f"select pid {OF_WORKER}")]
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    try:
        began = monotonic()
        with pytest.raises(TimeoutError):
            await queue.take()
        assert monotonic() - began < CALL_SECONDS + PSYCOPG_CANCELS_SECONDS + 1
        assert await queue.take() is None
    finally:
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)
    await queue.disconnect()


@pytest.mark.faults
async def test_a_stalled_link_of_a_worker_costs_its_run_time_and_nothing_else(
    life: Life,
    postgres: OwnPostgres,
    fragile_database: Database,
    program: Program,
    failpoints: Failpoints,
    settled: Settled,
) -> None:
    course = await life.started()
    link = Link(postgres.socket)
    async with opened(link) as port, program.worker(WORKER_DATABASE_URL=over(fragile_database.worker, port)):
        async with failpoints.gate("job_status", after=1):
            await failpoints.someone_waits()
            link.stall()
            await eventually(lambda: life.sql.fetchval(LEASE_OVER, 1000 * life.settings.lease_ttl_seconds))
        link.resume()
        await settled(monotonic())
        assert await life.ends(course, PATIENCE) == "completed"
    assert life.slots.given_back == {}
    assert await life.sql.fetchval("select count(*) from generation_runs where ended_at is not null") == 1


LEASE_OVER = """
select extract(epoch from clock_timestamp()) * 1000 - (convert_from(job, 'UTF8')::jsonb ->> 'touched')::bigint > $1
from saq_jobs where status = 'active'
"""


@pytest.mark.faults
async def test_a_worker_told_to_stop_while_nothing_passes_stops_in_time(
    life: Life, postgres: OwnPostgres, fragile_database: Database, program: Program
) -> None:
    link = Link(postgres.socket)
    async with (
        opened(link) as port,
        program.worker(WORKER_DATABASE_URL=over(fragile_database.worker, port), WORKER_GRACE_SECONDS="0.1") as worker,
    ):
        await eventually(lambda: life.sql.fetchval("select count(*) > 0 from saq_stats"), PATIENCE)
        link.stall()
        worker.signal(signal.SIGTERM)
        told = monotonic()
        assert await worker.exit_code() == ABANDONED
        assert monotonic() - told < 0.1 + UNWINDING_SECONDS + 2
    assert "could not end in time" in worker.log
