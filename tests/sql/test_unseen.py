"""Whoever may not see a course or a run gets the answer of a missing one, and neither waits for it nor holds it up."""

from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.sql.callers import Connection, Person, Run, acting_as, colleague, course, instructor, start

CLAIM = "select app.claim_run($1, gen_random_uuid(), gen_random_uuid(), null, null, null) ->> 'outcome'"
CANCEL = "select app.cancel_run($1) ->> 'outcome'"
CANCEL_JOB = "select app.cancel_job($1) ->> 'outcome'"
ABANDON = "select app.abandon_run($1)::text"
ENQUEUE = "select app.enqueue_job($1, 'job', 'finalization', '{}', 95::smallint, 3)::text"


@pytest.fixture
async def owner(root: Connection) -> Person:
    return await instructor(root)


@pytest.fixture
async def run(root: Connection, api: Connection, owner: Person) -> Run:
    return await start(api, owner, await course(root, owner))


async def answer(api: Connection, caller: Person, call: str, thing: UUID | str) -> str | None:
    """What the call returns or raises, without waiting for a lock."""
    try:
        async with acting_as(api, caller):
            await api.execute("set local lock_timeout = '1s'")
            told: str | None = await api.fetchval(call, thing)
    except asyncpg.PostgresError as error:
        return error.sqlstate
    return told


async def answers(api: Connection, caller: Person, run: Run) -> list[str | None]:
    asked: list[tuple[str, UUID | str]] = [(CLAIM, run.course_id), (CANCEL, run.course_id), (CANCEL_JOB, run.job_id)]
    return [await answer(api, caller, call, thing) for call, thing in asked]


async def enroll(root: Connection, student: Person, course_id: UUID, status: str) -> None:
    insert = "insert into enrollments (user_id, course_id, status) values ($1, $2, $3)"
    await root.execute(insert, student.user_id, course_id, status)


@pytest.mark.parametrize("status", [None, "completed", "dropped", "expired"])
async def test_a_course_that_a_student_can_not_see_is_a_missing_one(
    root: Connection, api: Connection, owner: Person, run: Run, status: str | None
) -> None:
    student = await colleague(root, owner, "student")
    if status:
        await enroll(root, student, run.course_id, status)
    missing = Run(uuid4(), uuid4(), "no job")
    assert await answers(api, student, run) == ["course_not_found", "not_found", "not_found"]
    assert await answers(api, student, missing) == ["course_not_found", "not_found", "not_found"]


async def test_a_course_that_a_student_attends_is_not_theirs(
    root: Connection, api: Connection, owner: Person, run: Run
) -> None:
    student = await colleague(root, owner, "student")
    await enroll(root, student, run.course_id, "active")
    assert await answers(api, student, run) == ["not_yours"] * 3


async def test_a_colleagues_course_is_not_an_instructors(
    root: Connection, api: Connection, owner: Person, run: Run
) -> None:
    assert await answers(api, await colleague(root, owner), run) == ["not_yours"] * 3


@pytest.mark.parametrize("call", [CLAIM, CANCEL, CANCEL_JOB, ABANDON, ENQUEUE])
async def test_a_stranger_neither_waits_for_a_run_nor_learns_of_it(
    root: Connection, api: Connection, run: Run, call: str
) -> None:
    stranger = await instructor(root)
    things: dict[str, tuple[UUID | str, UUID | str]]
    things = {CLAIM: (run.course_id, uuid4()), CANCEL: (run.course_id, uuid4()), CANCEL_JOB: (run.job_id, "no job")}
    there, missing = things.get(call, (run.run_id, uuid4()))
    async with root.transaction():
        await root.execute("select from courses where id = $1 for update", run.course_id)
        await root.execute("select from generation_runs where id = $1 for update", run.run_id)
        found = await answer(api, stranger, call, there)
    assert found == await answer(api, stranger, call, missing)
    assert found != asyncpg.LockNotAvailableError.sqlstate
