"""The chain of five steps, from the call to the course: every text, status and percentage of domain.md section 4."""

from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from procedures.generation.initiate import InitiateInput, initiate
from procedures.generation.watch import WatchGenerationInput, watch
from tests.work.life import CHAIN, DOCUMENT_CHAIN, Life, upload

RECORDED = Path(__file__).with_name("recorded.sql")
FILES = ["hleb-na-zakvaske.md", "hleb-na-zakvaske.pdf", "why-leaves-change-colour.txt"]
FIRST = [("Запуск генерации курса...", 0), ("Инициализация завершена", 20)]
ANALYSIS = [("Анализ задачи начался", 30), ("Анализ задачи завершен", 40)]
DOCUMENTS = [("Обработка документов началась", 30), ("Обработка документов завершена", 40)]
REST = [
    ("Анализ структуры курса", 50),
    ("Структура курса определена", 60),
    ("Генерация контента", 70),
    ("Контент сгенерирован", 80),
    ("Финализация курса", 90),
    ("Курс завершен", 100),
]
LAST_STATUSES = ["generating_structure", "generating_content", "finalizing", "completed"]


@pytest.fixture(scope="module")
async def recorded(life: Life) -> Life:
    await life.sql.execute(RECORDED.read_text())
    return life


@pytest.fixture(scope="module")
async def plain(recorded: Life) -> UUID:
    """A course generated from its title alone."""
    course = await recorded.started()
    assert await recorded.ends(course) == "completed"
    return course


@pytest.fixture(scope="module")
async def documented(recorded: Life, data: Path) -> UUID:
    """A course generated from a Markdown file, a PDF and a text."""
    owner = await recorded.user()
    course = await recorded.course(owner, "Хлеб и листья")
    await upload(owner, course, *(data / name for name in FILES))
    await initiate(owner, InitiateInput(course_id=course))
    assert await recorded.ends(course, within=60) == "completed"
    return course


async def shown(life: Life, course: UUID) -> list[dict[str, Any]]:
    rows = await life.sql.fetch(
        "select progress::text from test_recorded where course_id = $1 and progress is not null order by number", course
    )
    return [msgspec.json.decode(row[0]) for row in rows]


async def messages(life: Life, course: UUID) -> list[tuple[str, int]]:
    """What was shown, each once while it stayed the same."""
    told = [(each["message"], each["percentage"]) for each in await shown(life, course)]
    return [now for before, now in zip([None, *told], told, strict=False) if now != before]


async def test_a_course_without_files_shows_every_text_in_order(recorded: Life, plain: UUID) -> None:
    assert await messages(recorded, plain) == [*FIRST, *ANALYSIS, *REST]


async def test_a_course_with_files_shows_every_text_in_order(recorded: Life, documented: UUID) -> None:
    assert await messages(recorded, documented) == [*FIRST, *DOCUMENTS, *REST]


async def test_the_percentage_never_goes_back(recorded: Life, plain: UUID, documented: UUID) -> None:
    for course in (plain, documented):
        percentages = [each["percentage"] for each in await shown(recorded, course)]
        assert percentages == sorted(percentages)


@pytest.mark.parametrize(("files", "second"), [(False, "Анализ задачи"), (True, "Обработка документов")])
async def test_the_finished_progress_is_what_the_frontend_reads(
    recorded: Life, plain: UUID, documented: UUID, files: bool, second: str
) -> None:
    progress = await recorded.progress(documented if files else plain)
    names = ["Запуск генерации", second, "Генерация структуры", "Создание контента", "Финализация"]
    assert [(step["id"], step["name"], step["status"]) for step in progress["steps"]] == [
        (number, name, "completed") for number, name in enumerate(names, start=1)
    ]
    assert all(step["started_at"] and step["completed_at"] and step["error"] is None for step in progress["steps"])
    assert (progress["current_step"], progress["total_steps"], progress["has_documents"]) == (5, 5, files)
    assert progress["lessons_completed"] == progress["lessons_total"] > 0
    assert [file["filename"] for file in progress["files"]] == (FILES if files else [])


@pytest.mark.parametrize(("files", "second"), [(False, "analyzing_task"), (True, "processing_documents")])
async def test_the_history_has_every_status_in_order(
    recorded: Life, plain: UUID, documented: UUID, files: bool, second: str
) -> None:
    rows = await recorded.sql.fetch(
        "select old_status::text, new_status::text, trigger_source from generation_status_history"
        " where course_id = $1 order by changed_at",
        documented if files else plain,
    )
    path = ["pending", "initializing", second, *LAST_STATUSES]
    assert [tuple(row)[:2] for row in rows] == list(zip([None, *path], path, strict=False))
    assert [row["trigger_source"] for row in rows] == ["authenticated"] * 2 + ["service_role"] * 5


async def test_every_step_is_one_completed_job(recorded: Life, plain: UUID, documented: UUID) -> None:
    assert await recorded.jobs(plain) == [(name, "completed", 1) for name in CHAIN]
    assert await recorded.jobs(documented) == [(name, "completed", 1) for name in DOCUMENT_CHAIN]


async def test_completed_jobs_have_their_times_and_whole_progress(recorded: Life, plain: UUID) -> None:
    rows = await recorded.sql.fetch("select * from job_status where course_id = $1", plain)
    assert all(row["created_at"] <= row["started_at"] <= row["completed_at"] for row in rows)
    assert {(row["progress"], row["error_message"], row["failed_at"]) for row in rows} == {(100, None, None)}


async def test_the_slot_is_given_back_exactly_once(recorded: Life, plain: UUID, documented: UUID) -> None:
    for course in (plain, documented):
        assert recorded.slots.given_back[await recorded.run_of(course)] == 1
    assert recorded.slots.evicted == 0


async def test_the_metadata_says_what_made_the_course(recorded: Life, plain: UUID) -> None:
    metadata = (await recorded.progress(plain))["metadata"]
    lessons = await recorded.lessons(plain)
    assert metadata["generator"] == {"name": "embedded", "version": "1"}
    assert metadata["run_id"] == str(await recorded.run_of(plain))
    assert metadata["totals"]["lessons"] == len(lessons)
    assert metadata["totals"]["empty_lessons"] == 0


async def test_every_lesson_has_a_text_of_its_own(recorded: Life, plain: UUID, documented: UUID) -> None:
    for course in (plain, documented):
        texts = [text for _, text in await recorded.lessons(course)]
        assert all(text and text.strip() for text in texts)
        assert len(set(texts)) == len(texts)


async def test_the_documents_text_is_kept_and_found_in_the_lessons(recorded: Life, documented: UUID) -> None:
    rows = await recorded.sql.fetch("select status, extracted_text from file_catalog where course_id = $1", documented)
    assert {row["status"] for row in rows} == {"processed"}
    lessons = "\n".join(text or "" for _, text in await recorded.lessons(documented))
    assert "закваск" in lessons
    assert "broad-leaved trees" in lessons


async def test_the_same_course_generated_again_replaces_its_content(recorded: Life) -> None:
    owner = await recorded.user()
    course = await recorded.course(owner, "Почва")
    seen: list[tuple[UUID, list[tuple[str, str | None]]]] = []
    for _ in range(2):
        await recorded.start(owner, course)
        assert await recorded.ends(course) == "completed"
        seen.append((await recorded.run_of(course), await recorded.lessons(course)))
    assert seen[0][0] != seen[1][0]
    assert seen[0][1] == seen[1][1]


async def test_a_watcher_is_told_every_text_and_then_the_end(own_life: Life) -> None:
    own_life.resources.progress.start()
    owner = await own_life.user()
    course = await own_life.started(owner)
    told: list[tuple[str, int]] = []
    async with own_life.worker():
        async for state in watch(owner, WatchGenerationInput(course_id=course)):
            assert state.progress is not None
            told.append((state.progress.message, state.progress.percentage))
    assert list(dict.fromkeys(told)) == [FIRST[1], *ANALYSIS, *REST]
