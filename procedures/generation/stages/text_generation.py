"""Step 4: the text of every lesson, one after the other, shown as they are written."""

from uuid import UUID

import msgspec

from app.context import JobContext
from procedures._bases import queue
from procedures.generation._input import StageInput
from procedures.generation._material import read_material
from procedures.generation.stages._step import Step, begin, completing, hand_on, tell
from procedures.generation.stages.finalization import finalization

STEP = Step(4, "Генерация контента", "Контент сгенерирован")


class PlannedLesson(msgspec.Struct, frozen=True):
    """A lesson of the structure, by its place: both indexes count from 0."""

    id: UUID
    section_index: int
    lesson_index: int
    written: bool


@queue.job(timeout=240, attempts=3, backoff=1)
async def text_generation(ctx: JobContext, input: StageInput) -> None:
    """Write each lesson that has no text yet: what an earlier attempt wrote stays."""
    await begin(ctx, STEP)
    material = await read_material(ctx, input)
    async with ctx.db.begin() as tx:
        lessons = await tx.all("planned_lessons", PlannedLesson, course_id=ctx.course_id)
    written = sum(lesson.written for lesson in lessons)
    for lesson in (lesson for lesson in lessons if not lesson.written):
        made = await material.lesson(lesson.section_index, lesson.lesson_index)
        written += 1
        async with ctx.db.begin() as tx:
            await tell(tx, ctx, STEP.number, "in_progress", STEP.started, **_counts(written, lessons))
            await tx.run("save_lesson_text", lesson_id=lesson.id, text=made.text)
            await tx.run("save_lesson_sources", lesson_id=lesson.id, sources=msgspec.to_builtins(made.sources))
    async with completing(ctx, STEP, **_counts(written, lessons)) as tx:
        await hand_on(tx, ctx, finalization, input)


def _counts(written: int, lessons: list[PlannedLesson]) -> dict[str, int]:
    return {"lessons_completed": written, "lessons_total": len(lessons)}
