"""What a job finds at its start: a run that goes on, one that lost its first step, or nothing left to do."""

from typing import Any

import asyncpg
import pytest

from procedures.generation.cancel import CancelGenerationInput, cancel
from procedures.generation.initiate import InitiateInput, initiate
from tests.captured import captured_logs
from tests.faults.oracle import settles, violations
from tests.work.harness import eventually
from tests.work.life import CHAIN, Life

UNDO_STEP_ONE = """
update courses set generation_progress =
    jsonb_set(generation_progress, '{steps,0}',
        generation_progress -> 'steps' -> 0 || '{"status": "pending", "completed_at": null}')
    || '{"percentage": 0, "message": "Запуск генерации курса..."}'
where id = $1
"""
DONE = "select status from saq_jobs where key = $1"


async def test_a_worker_completes_a_first_step_that_was_not(own_life: Life) -> None:
    course = await own_life.started()
    await own_life.sql.execute(UNDO_STEP_ONE, course)
    with captured_logs() as lines:
        async with own_life.worker():
            assert await own_life.ends(course) == "completed"
    (line,) = [line for line in lines if line["extra"].get("recoveryType")]
    first = (await own_life.progress(course))["steps"][0]
    assert (line["level"].name, line["extra"]["recoveryType"]) == ("WARNING", "step_1_fallback")
    assert (first["status"], bool(first["completed_at"])) == ("completed", True)
    row = await own_life.sql.fetchrow(
        "select event_type, severity, course_id, job_id, metadata::text from system_metrics"
    )
    job = await own_life.sql.fetchval("select job_id from job_status where job_type = 'structure_analysis'")
    assert tuple(row or ()) == ("orphaned_job_recovery", "warn", course, job, '{"recoveryType": "step_1_fallback"}')


async def test_the_recovered_first_step_says_so_in_russian(own_life: Life) -> None:
    await own_life.sql.execute("create table told (message text)")
    await own_life.sql.execute(
        "create rule tell as on update to courses do also"
        " insert into told values (new.generation_progress ->> 'message')"
    )
    await own_life.sql.execute("alter table told owner to app_owner; grant insert on told to service_role")
    course = await own_life.started()
    await own_life.sql.execute(UNDO_STEP_ONE, course)
    async with own_life.worker():
        assert await own_life.ends(course) == "completed"
    told = {row["message"] for row in await own_life.sql.fetch("select message from told")}
    assert "Инициализация завершена (восстановлено воркером)" in told


async def test_a_run_whose_first_step_was_done_writes_no_recovery(life: Life) -> None:
    course = await life.started()
    assert await life.ends(course) == "completed"
    assert await life.events(course) == []


async def ends_quietly(life: Life, job_id: str) -> None:
    """The queue's row completes, and no attempt complains."""

    async def done() -> bool:
        return bool(await life.sql.fetchval(DONE, job_id) == "complete")

    with captured_logs() as lines:
        async with life.worker():
            await eventually(done)
    assert [line["message"] for line in lines if line["level"].name == "ERROR"] == []
    assert any("nothing to do" in line["message"] for line in lines)


async def test_the_job_of_a_course_deleted_while_it_waited_ends_quietly(own_life: Life) -> None:
    owner = await own_life.user()
    course = await own_life.course(owner)
    answer = await initiate(owner, InitiateInput(course_id=course))
    await own_life.sql.execute("delete from courses where id = $1", course)
    await ends_quietly(own_life, answer.job_id)
    assert await own_life.sql.fetchval("select count(*) from generation_runs") == 0


async def test_the_slot_of_a_deleted_course_is_given_back_when_it_expires(own_life: Life) -> None:
    course = await own_life.started()
    await own_life.sql.execute("delete from courses where id = $1", course)
    async with own_life.worker():
        bound = own_life.settings.lease_ttl_seconds + 2 * own_life.settings.reaper_period_seconds
        assert await settles(own_life, within=bound + 5) < bound + 2


async def test_a_job_of_an_older_run_does_nothing_to_the_newer_one(own_life: Life) -> None:
    owner = await own_life.user()
    course = await own_life.course(owner)
    older = await initiate(owner, InitiateInput(course_id=course))
    await cancel(owner, CancelGenerationInput(course_id=course))
    await own_life.start(owner, course)
    await own_life.sql.execute("update saq_jobs set status = 'queued', expire_at = null where key = $1", older.job_id)
    await ends_quietly(own_life, older.job_id)
    job = await own_life.sql.fetchrow("select status, attempts from job_status where job_id = $1", older.job_id)
    assert tuple(job or ()) == ("cancelled", 0)
    async with own_life.worker():
        assert await own_life.ends(course) == "completed"
        await settles(own_life)


@pytest.mark.fault("worker: duplicate delivery x5")
async def test_a_job_that_is_delivered_five_times_has_one_effect(own_life: Life) -> None:
    course = await own_life.started()
    job_id = await own_life.sql.fetchval("select job_id from job_status")
    async with own_life.worker():
        assert await own_life.ends(course) == "completed"
    before = await everything(own_life)
    for _ in range(5):
        await own_life.sql.execute("update saq_jobs set status = 'queued', expire_at = null where key = $1", job_id)
        await ends_quietly(own_life, job_id)
    assert await everything(own_life) == before
    assert await own_life.jobs(course) == [(name, "completed", 1) for name in CHAIN]


async def everything(life: Life) -> list[Any]:
    """What runs have written, apart from the queue's own rows."""
    tables = ("courses", "generation_runs", "job_status", "lessons", "lesson_content", "generation_status_history")
    return [await life.sql.fetch(f"select * from {table} order by 1") for table in tables]  # noqa: S608


async def test_the_database_refuses_a_second_live_job_of_a_course(own_life: Life) -> None:
    await own_life.started()
    with pytest.raises(asyncpg.UniqueViolationError, match="job_status_one_live_per_course"):
        await own_life.sql.execute(
            "insert into job_status"
            " (job_id, run_id, job_type, organization_id, course_id, user_id, status, priority, max_attempts)"
            " select 'second', run_id, job_type, organization_id, course_id, user_id, 'waiting', priority, max_attempts"
            " from job_status"
        )
    assert await violations(own_life) == []
