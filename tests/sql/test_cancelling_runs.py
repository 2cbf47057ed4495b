"""cancel_run and cancel_job: who may, and what ends with it."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.sql.callers import (
    PAYLOAD,
    Connection,
    Person,
    Run,
    acting_as,
    claim,
    claim_job,
    colleague,
    course,
    enqueue,
    instructor,
    organization,
    person,
    progress_of,
    start,
    status_of,
)


@pytest.fixture
async def owner(root: Connection) -> Person:
    return await instructor(root)


@pytest.fixture
async def run(root: Connection, api: Connection, owner: Person) -> Run:
    return await start(api, owner, await course(root, owner))


async def cancel(api: Connection, caller: Person, course_id: UUID) -> dict[str, Any]:
    async with acting_as(api, caller):
        outcome: dict[str, Any] = await api.fetchval("select app.cancel_run($1)", course_id)
    return outcome


async def cancel_job(api: Connection, caller: Person, job_id: str) -> dict[str, Any]:
    async with acting_as(api, caller):
        outcome: dict[str, Any] = await api.fetchval("select app.cancel_job($1)", job_id)
    return outcome


async def test_a_waiting_run_ends_in_every_table_at_once(
    root: Connection, api: Connection, owner: Person, run: Run
) -> None:
    token = await root.fetchval("select slot_token from generation_runs where id = $1", run.run_id)
    assert await cancel(api, owner, run.course_id) == {
        "outcome": "cancelled",
        "run_id": str(run.run_id),
        "slot_token": str(token),
        "job_ids": [run.job_id],
    }
    row = await root.fetchrow(
        """
        select
            r.state, r.ended_at is not null, j.status, j.cancelled_by, j.cancelled_at is not null,
            q.status, q.expire_at > extract(epoch from now()),
            c.generation_status, c.generation_completed_at is not null
        from generation_runs r
        join job_status j on j.run_id = r.id
        join saq_jobs q on q.key = j.job_id
        join courses c on c.run_id = r.id
        where r.id = $1
        """,
        run.run_id,
    )
    assert row is not None
    assert tuple(row) == ("cancelled", True, "cancelled", owner.user_id, True, "aborted", True, "cancelled", True)
    assert (await progress_of(root, run.course_id))["message"] == "Отменено пользователем"


async def test_the_row_of_a_job_cancelled_while_it_waited_stays_as_long_as_the_job_says(
    root: Connection, api: Connection, owner: Person, run: Run
) -> None:
    assert PAYLOAD == b'{"ttl": 4000}'
    await cancel(api, owner, run.course_id)
    left = await root.fetchval(
        "select expire_at - extract(epoch from now())::int from saq_jobs where key = $1", run.job_id
    )
    assert 3900 < left <= 4000


async def test_a_running_job_is_marked_for_its_worker_which_hears_of_it(
    root: Connection, api: Connection, owner: Person, run: Run
) -> None:
    heard: asyncio.Queue[object] = asyncio.Queue()
    await root.add_listener("coursegen_cancel", lambda *told: heard.put_nowait(told[3]))
    await root.execute("update saq_jobs set status = 'active' where key = $1", run.job_id)
    await cancel(api, owner, run.course_id)
    assert await asyncio.wait_for(heard.get(), 5) == run.job_id
    assert await root.fetchval("select status from saq_jobs where key = $1", run.job_id) == "aborting"


async def test_nothing_is_left_for_the_worker_of_a_cancelled_run(
    root: Connection, api: Connection, worker: Connection, owner: Person, run: Run
) -> None:
    told = await claim_job(worker, run.job_id)
    assert told is not None
    await cancel(api, owner, run.course_id)
    assert await claim_job(worker, run.job_id, 2) is None
    for call in ("app.progress($1, $2, 2, 'completed', 'x')", "app.complete_job($3, $1, $2)"):
        assert (
            await worker.fetchval(
                f"select {call} from (values ($1::uuid, $2::int, $3::text)) v",  # noqa: S608
                run.run_id,
                told["epoch"],
                run.job_id,
            )
            is False
        )
    assert await status_of(root, run.course_id) == "cancelled"


async def test_only_the_owner_an_admin_of_the_organization_and_a_superadmin_may_cancel(
    root: Connection, api: Connection, owner: Person
) -> None:
    may = [owner, await colleague(root, owner, "admin"), await person(root, await organization(root), "superadmin")]
    other = await colleague(root, owner)
    for caller in may:
        course_id = await course(root, owner)
        run = await start(api, owner, course_id)
        assert await cancel(api, other, course_id) == {"outcome": "not_yours"}
        assert await cancel_job(api, other, run.job_id) == {"outcome": "not_yours"}
        assert (await cancel(api, caller, course_id))["outcome"] == "cancelled"
        assert (
            await root.fetchval("select cancelled_by from job_status where job_id = $1", run.job_id) == caller.user_id
        )


@pytest.mark.parametrize("role", ["instructor", "admin", "student"])
async def test_another_organizations_run_looks_like_a_missing_one(
    root: Connection, api: Connection, run: Run, role: str
) -> None:
    stranger = await person(root, await organization(root), role)
    for course_id in (run.course_id, uuid4()):
        assert await cancel(api, stranger, course_id) == {"outcome": "not_found"}
    for job_id in (run.job_id, "course-gen-none"):
        assert await cancel_job(api, stranger, job_id) == {"outcome": "not_found"}
    assert await status_of(root, run.course_id) == "initializing"


async def test_a_course_that_does_not_run_is_not_cancelled(
    root: Connection, api: Connection, owner: Person, run: Run
) -> None:
    await cancel(api, owner, run.course_id)
    assert await cancel(api, owner, run.course_id) == {"outcome": "not_running"}
    assert await cancel(api, owner, await course(root, owner)) == {"outcome": "not_running"}


async def test_a_run_without_a_job_yet_can_be_cancelled(root: Connection, api: Connection, owner: Person) -> None:
    course_id = await course(root, owner)
    await claim(api, owner, course_id)
    outcome = await cancel(api, owner, course_id)
    assert (outcome["outcome"], outcome["job_ids"]) == ("cancelled", [])


async def test_cancelling_a_job_cancels_its_run_and_again_is_known(api: Connection, owner: Person, run: Run) -> None:
    outcome = await cancel_job(api, owner, run.job_id)
    assert (outcome["outcome"], outcome["run_id"]) == ("cancelled", str(run.run_id))
    assert await cancel_job(api, owner, run.job_id) == {"outcome": "already_cancelled"}


async def test_a_finished_job_is_not_cancelled_though_its_run_goes_on(
    root: Connection, api: Connection, worker: Connection, owner: Person, run: Run
) -> None:
    async with worker.transaction():
        told = await claim_job(worker, run.job_id)
        assert told is not None
        await worker.fetchval("select app.complete_job($1, $2, $3)", run.job_id, run.run_id, told["epoch"])
        following = await enqueue(worker, run.run_id, "structure_generation")
    assert await cancel_job(api, owner, run.job_id) == {"outcome": "finished", "status": "completed"}
    await worker.fetchval("select app.fail_run($1, 'lost')", run.run_id)
    assert await cancel_job(api, owner, following) == {"outcome": "finished", "status": "failed"}


async def test_a_cancelled_course_can_be_started_again(
    root: Connection, api: Connection, owner: Person, run: Run
) -> None:
    await cancel(api, owner, run.course_id)
    await start(api, owner, run.course_id)
    assert await status_of(root, run.course_id) == "initializing"
    assert (await progress_of(root, run.course_id))["message"] == "Инициализация завершена"
