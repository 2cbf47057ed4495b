"""PostgreSQL restarted under a run: nothing of it is lost or done twice, and nothing of ours is restarted."""

from contextlib import suppress
from time import monotonic

import asyncpg
import pytest

from app.db.errors import DatabaseUnavailable
from app.db.session import ANONYMOUS
from procedures.generation.initiate import InitiateInput, InitiateUnavailable, initiate
from tests.faults.oracle import settles, violations
from tests.faults.outages.own_postgres import OwnPostgres
from tests.faults.outages.settling import PATIENCE, Settled, see_again
from tests.work.failpoints import Failpoints
from tests.work.harness import eventually
from tests.work.life import CHAIN, Life

GATE_LOST = (asyncpg.InterfaceError, asyncpg.PostgresError, OSError)
"""How a gate ends whose session has ended with its server; it holds nobody any more."""


@pytest.mark.parametrize(
    "immediate",
    [
        pytest.param(False, marks=pytest.mark.fault("PostgreSQL: fast restart"), id="fast"),
        pytest.param(True, marks=pytest.mark.fault("PostgreSQL: immediate restart"), id="immediate"),
    ],
)
async def test_a_run_goes_on_after_a_restart_and_each_step_takes_effect_once(
    life: Life, postgres: OwnPostgres, failpoints: Failpoints, settled: Settled, immediate: bool
) -> None:
    course = await life.started()
    async with life.worker():
        with suppress(*GATE_LOST):
            async with failpoints.gate("job_status", after=1):
                await failpoints.someone_waits()
                await postgres.stop(immediate=immediate)
        postgres.start()
        over = monotonic()
        await see_again(life)
        await settled(over)
        assert await life.ends(course, PATIENCE) == "completed"
        await settles(life)
    assert [name for name, status, _ in await life.jobs(course) if status == "completed"] == CHAIN
    lessons = await life.lessons(course)
    assert len(lessons) == len(set(lessons)) == await life.sql.fetchval("select count(*) from lesson_content")
    assert life.slots.given_back[await life.run_of(course)] == 1


async def test_a_start_while_it_is_down_is_refused_in_time_and_leaves_nothing(
    life: Life, postgres: OwnPostgres
) -> None:
    owner = await life.user(await life.organization("free"))
    course = await life.course(owner)
    await postgres.stop()
    began = monotonic()
    with pytest.raises(InitiateUnavailable) as refused:
        await initiate(owner, InitiateInput(course_id=course))
    assert monotonic() - began < 2
    assert (refused.value.code.http_status, refused.value.retry_after) == (503, 1)
    assert refused.value.message == "Не удалось инициализировать генерацию курса. Попробуйте позже."
    postgres.start()
    await see_again(life)
    assert await violations(life) == []
    assert (await initiate(owner, InitiateInput(course_id=course))).success

    async def told() -> bool:
        return "job_rollback" in await life.events(course)

    await eventually(told)
    assert await violations(life) == []


async def test_the_pool_serves_the_first_call_after_a_restart_or_the_next(life: Life, postgres: OwnPostgres) -> None:
    await postgres.restart()
    await see_again(life)

    async def served() -> bool:
        try:
            async with life.resources.database.session(ANONYMOUS).begin() as tx:
                return await tx.value("live_workers", int) == 0
        except DatabaseUnavailable:
            return False

    assert await eventually(served) < 1
