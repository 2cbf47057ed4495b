"""update_course_progress: the rules of domain.md section 4, one by one."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from app.dev import Database
from tests.sql.callers import (
    Connection,
    claim,
    connect,
    course,
    document,
    instructor,
    progress_of,
    start,
    status_of,
)

WITHOUT_FILES = ["Запуск генерации", "Анализ задачи", "Генерация структуры", "Создание контента", "Финализация"]
WITH_FILES = ["Запуск генерации", "Обработка документов", "Генерация структуры", "Создание контента", "Финализация"]
STATUS_OF_STEP = ["initializing", "analyzing_task", "generating_structure", "generating_content", "finalizing"]


@pytest.fixture
async def course_id(root: Connection) -> UUID:
    return await course(root, await instructor(root))


async def tell(
    worker: Connection,
    course_id: UUID,
    step: int | None,
    status: str | None,
    message: str | None = "Сообщение",
    error: str | None = None,
    details: dict[str, Any] | None = None,
    **metadata: Any,
) -> Any:
    """One event, in a transaction of its own; the progress returned."""
    return await worker.fetchval(
        "select update_course_progress($1, $2, $3, $4, $5, $6, $7)",
        course_id,
        step,
        status,
        message,
        error,
        details,
        metadata,
    )


async def row_of(root: Connection, course_id: UUID) -> dict[str, Any]:
    row = await root.fetchrow("select * from courses where id = $1", course_id)
    assert row is not None
    return dict(row)


async def reach(worker: Connection, course_id: UUID, step: int, status: str = "in_progress") -> Any:
    """Complete all steps before `step`, then bring it to `status`."""
    for done in range(1, step):
        await tell(worker, course_id, done, "completed")
    return await tell(worker, course_id, step, status)


@pytest.mark.parametrize("step", [0, 6, -1, 99, None])
async def test_a_step_outside_one_to_five_is_refused_by_its_value(
    worker: Connection, course_id: UUID, step: int | None
) -> None:
    with pytest.raises(
        asyncpg.InvalidParameterValueError, match=f"p_step_id .* not {'NULL' if step is None else step}"
    ):
        await tell(worker, course_id, step, "completed")


@pytest.mark.parametrize("status", ["done", "", "COMPLETED", None])
async def test_a_status_outside_the_four_is_refused_by_its_value(
    worker: Connection, course_id: UUID, status: str | None
) -> None:
    named = "NULL" if status is None else f"'{status}'"
    with pytest.raises(asyncpg.InvalidParameterValueError, match=f"p_status .* not {named}"):
        await tell(worker, course_id, 1, status)


@pytest.mark.parametrize("message", ["", "   ", None])
async def test_an_empty_message_is_refused_by_its_value(
    worker: Connection, course_id: UUID, message: str | None
) -> None:
    named = "NULL" if message is None else f"'{message}'"
    with pytest.raises(asyncpg.InvalidParameterValueError, match=f"p_message must not be empty, it is {named}"):
        await tell(worker, course_id, 1, "completed", message)


async def test_metadata_that_is_no_object_is_refused(worker: Connection, course_id: UUID) -> None:
    with pytest.raises(asyncpg.InvalidParameterValueError, match=r"p_metadata must be an object, not \[1\]"):
        await worker.fetchval("select update_course_progress($1, 1, 'completed', 'x', p_metadata => '[1]')", course_id)


async def test_an_unknown_course_returns_null(worker: Connection) -> None:
    assert await tell(worker, uuid4(), 1, "completed") is None


async def test_a_course_without_progress_gets_the_initial_structure_first(worker: Connection, course_id: UUID) -> None:
    progress = await tell(worker, course_id, 1, "pending", "Запуск генерации курса...")
    nothing = {"started_at": None, "completed_at": None, "error": None, "error_details": None}
    assert progress == {
        "steps": [{"id": at, "name": name, "status": "pending"} | nothing for at, name in enumerate(WITHOUT_FILES, 1)],
        "percentage": 0,
        "current_step": 1,
        "message": "Запуск генерации курса...",
        "total_steps": 5,
        "has_documents": False,
        "lessons_completed": 0,
        "lessons_total": 0,
        "files": [],
        "metadata": {},
    }


@pytest.mark.parametrize("status", ["ready", "processing", "processed", "failed"])
async def test_a_file_makes_the_second_step_the_processing_of_documents(
    root: Connection, worker: Connection, course_id: UUID, status: str
) -> None:
    await document(root, course_id, status)
    progress = await reach(worker, course_id, 2)
    assert [step["name"] for step in progress["steps"]] == WITH_FILES
    assert progress["has_documents"] is True
    assert [file["filename"] for file in progress["files"]] == ["a.txt"]
    assert await status_of(root, course_id) == "processing_documents"


async def test_an_upload_that_never_finished_is_no_document(
    root: Connection, worker: Connection, course_id: UUID
) -> None:
    await document(root, course_id, "uploading")
    progress = await reach(worker, course_id, 2)
    assert (progress["has_documents"], progress["files"]) == (False, [])
    assert await status_of(root, course_id) == "analyzing_task"


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5])
async def test_each_step_under_way_has_its_percentage_status_and_place(
    root: Connection, worker: Connection, course_id: UUID, step: int
) -> None:
    progress = await reach(worker, course_id, step)
    assert (progress["percentage"], progress["current_step"]) == (20 * (step - 1) + 10, step)
    assert [s["status"] for s in progress["steps"]] == ["completed"] * (step - 1) + ["in_progress"] + ["pending"] * (
        5 - step
    )
    assert await status_of(root, course_id) == STATUS_OF_STEP[step - 1]
    assert progress == await progress_of(root, course_id)


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5])
async def test_each_step_completed_is_twenty_percent_more(
    root: Connection, worker: Connection, course_id: UUID, step: int
) -> None:
    progress = await reach(worker, course_id, step, "completed")
    assert progress["percentage"] == 20 * step
    assert await status_of(root, course_id) == ("completed" if step == 5 else STATUS_OF_STEP[step - 1])


async def test_the_percentage_never_goes_back(worker: Connection, course_id: UUID) -> None:
    assert (await reach(worker, course_id, 3, "in_progress"))["percentage"] == 50
    assert (await tell(worker, course_id, 3, "failed"))["percentage"] == 50


async def test_a_step_that_failed_before_it_began_stays_at_what_was_reached(
    worker: Connection, course_id: UUID
) -> None:
    assert (await reach(worker, course_id, 3, "failed"))["percentage"] == 40


async def test_a_completed_step_has_both_timestamps_and_its_first_start_is_kept(
    worker: Connection, course_id: UUID
) -> None:
    begun = (await reach(worker, course_id, 2))["steps"][1]
    assert begun["started_at"] is not None
    assert begun["completed_at"] is None
    again = (await tell(worker, course_id, 2, "in_progress", "Попытка 2"))["steps"][1]
    done = (await tell(worker, course_id, 2, "completed"))["steps"][1]
    assert begun["started_at"] == again["started_at"] == done["started_at"]
    assert done["completed_at"] >= done["started_at"]


async def test_the_start_is_filled_in_when_in_progress_was_skipped(worker: Connection, course_id: UUID) -> None:
    step = (await reach(worker, course_id, 2, "completed"))["steps"][1]
    assert step["started_at"] == step["completed_at"] is not None


async def test_the_last_step_may_skip_in_progress_too(root: Connection, worker: Connection, course_id: UUID) -> None:
    await reach(worker, course_id, 4, "completed")
    assert (await tell(worker, course_id, 5, "completed"))["percentage"] == 100
    moves = await root.fetch(
        "select new_status::text from generation_status_history where course_id = $1 order by changed_at", course_id
    )
    assert [row[0] for row in moves][-2:] == ["finalizing", "completed"]


async def test_a_step_that_skips_one_before_it_is_refused(
    root: Connection, worker: Connection, course_id: UUID
) -> None:
    await tell(worker, course_id, 1, "completed")
    with pytest.raises(asyncpg.PostgresError, match="from initializing to generating_structure"):
        await tell(worker, course_id, 3, "in_progress")
    assert (await progress_of(root, course_id))["current_step"] == 1


async def test_the_message_is_the_latest_and_the_metadata_is_merged(worker: Connection, course_id: UUID) -> None:
    await tell(worker, course_id, 1, "completed", "Первое", model="a", kept=1)
    progress = await tell(worker, course_id, 2, "in_progress", "Второе", model="b")
    assert progress["message"] == "Второе"
    assert progress["metadata"] == {"model": "b", "kept": 1}


async def test_counts_of_lessons_go_to_the_top_and_not_into_the_metadata(worker: Connection, course_id: UUID) -> None:
    await reach(worker, course_id, 4)
    for done in (0, 3, 7):
        progress = await tell(worker, course_id, 4, "in_progress", lessons_completed=done, lessons_total=7)
        assert (progress["lessons_completed"], progress["lessons_total"]) == (done, 7)
    progress = await tell(worker, course_id, 5, "in_progress")
    assert (progress["lessons_completed"], progress["lessons_total"], progress["metadata"]) == (7, 7, {})


async def test_a_failure_ends_the_generation_with_its_error(
    root: Connection, worker: Connection, course_id: UUID
) -> None:
    await reach(worker, course_id, 3)
    progress = await tell(worker, course_id, 3, "failed", "Ошибка при анализе структуры", "no structure", {"at": 3})
    step, row = progress["steps"][2], await row_of(root, course_id)
    assert (step["status"], step["error"], step["error_details"]) == ("failed", "no structure", {"at": 3})
    assert (row["generation_status"], row["error_message"], row["error_details"]) == (
        "failed",
        "no structure",
        {"at": 3},
    )
    assert row["generation_completed_at"] is not None
    assert step["completed_at"] is not None


async def test_a_failure_without_an_error_text_has_its_message_as_error(worker: Connection, course_id: UUID) -> None:
    progress = await reach(worker, course_id, 2, "failed")
    assert progress["steps"][1]["error"] == "Сообщение"


async def test_a_retrys_reason_is_shown_until_a_success_clears_it(
    root: Connection, worker: Connection, course_id: UUID
) -> None:
    await reach(worker, course_id, 2)
    await tell(worker, course_id, 2, "in_progress", error="timeout", details={"attempt": 1})
    await tell(worker, course_id, 2, "in_progress", "Попытка 2")
    row = await row_of(root, course_id)
    assert (row["error_message"], row["error_details"]) == ("timeout", {"attempt": 1})
    progress, row = await tell(worker, course_id, 2, "completed"), await row_of(root, course_id)
    assert (progress["steps"][1]["error"], progress["steps"][1]["error_details"]) == (None, None)
    assert (row["error_message"], row["error_details"]) == (None, None)


async def test_the_generation_starts_once_and_ends_on_completion(
    root: Connection, worker: Connection, course_id: UUID
) -> None:
    await tell(worker, course_id, 1, "pending")
    assert (await row_of(root, course_id))["generation_started_at"] is None
    await tell(worker, course_id, 1, "in_progress")
    started = (await row_of(root, course_id))["generation_started_at"]
    await reach(worker, course_id, 5)
    row = await row_of(root, course_id)
    assert (row["generation_started_at"], row["generation_completed_at"]) == (started, None)
    await tell(worker, course_id, 5, "completed")
    row = await row_of(root, course_id)
    assert (row["generation_started_at"], row["generation_completed_at"]) == (started, row["last_progress_update"])


@pytest.mark.parametrize("status", ["pending", "in_progress", "completed", "failed"])
@pytest.mark.parametrize("step", [1, 2, 3, 4, 5])
async def test_the_same_event_twice_leaves_the_same_row(
    root: Connection, worker: Connection, course_id: UUID, step: int, status: str
) -> None:
    first, before = await reach(worker, course_id, step, status), await row_of(root, course_id)
    assert await tell(worker, course_id, step, status) == first
    assert await row_of(root, course_id) == before


async def test_no_late_event_of_the_run_changes_anything(root: Connection, worker: Connection, course_id: UUID) -> None:
    await reach(worker, course_id, 3, "completed")
    before = await row_of(root, course_id)
    events = [(step, status) for step in (1, 2, 3) for status in ("pending", "in_progress", "completed", "failed")]
    for step, status in events:
        assert await tell(worker, course_id, step, status, "Поздно", "late", {"late": True}, late=1) is not None
    assert await row_of(root, course_id) == before


@pytest.mark.parametrize("end", ["completed", "failed", "cancelled"])
async def test_nothing_changes_a_generation_that_has_ended(
    root: Connection, worker: Connection, course_id: UUID, end: str
) -> None:
    await reach(worker, course_id, 5)
    await root.execute(
        "update courses set generation_status = $2::text::generation_status where id = $1", course_id, end
    )
    before = await row_of(root, course_id)
    for status in ("in_progress", "completed", "failed"):
        assert await tell(worker, course_id, 5, status, "Поздно") is not None
    assert await row_of(root, course_id) == before


async def test_an_event_of_another_run_changes_nothing(root: Connection, api: Connection, worker: Connection) -> None:
    owner = await instructor(root)
    course_id = await course(root, owner)
    run = await start(api, owner, course_id)
    before = await row_of(root, course_id)
    for other in (str(uuid4()), "no uuid", None):
        assert await tell(worker, course_id, 2, "in_progress", run_id=other) == before["generation_progress"]
    assert await row_of(root, course_id) == before
    assert (await tell(worker, course_id, 2, "in_progress", run_id=str(run.run_id)))["current_step"] == 2


async def test_an_event_of_an_older_run_changes_nothing(root: Connection, api: Connection, worker: Connection) -> None:
    owner = await instructor(root)
    course_id = await course(root, owner)
    older = await start(api, owner, course_id)
    await worker.fetchval("select app.fail_run($1, 'lost')", older.run_id)
    await claim(api, owner, course_id)
    before = await row_of(root, course_id)
    await tell(worker, course_id, 2, "completed", run_id=str(older.run_id))
    assert await row_of(root, course_id) == before
    assert (before["generation_progress"]["percentage"], before["error_message"]) == (20, None)


async def test_events_that_race_leave_the_furthest(database: Database, root: Connection, course_id: UUID) -> None:
    """Whatever the order in which they arrive: each waits for the row, and the late ones change nothing."""
    workers = [await connect(database.worker) for _ in range(8)]
    for connection in workers:
        await connection.execute("set role service_role")
    await tell(workers[0], course_id, 1, "completed")
    events = [(2, "in_progress"), (2, "completed")] * 4
    await asyncio.gather(*(tell(w, course_id, *event) for w, event in zip(workers, events, strict=True)))
    progress = await progress_of(root, course_id)
    assert (progress["current_step"], progress["steps"][1]["status"], progress["percentage"]) == (2, "completed", 40)
    await asyncio.gather(*(connection.close() for connection in workers))
