"""A step that fails is tried again; the course fails only when no attempt is left, and can be started anew."""

import re
from datetime import datetime
from uuid import UUID

import pytest

from procedures import router
from tests.faults.oracle import settles
from tests.work.failpoints import Failpoints
from tests.work.harness import eventually
from tests.work.life import CHAIN, Life

LIMITS = {
    "document_processing": (300, 5, 2),
    "structure_analysis": (180, 3, 1),
    "structure_generation": (120, 3, 1),
    "text_generation": (240, 3, 1),
    "finalization": (60, 3, 1),
}


@pytest.fixture
def failpoints(own_life: Life) -> Failpoints:
    return Failpoints(own_life.sql)


def test_every_job_has_its_own_limit_attempts_and_back_off() -> None:
    jobs = {
        name: (job.options.timeout, job.options.attempts, job.options.backoff) for name, job in router.jobs().items()
    }
    assert jobs == LIMITS


async def test_a_step_that_fails_twice_succeeds_at_its_third_attempt(own_life: Life, failpoints: Failpoints) -> None:
    await failpoints.change_jobs("structure_analysis", retry_delay=0)
    course = await own_life.started()
    await failpoints.fail("job_status", times=2)
    async with own_life.worker():
        assert await own_life.ends(course) == "completed"
    assert await own_life.jobs(course) == [(name, "completed", 3 if name == CHAIN[0] else 1) for name in CHAIN]
    assert {step["error"] for step in (await own_life.progress(course))["steps"]} == {None}


async def test_while_an_attempt_is_left_the_course_shows_no_failure(own_life: Life, failpoints: Failpoints) -> None:
    course = await own_life.started()
    await failpoints.fail("job_status")

    async def delayed() -> bool:
        return await own_life.jobs(course) == [("structure_analysis", "delayed", 1)]

    async with own_life.worker():
        await eventually(delayed)
        scheduled = await own_life.sql.fetchval("select scheduled - extract(epoch from now()) from saq_jobs")
    progress = await own_life.progress(course)
    error = await own_life.sql.fetchval("select error_message from job_status")
    assert await own_life.state(course) == ("analyzing_task", "running")
    assert (progress["steps"][1]["status"], progress["message"]) == ("in_progress", "Анализ задачи начался")
    assert re.fullmatch(r"Internal error [0-9a-f]{32}", error)
    assert -1 < scheduled <= 2


STEPS = [
    (2, "structure_analysis", "job_status", "Ошибка при анализе задачи"),
    (3, "structure_generation", "sections", "Ошибка при анализе структуры"),
    (4, "text_generation", "lesson_content", "Ошибка при генерации контента"),
]


@pytest.mark.parametrize(("step", "job", "table", "text"), STEPS)
async def test_a_step_without_an_attempt_left_fails_the_run_with_its_text(
    own_life: Life, failpoints: Failpoints, step: int, job: str, table: str, text: str
) -> None:
    await failpoints.change_jobs(job, retries=2, retry_delay=0)
    course = await own_life.started()
    await failpoints.fail(table)
    async with own_life.worker():
        assert await own_life.ends(course) == "failed"
        await settles(own_life)
    failed = (await own_life.progress(course))["steps"][step - 1]
    assert (failed["status"], (await own_life.progress(course))["message"]) == ("failed", text)
    assert re.fullmatch(r"Internal error [0-9a-f]{32}", failed["error"])
    assert failed["completed_at"]
    assert (await own_life.jobs(course))[-1] == (job, "failed", 2)
    assert own_life.slots.given_back[await own_life.run_of(course)] == 1
    assert await _ended(own_life, course)


async def _ended(life: Life, course: UUID) -> datetime | None:
    found: datetime | None = await life.sql.fetchval(
        "select generation_completed_at from courses where id = $1", course
    )
    return found


async def test_a_course_that_is_not_whole_fails_at_its_last_step_at_once(
    own_life: Life, failpoints: Failpoints
) -> None:
    course = await own_life.started()
    await failpoints.lose("lesson_content")
    async with own_life.worker():
        assert await own_life.ends(course) == "failed"
        await settles(own_life)
    assert (await own_life.progress(course))["message"] == "Ошибка при финализации"
    assert (await own_life.jobs(course))[-1] == ("finalization", "failed", 1)


async def test_a_course_that_failed_can_be_started_again(own_life: Life, failpoints: Failpoints) -> None:
    owner = await own_life.user()
    await failpoints.change_jobs("structure_analysis", retries=1)
    course = await own_life.started(owner)
    await failpoints.fail("job_status")
    async with own_life.worker():
        assert await own_life.ends(course) == "failed"
        first = await own_life.run_of(course)
        await failpoints.mend()
        second = await own_life.start(owner, course)
        assert await own_life.ends(course) == "completed"
        await settles(own_life)
    row = await own_life.sql.fetchrow("select error_message, error_details from courses where id = $1", course)
    assert tuple(row or ()) == (None, None)
    assert own_life.slots.given_back == {first: 1, second: 1}


async def test_a_job_that_outlives_its_limit_writes_worker_timeout(own_life: Life, failpoints: Failpoints) -> None:
    await failpoints.change_jobs("text_generation", timeout=0.3, retries=1)
    course = await own_life.started()
    async with own_life.worker():
        async with failpoints.gate("lesson_content"):

            async def timed_out() -> bool:
                return "worker_timeout" in await own_life.events(course)

            await eventually(timed_out)
        assert await own_life.ends(course) == "failed"
        await settles(own_life)
    row = await own_life.sql.fetchrow("select severity, job_id, metadata ->> 'jobType' from system_metrics")
    job = await own_life.sql.fetchval("select job_id from job_status where job_type = 'text_generation'")
    assert tuple(row or ()) == ("error", job, "text_generation")
    failed = (await own_life.progress(course))["steps"][3]
    assert (failed["status"], failed["error"]) == ("failed", "JobTimedOut: The job took longer than 0.3 s")
