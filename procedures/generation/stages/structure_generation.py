"""Step 3: the sections and lessons of the course, in place of those of an earlier run."""

from collections.abc import Iterator
from typing import Any

import uuid_utils.compat as uuid7s

from app.context import JobContext
from procedures._bases import queue
from procedures.generation._input import StageInput
from procedures.generation._material import read_material
from procedures.generation.authoring import CourseStructure
from procedures.generation.stages._step import Step, begin, completing, hand_on
from procedures.generation.stages.text_generation import text_generation

STEP = Step(3, "Анализ структуры курса", "Структура курса определена")
Row = dict[str, Any]


@queue.job(timeout=120, attempts=3, backoff=1)
async def structure_generation(ctx: JobContext, input: StageInput) -> None:
    """Make the structure and write it with the step's completion, so that it is there once or not at all."""
    await begin(ctx, STEP)
    material = await read_material(ctx, input)
    structure = await material.structure()
    sections = list(_section_rows(ctx, structure))
    lessons = list(_lesson_rows(sections, structure))
    counts = {"lessons_completed": 0, "lessons_total": len(lessons)}
    async with completing(ctx, STEP, **counts, **material.made_by, notes=structure.notes) as tx:
        await tx.run("clear_structure", course_id=ctx.course_id)
        await tx.run_many("add_section", sections)
        await tx.run_many("add_lesson", lessons)
        await tx.run("save_artifacts", run_id=ctx.run_id, artifacts={"structure": structure})
        await hand_on(tx, ctx, text_generation, input)


def _section_rows(ctx: JobContext, structure: CourseStructure) -> Iterator[Row]:
    for index, section in enumerate(structure.sections, start=1):
        yield {
            "id": uuid7s.uuid7(),
            "course_id": ctx.course_id,
            "title": section.title,
            "description": section.description,
            "order_index": index,
        }


def _lesson_rows(sections: list[Row], structure: CourseStructure) -> Iterator[Row]:
    for row, section in zip(sections, structure.sections, strict=True):
        for index, lesson in enumerate(section.lessons, start=1):
            yield {
                "id": uuid7s.uuid7(),
                "section_id": row["id"],
                "title": lesson.title,
                "order_index": index,
                "duration_minutes": lesson.duration_minutes,
                "lesson_type": lesson.lesson_type,
            }
