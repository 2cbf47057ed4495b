"""A worker that is told to stop does, whatever it is doing at that moment."""

import asyncio
import gc

import pytest

from app.work.waiting import ended
from tests.work.life import Life


async def test_a_cancellation_that_was_swallowed_is_said_again() -> None:
    begun, swallowed = asyncio.Event(), asyncio.Event()

    async def stubborn() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            swallowed.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(stubborn())
    await begun.wait()
    await asyncio.wait_for(ended(task, patience=0.01), timeout=5)
    assert swallowed.is_set()
    assert task.cancelled()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # a psycopg connect that was cut off
async def test_a_worker_stops_in_time_at_whatever_moment_of_its_start_it_is_told(own_life: Life) -> None:
    for moment in range(15):
        async with asyncio.timeout(10), own_life.worker():
            for _ in range(12 * moment):
                await own_life.sql.execute("select")
    gc.collect()


async def test_a_reaper_that_dies_of_a_bug_stops_its_worker_and_says_why(own_life: Life) -> None:
    await own_life.sql.execute("alter table generation_runs alter slot_token drop not null")
    course = await own_life.started()
    await own_life.sql.execute("update generation_runs set slot_token = null where course_id = $1", course)
    with pytest.raises(Exception, match="Expected `uuid`, got `null`"):
        async with asyncio.timeout(10), own_life.worker() as task:
            await asyncio.wait({task})
