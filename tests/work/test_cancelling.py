"""Cancelling: a waiting run never starts, a running one stops within two seconds, and every run ends exactly once."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from app.context import SignedIn
from procedures.generation.cancel import CancelGenerationInput, NotRunning, cancel
from tests.faults.oracle import settles, violations
from tests.work.failpoints import Failpoints
from tests.work.harness import eventually
from tests.work.life import Life

CANCELLED = "Отменено пользователем"
QUEUE_ENDED = "select bool_and(status not in ('queued', 'active', 'aborting')) from saq_jobs"


@pytest.mark.fault("worker: cancel while queued")
async def test_a_run_cancelled_while_it_waits_never_starts(own_life: Life) -> None:
    owner = await own_life.user()
    course = await own_life.started(owner)
    await cancel(owner, CancelGenerationInput(course_id=course))
    assert await violations(own_life) == []
    async with own_life.worker():
        other = await own_life.started(owner)
        assert await own_life.ends(other) == "completed"
        await settles(own_life)
    job = await own_life.sql.fetchrow("select * from job_status where course_id = $1", course)
    assert job is not None
    assert (job["status"], job["started_at"], job["attempts"]) == ("cancelled", None, 0)
    assert (job["cancelled_by"], job["cancelled_at"] is not None) == (owner.user_id, True)
    assert (await own_life.progress(course))["message"] == CANCELLED
    assert own_life.slots.given_back[await own_life.run_of(course)] == 1


async def test_a_running_job_stops_within_two_seconds_and_writes_nothing_more(own_life: Life) -> None:
    owner = await own_life.user()
    failpoints = Failpoints(own_life.sql)
    course = await own_life.started(owner)
    async with own_life.worker():
        async with failpoints.unreadable("lesson_content"):
            await failpoints.someone_waits()
            await cancel(owner, CancelGenerationInput(course_id=course))
            left = await written(own_life, course)
            await eventually(lambda: own_life.sql.fetchval(QUEUE_ENDED), within=2)
        assert await written(own_life, course) == left
        await settles(own_life)
    assert await own_life.sql.fetchval("select count(*) from lesson_content") == 0
    assert await own_life.state(course) == ("cancelled", "cancelled")
    assert (await own_life.progress(course))["message"] == CANCELLED
    assert own_life.slots.given_back[await own_life.run_of(course)] == 1


async def written(life: Life, course: UUID) -> list[Any]:
    return [
        await life.sql.fetch(f"select * from {table} where course_id = $1 order by id", course)  # noqa: S608
        for table in ("job_status", "generation_runs", "generation_status_history", "lessons")
    ] + [await life.sql.fetch("select * from courses where id = $1", course)]


async def test_a_cancelled_course_can_be_started_again_at_once(life: Life) -> None:
    owner = await life.user()
    course = await life.started(owner)
    await cancel(owner, CancelGenerationInput(course_id=course))
    await life.start(owner, course)
    assert await life.ends(course) == "completed"
    await settles(life)


async def test_a_retry_that_waits_for_its_time_is_cancelled_too(own_life: Life) -> None:
    owner = await own_life.user()
    course = await own_life.started(owner)
    await Failpoints(own_life.sql).fail("job_status")

    async def delayed() -> bool:
        return await own_life.jobs(course) == [("structure_analysis", "delayed", 1)]

    async with own_life.worker():
        await eventually(delayed)
        await cancel(owner, CancelGenerationInput(course_id=course))
        await settles(own_life)
        assert await own_life.sql.fetchval("select status from saq_jobs") == "aborted"


@pytest.mark.fault("worker: cancel racing complete")
@pytest.mark.parametrize(("jobs", "round_"), [(1, 1), (2, 1), (3, 1), *((4, each) for each in range(6))])
async def test_cancelling_and_completing_at_once_leave_exactly_one_end(life: Life, jobs: int, round_: int) -> None:
    owner = await life.user()
    course = await life.started(owner)

    async def so_far() -> bool:
        return len(await life.jobs(course)) >= jobs

    await eventually(so_far)
    cancelled = await cancel_if_running(owner, course)
    assert await life.ends(course) == ("cancelled" if cancelled else "completed")
    await settles(life)
    ends = (
        "select new_status::text from generation_status_history where course_id = $1 order by changed_at desc limit 1"
    )
    assert await life.sql.fetchval(ends, course) == await life.status(course)
    assert life.slots.given_back[await life.run_of(course)] == 1


async def cancel_if_running(owner: SignedIn, course: UUID) -> bool:
    try:
        await cancel(owner, CancelGenerationInput(course_id=course))
    except NotRunning:
        return False
    return True


async def test_ten_cancels_at_once_cancel_once(life: Life) -> None:
    owner = await life.user()
    course = await life.started(owner)
    outcomes = await asyncio.gather(*(cancel_if_running(owner, course) for _ in range(10)))
    await life.ends(course)
    assert sum(outcomes) <= 1
    assert life.slots.given_back[await life.run_of(course)] == 1
    await settles(life)
