"""A COMMIT that arrived although its answer did not: it is found again, never done twice."""

from collections.abc import AsyncIterator

import msgspec
import pytest

from app.boot import open_resources
from app.context import SignedIn
from app.db.errors import DatabaseUnavailable
from app.db.session import ANONYMOUS
from app.dev import Database
from procedures.generation.initiate import InitiateFailed, InitiateInput, initiate
from tests.faults.oracle import settles, violations
from tests.faults.proxy import LosingProxy, losing_proxy
from tests.work.life import CHAIN, Life

KILL_OTHERS = """
select pg_terminate_backend(pid, 5000) from pg_stat_activity
where datname = current_database() and application_name = 'coursegen'
"""


@pytest.fixture
async def through_proxy(life: Life, own_database: Database) -> AsyncIterator[tuple[LosingProxy, SignedIn]]:
    """The proxy, and a caller whose calls reach the database through it."""
    owner = await life.user(await life.organization("free"))
    async with losing_proxy(own_database.api) as (proxy, dsn):
        settings = msgspec.structs.replace(life.settings, database_url=dsn)
        async with open_resources(settings, dsn) as resources:
            yield proxy, SignedIn(owner.request, resources, owner.claims)


@pytest.mark.fault("API: COMMIT sent and answer lost")
async def test_a_start_whose_commit_was_not_answered_finds_its_own_run(
    life: Life, through_proxy: tuple[LosingProxy, SignedIn]
) -> None:
    proxy, owner = through_proxy
    course = await life.course(owner)
    proxy.to_lose = 1
    answer = await initiate(owner, InitiateInput(course_id=course))
    assert proxy.lost == 1
    assert await life.sql.fetchval("select array_agg(job_id) from job_status") == [answer.job_id]
    assert await violations(life) == []
    assert await life.events(course) == []
    async with life.worker():
        assert await life.ends(course) == "completed"
        await settles(life)
    assert await life.jobs(course) == [(name, "completed", 1) for name in CHAIN]


@pytest.mark.fault("API: COMMIT sent and answer lost")
async def test_a_start_that_never_gets_an_answer_leaves_no_run_that_goes_on(
    life: Life, through_proxy: tuple[LosingProxy, SignedIn]
) -> None:
    proxy, owner = through_proxy
    course = await life.course(owner)
    proxy.to_lose = 4
    with pytest.raises(InitiateFailed):
        await initiate(owner, InitiateInput(course_id=course))
    assert proxy.lost == 4
    await settles(life)
    assert await life.sql.fetchval("select count(*) from saq_jobs where status = 'queued'") == 0
    assert (await life.slots.held()).total == 0
    assert (await initiate(owner, InitiateInput(course_id=course))).success


async def broken_transaction(life: Life, then: Exception) -> None:
    """A transaction whose connection is killed; what was broken is told, and then this error raised."""
    async with life.resources.database.session(ANONYMOUS).begin() as tx:
        await life.sql.execute(KILL_OTHERS)
        with pytest.raises(DatabaseUnavailable):
            await tx.run("live_workers")
        raise then


@pytest.mark.parametrize("error", [DatabaseUnavailable(), LookupError()])
async def test_an_error_is_not_hidden_by_a_connection_that_broke(life: Life, error: Exception) -> None:
    with pytest.raises(type(error)) as raised:
        await broken_transaction(life, error)
    assert raised.value is error
    async with life.resources.database.session(ANONYMOUS).begin() as tx:
        assert await tx.value("live_workers", int) == 0
