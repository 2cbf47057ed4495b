"""PostgreSQL is there and refuses: read-only, a killed backend, a deadlock, no connection left."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from time import monotonic
from uuid import UUID

import pytest

from app.context import SignedIn
from app.dev import Database
from procedures.generation.initiate import InitiateInput, InitiateUnavailable, initiate
from tests.captured import captured_logs
from tests.faults.oracle import settles
from tests.faults.outages.settling import PATIENCE, Settled
from tests.work.failpoints import Failpoints
from tests.work.life import CHAIN, Life

OURS = """
from pg_stat_activity
where datname = current_database() and application_name like 'coursegen%' and pid <> pg_backend_pid()
"""
HELD = f"{OURS} and wait_event_type = 'Lock'"


@asynccontextmanager
async def altered(life: Life, database: Database, setting: str, reset: str) -> AsyncGenerator[None]:
    """The database with this setting for every session, from when a step waits at its gate until the block ends."""
    name = f'"{database.name}"'
    await Failpoints(life.sql).someone_waits()
    await life.sql.execute(f"alter database {name} {setting}")
    await life.sql.execute(f"select pg_terminate_backend(pid) {OURS}")
    try:
        yield
    finally:
        await life.sql.execute(f"alter database {name} {reset}")
        await life.sql.execute(f"select pg_terminate_backend(pid) {OURS}")


async def is_refused(course: UUID, owner: SignedIn) -> None:
    """A start is refused, in time."""
    began = monotonic()
    with pytest.raises(InitiateUnavailable):
        await initiate(owner, InitiateInput(course_id=course))
    assert monotonic() - began < 2


@pytest.mark.parametrize(
    ("setting", "reset"),
    [
        pytest.param(
            "set default_transaction_read_only = on",
            "reset default_transaction_read_only",
            marks=pytest.mark.fault("PostgreSQL: read-only"),
            id="read-only",
        ),
        pytest.param(
            "connection limit 0",
            "connection limit -1",
            marks=pytest.mark.fault("PostgreSQL: too many connections"),
            id="no connection left",
        ),
    ],
)
async def test_runs_wait_until_it_takes_writes_again_and_starts_are_refused_meanwhile(
    life: Life, fragile_database: Database, failpoints: Failpoints, settled: Settled, setting: str, reset: str
) -> None:
    owner = await life.user()
    waiting, refused = await life.started(owner), await life.course(owner)
    async with life.worker():
        async with failpoints.gate("job_status", after=1), altered(life, fragile_database, setting, reset):
            await is_refused(refused, owner)
            assert await life.status(waiting) not in ("failed", "cancelled")
        await settled(monotonic())
        assert await life.ends(waiting, PATIENCE) == "completed"
        await settles(life)
    assert [name for name, status, _ in await life.jobs(waiting) if status == "completed"] == CHAIN
    assert life.slots.given_back[await life.run_of(waiting)] == 1
    assert (await initiate(owner, InitiateInput(course_id=refused))).success


@pytest.mark.fault("PostgreSQL: backend killed")
async def test_a_backend_killed_in_a_step_costs_the_step_a_retry_and_nothing_else(
    life: Life, failpoints: Failpoints, settled: Settled
) -> None:
    course = await life.started()
    async with life.worker():
        async with failpoints.gate("job_status", after=1):
            await failpoints.someone_waits()
            killed = monotonic()
            assert await life.sql.fetchval(f"select count(pg_terminate_backend(pid)) {HELD}")
        await settled(killed)
        assert await life.ends(course, PATIENCE) == "completed"
        await settles(life)
    assert [(name, status) for name, status, _ in await life.jobs(course)] == [(name, "completed") for name in CHAIN]
    assert life.slots.given_back[await life.run_of(course)] == 1


@pytest.mark.fault("PostgreSQL: deadlock")
@pytest.mark.unwatched("a table is locked that the oracle reads")
async def test_a_start_that_a_deadlock_ends_is_tried_again_and_starts_one_run(
    life: Life, fragile_database: Database, failpoints: Failpoints, settled: Settled
) -> None:
    owner = await life.user()
    course = await life.course(owner)
    await life.sql.execute(f'alter role coursegen_api in database "{fragile_database.name}" set deadlock_timeout = 300')
    await life.sql.execute(f"select pg_terminate_backend(pid) {OURS}")
    await life.sql.execute("set deadlock_timeout = 60000")  # who looks first is the one that is ended
    with captured_logs() as lines:
        async with life.sql.transaction():
            await life.sql.execute("lock table job_status in access exclusive mode")
            starting = asyncio.ensure_future(initiate(owner, InitiateInput(course_id=course)))
            await failpoints.someone_waits()
            await life.sql.execute("select from courses where id = $1 for update", course)
        assert (await starting).success
    ended = monotonic()
    assert [line["extra"]["attempt"] for line in lines if "trying again" in line["message"]] == [1]
    async with life.worker():
        await settled(ended)
        assert await life.ends(course, PATIENCE) == "completed"
    assert await life.sql.fetchval("select count(*) from generation_runs") == 1
    assert [name for name, _, _ in await life.jobs(course)] == CHAIN
