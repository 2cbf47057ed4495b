"""What a worker writes: only with the epoch it was given, and only while the run lives."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from app.dev import Database
from tests.sql.callers import (
    Connection,
    Person,
    Run,
    acting_as,
    claim_job,
    connect,
    course,
    document,
    enqueue,
    instructor,
    progress_of,
    start,
    status_of,
)

CHAIN = ["structure_analysis", "structure_generation", "text_generation", "finalization"]


@pytest.fixture
async def owner(root: Connection) -> Person:
    return await instructor(root)


@pytest.fixture
async def run(root: Connection, api: Connection, owner: Person) -> Run:
    return await start(api, owner, await course(root, owner))


async def job(root: Connection, job_id: str) -> dict[str, Any]:
    row = await root.fetchrow("select * from job_status where job_id = $1", job_id)
    assert row is not None
    return dict(row)


async def progress(
    worker: Connection, run_id: UUID, epoch: int, step: int, status: str, error: str | None = None
) -> bool:
    written: bool = await worker.fetchval(
        "select app.progress($1, $2, $3, $4, 'Сообщение', $5)", run_id, epoch, step, status, error
    )
    return written


async def complete(worker: Connection, job_id: str, run_id: UUID, epoch: int) -> bool:
    written: bool = await worker.fetchval("select app.complete_job($1, $2, $3)", job_id, run_id, epoch)
    return written


async def finish(
    worker: Connection, run_id: UUID, epoch: int | None, state: str, error: str | None = None
) -> UUID | None:
    token: UUID | None = await worker.fetchval("select app.finish_run($1, $2, $3, $4)", run_id, epoch, state, error)
    return token


async def fail(worker: Connection, run_id: UUID, epoch: int | None = None) -> dict[str, Any] | None:
    ended: dict[str, Any] | None = await worker.fetchval("select app.fail_run($1, 'lost', $2)", run_id, epoch)
    return ended


async def work_until(worker: Connection, run: Run, step: int) -> tuple[str, int]:
    """Do the chain's steps before `step` and claim its job: the job's id and the epoch."""
    job_id = run.job_id
    for at in range(2, step):
        async with worker.transaction():
            told = await claim_job(worker, job_id)
            assert told is not None
            assert await progress(worker, run.run_id, told["epoch"], at, "completed")
            assert await complete(worker, job_id, run.run_id, told["epoch"])
            job_id = await enqueue(worker, run.run_id, CHAIN[at - 1])
    told = await claim_job(worker, job_id)
    assert told is not None
    return job_id, told["epoch"]


async def test_a_claim_tells_the_worker_what_the_database_knows(
    root: Connection, worker: Connection, owner: Person, run: Run
) -> None:
    token = await root.fetchval("select slot_token from generation_runs where id = $1", run.run_id)
    assert await claim_job(worker, run.job_id) == {
        "run_id": str(run.run_id),
        "epoch": 1,
        "course_id": str(run.course_id),
        "organization_id": str(owner.organization_id),
        "user_id": str(owner.user_id),
        "slot_token": str(token),
        "tier": "standard",
        "step_one_done": True,
        "request_id": "request-1",
        "webhook_url": None,
    }
    row = await job(root, run.job_id)
    assert (row["status"], row["attempts"]) == ("active", 1)
    assert await root.fetchval("select state from generation_runs where id = $1", run.run_id) == "running"


async def test_a_claim_sees_that_the_first_step_is_missing(root: Connection, worker: Connection, run: Run) -> None:
    await root.execute("update courses set generation_progress = null where id = $1", run.course_id)
    told = await claim_job(worker, run.job_id)
    assert told is not None
    assert told["step_one_done"] is False
    assert await progress(worker, run.run_id, 1, 1, "completed")
    assert (await progress_of(root, run.course_id))["percentage"] == 20


async def test_each_claim_raises_the_epoch_and_keeps_the_first_start(
    root: Connection, worker: Connection, run: Run
) -> None:
    started = []
    for attempt in (1, 2, 3):
        told = await claim_job(worker, run.job_id, attempt)
        assert told is not None
        assert told["epoch"] == attempt
        started.append((await job(root, run.job_id))["started_at"])
    assert len(set(started)) == 1
    assert (await job(root, run.job_id))["attempts"] == 3


async def test_parallel_claims_of_one_job_get_different_epochs(database: Database, run: Run) -> None:
    workers = [await connect(database.worker) for _ in range(5)]
    for connection in workers:
        await connection.execute("set role service_role")
    told = await asyncio.gather(*(claim_job(connection, run.job_id) for connection in workers))
    assert sorted(answer["epoch"] for answer in told if answer) == [1, 2, 3, 4, 5]
    await asyncio.gather(*(connection.close() for connection in workers))


async def test_there_is_nothing_to_do_for_an_unknown_job_or_a_course_that_is_gone(
    root: Connection, worker: Connection, run: Run
) -> None:
    assert await claim_job(worker, "course-gen-none") is None
    await root.execute("delete from courses where id = $1", run.course_id)
    assert await claim_job(worker, run.job_id) is None


async def test_a_completed_job_delivered_again_has_nothing_to_do(worker: Connection, run: Run) -> None:
    await work_until(worker, run, 3)
    assert await claim_job(worker, run.job_id, 2) is None


async def test_a_job_of_an_older_run_has_nothing_to_do(
    api: Connection, worker: Connection, owner: Person, run: Run
) -> None:
    await fail(worker, run.run_id)
    newer = await start(api, owner, run.course_id)
    assert await claim_job(worker, run.job_id) is None
    assert await claim_job(worker, newer.job_id) is not None


async def test_an_older_epoch_writes_nothing(root: Connection, worker: Connection, run: Run) -> None:
    await claim_job(worker, run.job_id, 1)
    await claim_job(worker, run.job_id, 2)
    before = await progress_of(root, run.course_id)
    assert await progress(worker, run.run_id, 1, 2, "completed") is False
    assert await complete(worker, run.job_id, run.run_id, 1) is False
    assert await worker.fetchval("select app.retry_job($1, $2, 1, 'late')", run.job_id, run.run_id) is False
    assert await finish(worker, run.run_id, 1, "completed") is None
    assert await fail(worker, run.run_id, 1) is None
    assert await progress_of(root, run.course_id) == before
    assert (await job(root, run.job_id))["status"] == "active"
    assert await progress(worker, run.run_id, 2, 2, "completed") is True


async def test_an_unknown_run_is_fenced_too(worker: Connection) -> None:
    assert await progress(worker, uuid4(), 1, 2, "completed") is False
    assert await complete(worker, "course-gen-none", uuid4(), 1) is False
    assert await finish(worker, uuid4(), None, "completed") is None
    assert await fail(worker, uuid4()) is None


async def test_a_job_completes_once_and_not_for_another_run(
    root: Connection, api: Connection, worker: Connection, owner: Person, run: Run
) -> None:
    other = await start(api, owner, await course(root, owner))
    await claim_job(worker, run.job_id)
    await claim_job(worker, other.job_id)
    assert await complete(worker, run.job_id, other.run_id, 1) is False
    assert [await complete(worker, run.job_id, run.run_id, 1) for _ in range(2)] == [True, False]
    row = await job(root, run.job_id)
    assert (row["status"], row["progress"], row["completed_at"] is not None) == ("completed", 100, True)


async def test_a_retry_is_delayed_with_its_reason_until_the_next_attempt(
    root: Connection, worker: Connection, run: Run
) -> None:
    await claim_job(worker, run.job_id)
    assert await worker.fetchval("select app.retry_job($1, $2, 1, 'timeout')", run.job_id, run.run_id)
    row = await job(root, run.job_id)
    assert (row["status"], row["error_message"]) == ("delayed", "timeout")
    assert await claim_job(worker, run.job_id, 2) is not None
    assert (await job(root, run.job_id))["status"] == "active"
    await complete(worker, run.job_id, run.run_id, 2)
    assert (await job(root, run.job_id))["error_message"] is None


async def test_a_whole_chain_ends_completed_and_gives_its_slot_once(
    root: Connection, worker: Connection, run: Run
) -> None:
    job_id, epoch = await work_until(worker, run, 5)
    async with worker.transaction():
        assert await progress(worker, run.run_id, epoch, 5, "completed")
        assert await complete(worker, job_id, run.run_id, epoch)
        token = await finish(worker, run.run_id, epoch, "completed")
    assert token == await root.fetchval("select slot_token from generation_runs where id = $1", run.run_id)
    assert await finish(worker, run.run_id, epoch, "completed") is None
    assert await status_of(root, run.course_id) == "completed"
    jobs = await root.fetch("select job_type, status from job_status where run_id = $1 order by created_at", run.run_id)
    assert [tuple(row) for row in jobs] == [(job_type, "completed") for job_type in CHAIN]
    state = await root.fetchrow("select state, ended_at, failure from generation_runs where id = $1", run.run_id)
    assert state is not None
    assert (state["state"], state["ended_at"] is not None, state["failure"]) == ("completed", True, None)


async def test_a_run_that_failed_for_good_fails_its_job(root: Connection, worker: Connection, run: Run) -> None:
    await claim_job(worker, run.job_id)
    await worker.fetchval(
        "select app.finish_run($1, 1, 'failed', 'no text', p_error_details => $2)", run.run_id, {"stack": "at line 1"}
    )
    row = await job(root, run.job_id)
    assert (row["status"], row["error_message"], row["error_stack"]) == ("failed", "no text", "at line 1")
    assert row["failed_at"] is not None
    assert await root.fetchval("select failure from generation_runs where id = $1", run.run_id) == "no text"


async def test_a_run_ends_completed_or_failed_and_nothing_else(worker: Connection, run: Run) -> None:
    with pytest.raises(asyncpg.InvalidParameterValueError, match="not 'cancelled'"):
        await finish(worker, run.run_id, None, "cancelled")


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (2, "Ошибка при анализе задачи"),
        (3, "Ошибка при анализе структуры"),
        (4, "Ошибка при генерации контента"),
        (5, "Ошибка при финализации"),
    ],
)
@pytest.mark.parametrize("begun", [True, False])
async def test_a_lost_run_fails_the_step_under_way_or_the_next_with_its_own_text(
    root: Connection, worker: Connection, run: Run, step: int, message: str, begun: bool
) -> None:
    job_id, epoch = await work_until(worker, run, step)
    if begun:
        await progress(worker, run.run_id, epoch, step, "in_progress")
    assert (await fail(worker, run.run_id) or {})["run_id"] == str(run.run_id)
    shown = await progress_of(root, run.course_id)
    assert (shown["message"], shown["current_step"], shown["steps"][step - 1]["error"]) == (message, step, "lost")
    assert await status_of(root, run.course_id) == "failed"
    row = await job(root, job_id)
    assert (row["status"], row["error_message"]) == ("failed", "lost")
    assert await root.fetchval("select status from saq_jobs where key = $1", job_id) == "queued"
    assert await fail(worker, run.run_id) is None


async def test_a_lost_run_with_documents_says_so(
    root: Connection, api: Connection, worker: Connection, owner: Person
) -> None:
    course_id = await course(root, owner)
    await document(root, course_id)
    run = await start(api, owner, course_id)
    await fail(worker, run.run_id)
    assert (await progress_of(root, course_id))["message"] == "Ошибка при обработке документов"


async def test_cancelling_races_completing_without_a_deadlock_and_one_wins(
    root: Connection, database: Database, owner: Person
) -> None:
    """All take their locks in the order course, run, jobs."""

    async def finishes(connection: Connection, run: Run) -> bool:
        async with connection.transaction():
            written = await progress(connection, run.run_id, 1, 2, "failed")
            await complete(connection, run.job_id, run.run_id, 1)
            return written and await finish(connection, run.run_id, 1, "failed") is not None

    async def cancels(connection: Connection, run: Run) -> bool:
        async with acting_as(connection, owner):
            outcome = await connection.fetchval("select app.cancel_job($1)", run.job_id)
        return bool(outcome["outcome"] == "cancelled")

    worker, api, reaper = await connect(database.worker), await connect(database.api), await connect(database.worker)
    for connection in (worker, reaper):
        await connection.execute("set role service_role")
    for _ in range(15):
        run = await start(api, owner, await course(root, owner))
        await claim_job(worker, run.job_id)
        ended, stopped, lost = await asyncio.gather(finishes(worker, run), cancels(api, run), fail(reaper, run.run_id))
        assert sum((ended, stopped, lost is not None)) == 1
        state = await root.fetchval("select state from generation_runs where id = $1", run.run_id)
        assert state == await status_of(root, run.course_id) == ("cancelled" if stopped else "failed")
    await asyncio.gather(*(connection.close() for connection in (worker, api, reaper)))
