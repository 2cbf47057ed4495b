"""Progress as a worker would write it, by SQL: what watchers of a run are shown."""

from typing import Any
from uuid import UUID

import msgspec

from app.context import SignedIn
from procedures.generation.initiate import InitiateInput, initiate
from tests.world import World

STEPS = (
    (2, "Анализ задачи начался", "Анализ задачи завершен"),
    (3, "Анализ структуры курса", "Структура курса определена"),
    (4, "Генерация контента", "Контент сгенерирован"),
    (5, "Финализация курса", "Курс завершен"),
)
EVENTS = [event for step, began, done in STEPS for event in ((step, "in_progress", began), (step, "completed", done))]
"""Every event of a run without documents, after its start: step, status, message."""


async def running(world: World) -> tuple[SignedIn, UUID]:
    """A new user and a course of theirs whose run has just started."""
    owner = await world.user()
    course = await world.course(owner)
    await initiate(owner, InitiateInput(course_id=course))
    return owner, course


async def advance(
    world: World, course: UUID, step: int, status: str, message: str, error: str | None = None, **metadata: Any
) -> None:
    """One event of the course's run."""
    await world.sql.execute(
        "select update_course_progress($1, $2, $3, $4, $5, null, $6::text::jsonb)",
        *(course, step, status, message, error, msgspec.json.encode(metadata).decode()),
    )


async def complete(world: World, course: UUID) -> None:
    """All that is left of a run, at once."""
    for event in EVENTS:
        await advance(world, course, *event)
