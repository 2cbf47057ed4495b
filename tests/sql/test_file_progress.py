"""generation_progress.files: what became of each file, told by the run's own attempt, with nothing lost."""

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
    claim_job,
    connect,
    course,
    document,
    instructor,
    progress_of,
    start,
)

TELL = "select app.file_progress($1, $2, $3, $4, $5, $6)"


@pytest.fixture
async def course_id(root: Connection) -> UUID:
    return await course(root, await instructor(root, "premium"))


async def begun(root: Connection, api: Connection, worker: Connection, course_id: UUID) -> tuple[Run, int]:
    """A run of the course, and the epoch of the attempt that works on it."""
    row = await root.fetchrow("select user_id, organization_id from courses where id = $1", course_id)
    assert row is not None
    run = await start(api, Person(row["user_id"], row["organization_id"], "instructor"), course_id)
    told = await claim_job(worker, run.job_id)
    assert told is not None
    return run, told["epoch"]


async def states(root: Connection, course_id: UUID) -> dict[str, tuple[Any, ...]]:
    """Status, pages and error of each file by its id."""
    files = (await progress_of(root, course_id))["files"]
    return {each["id"]: (each["status"], each["pages"], each["error"]) for each in files}


async def test_files_wait_at_first_and_one_changes_without_the_others(
    root: Connection, api: Connection, worker: Connection, course_id: UUID
) -> None:
    first, second = await document(root, course_id), await document(root, course_id)
    run, epoch = await begun(root, api, worker, course_id)
    waiting = ("pending", None, None)
    assert await states(root, course_id) == {str(first): waiting, str(second): waiting}
    assert await worker.fetchval(TELL, run.run_id, epoch, second, "processing", None, None)
    assert await states(root, course_id) == {str(first): waiting, str(second): ("processing", None, None)}
    assert await worker.fetchval(TELL, run.run_id, epoch, second, "completed", 20, None)
    assert await worker.fetchval(TELL, run.run_id, epoch, first, "failed", None, "no text")
    assert list((await states(root, course_id)).items()) == [
        (str(first), ("failed", None, "no text")),
        (str(second), ("completed", 20, None)),
    ]


async def test_the_rest_of_the_progress_stays_as_it_is(
    root: Connection, api: Connection, worker: Connection, course_id: UUID
) -> None:
    file = await document(root, course_id)
    run, epoch = await begun(root, api, worker, course_id)
    before = await progress_of(root, course_id)
    await worker.fetchval(TELL, run.run_id, epoch, file, "completed", 3, None)
    after = await progress_of(root, course_id)
    assert {**after, "files": []} == {**before, "files": []}
    await worker.fetchval("select app.progress($1, $2, 2, 'in_progress', 'Сообщение')", run.run_id, epoch)
    assert (await progress_of(root, course_id))["files"] == after["files"]


async def test_files_that_end_at_the_same_time_are_all_told(
    database: Database, root: Connection, api: Connection, worker: Connection, course_id: UUID
) -> None:
    files = [await document(root, course_id) for _ in range(8)]
    run, epoch = await begun(root, api, worker, course_id)
    workers = [await connect(database.worker) for _ in files]
    for connection in workers:
        await connection.execute("set role service_role")
    pairs = zip(workers, files, strict=True)
    await asyncio.gather(*(each.fetchval(TELL, run.run_id, epoch, file, "completed", 1, None) for each, file in pairs))
    assert set((await states(root, course_id)).values()) == {("completed", 1, None)}
    await asyncio.gather(*(connection.close() for connection in workers))


async def test_an_older_attempt_and_an_ended_run_write_nothing(
    root: Connection, api: Connection, worker: Connection, course_id: UUID
) -> None:
    file = await document(root, course_id)
    run, epoch = await begun(root, api, worker, course_id)
    before = await progress_of(root, course_id)
    assert not await worker.fetchval(TELL, run.run_id, epoch - 1, file, "completed", 1, None)
    assert not await worker.fetchval(TELL, uuid4(), epoch, file, "completed", 1, None)
    assert await progress_of(root, course_id) == before
    await worker.fetchval("select app.fail_run($1, 'lost')", run.run_id)
    ended = await progress_of(root, course_id)
    assert not await worker.fetchval(TELL, run.run_id, epoch, file, "completed", 1, None)
    assert await progress_of(root, course_id) == ended


async def test_a_file_that_was_uploaded_since_the_start_is_added_and_a_strangers_is_not(
    root: Connection, api: Connection, worker: Connection, course_id: UUID
) -> None:
    run, epoch = await begun(root, api, worker, course_id)
    later = await document(root, course_id)
    strange = await document(root, await course(root, await instructor(root)))
    for file in (later, strange):
        assert await worker.fetchval(TELL, run.run_id, epoch, file, "processing", None, None)
    assert await states(root, course_id) == {str(later): ("processing", None, None)}


@pytest.mark.parametrize("status", ["done", "", None])
async def test_a_status_outside_the_four_is_refused_by_its_value(worker: Connection, status: str | None) -> None:
    named = "NULL" if status is None else f"'{status}'"
    with pytest.raises(asyncpg.InvalidParameterValueError, match=f"p_status .* not {named}"):
        await worker.fetchval(TELL, uuid4(), 1, uuid4(), status, None, None)


async def test_pictures_are_done_from_the_start_and_are_no_documents(
    root: Connection, api: Connection, worker: Connection, course_id: UUID
) -> None:
    picture = await document(root, course_id)
    await root.execute("update file_catalog set mime_type = 'image/png', file_type = 'png' where id = $1", picture)
    await begun(root, api, worker, course_id)
    progress = await progress_of(root, course_id)
    assert (progress["has_documents"], progress["steps"][1]["name"]) == (False, "Анализ задачи")
    assert await states(root, course_id) == {str(picture): ("completed", None, None)}
