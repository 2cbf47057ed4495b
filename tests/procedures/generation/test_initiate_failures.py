"""What initiate does when the database refuses to be written: retries, compensation, and an honest answer in time."""

import asyncio
import time
from pathlib import Path

import pytest

from app.db.errors import DatabaseRefused
from procedures.generation.initiate import InitiateFailed, InitiateInput, initiate
from tests.captured import captured_logs
from tests.world import World

REFUSALS = Path(__file__).with_name("refusals.sql")


async def _refuse_jobs(world: World, times: int) -> None:
    """Make the first inserts into job_status fail, so many times."""
    await world.sql.execute(REFUSALS.read_text())
    await world.sql.execute("insert into test_refused values ($1)", times)


async def test_a_write_that_fails_three_times_succeeds_at_the_fourth(own_world: World) -> None:
    owner = await own_world.user()
    course = await own_world.course(owner)
    await _refuse_jobs(own_world, times=3)
    with captured_logs() as lines:
        answer = await initiate(owner, InitiateInput(course_id=course))
    retries = [line["extra"] for line in lines if "trying again" in line["message"]]
    assert answer.success
    assert [(retry["attempt"], retry["maxRetries"], retry["courseId"]) for retry in retries] == [
        (number, 3, str(course)) for number in (1, 2, 3)
    ]
    assert all(retry["error"] for retry in retries)
    assert await own_world.events(course) == []


async def test_retries_are_100_200_and_400_milliseconds_apart(own_world: World) -> None:
    owner = await own_world.user()
    await _refuse_jobs(own_world, times=3)
    started = time.monotonic()
    await initiate(owner, InitiateInput(course_id=await own_world.course(owner)))
    assert 0.7 <= time.monotonic() - started < 2


async def test_a_write_that_never_succeeds_is_rolled_back_and_told_in_russian(own_world: World) -> None:
    owner = await own_world.user()
    course = await own_world.course(owner)
    await _refuse_jobs(own_world, times=1000)
    with pytest.raises(InitiateFailed) as failed:
        await initiate(owner, InitiateInput(course_id=course))
    assert failed.value.message == "Не удалось инициализировать генерацию курса. Попробуйте позже."
    assert failed.value.code.http_status == 500
    assert await own_world.sql.fetchval("select count(*) from saq_jobs") == 0
    assert await own_world.sql.fetchval("select count(*) from generation_runs") == 0
    assert (await own_world.resources.slots.held()).total == 0
    assert await own_world.events(course) == ["rpc_retry_exhausted", "job_rollback"]


async def test_after_a_rollback_the_course_can_be_started(own_world: World) -> None:
    owner = await own_world.user()
    course = await own_world.course(owner)
    await _refuse_jobs(own_world, times=4)
    with pytest.raises(InitiateFailed):
        await initiate(owner, InitiateInput(course_id=course))
    assert (await initiate(owner, InitiateInput(course_id=course))).success


async def test_the_events_of_a_rollback_are_written_once_the_database_can_be_written_again(own_world: World) -> None:
    owner = await own_world.user()
    course = await own_world.course(owner)
    await _refuse_jobs(own_world, times=1000)
    await own_world.sql.execute("alter table system_metrics add constraint test_closed check (false) not valid")
    with pytest.raises(InitiateFailed):
        await initiate(owner, InitiateInput(course_id=course))
    assert await own_world.events(course) == []
    await own_world.sql.execute("alter table system_metrics drop constraint test_closed")
    async with asyncio.timeout(10):
        while await own_world.events(course) != ["rpc_retry_exhausted", "job_rollback"]:
            await own_world.sql.execute("select pg_sleep(0.05)")


async def test_a_stalled_database_does_not_hold_the_caller_longer_than_five_seconds(own_world: World) -> None:
    owner = await own_world.user()
    course = await own_world.course(owner)
    async with own_world.sql.transaction():
        await own_world.sql.execute("lock table job_status in access exclusive mode")
        started = time.monotonic()
        with pytest.raises(InitiateFailed):
            await initiate(owner, InitiateInput(course_id=course))
        assert time.monotonic() - started < 5
    assert (await own_world.resources.slots.held()).total == 0


async def test_a_bug_in_the_database_is_no_reason_to_answer_with_its_words(own_world: World) -> None:
    owner = await own_world.user()
    await _refuse_jobs(own_world, times=1000)
    with pytest.raises(InitiateFailed) as failed:
        await initiate(owner, InitiateInput(course_id=await own_world.course(owner)))
    assert isinstance(failed.value.__cause__, DatabaseRefused)
    assert "job_status" not in failed.value.message
