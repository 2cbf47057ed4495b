"""Step 5: check that the course is whole, count it, end the run."""

from uuid import UUID

import msgspec

from app.context import JobContext
from app.work.lifecycle import RunFailed, RunLost
from procedures._bases import queue
from procedures.generation._input import StageInput
from procedures.generation.stages._step import Step, begin, completing

STEP = Step(5, "Финализация курса", "Курс завершен")


class Totals(msgspec.Struct, frozen=True):
    """What was generated; `empty_lessons` have no text."""

    sections: int
    lessons: int
    minutes: int
    empty_lessons: int


@queue.job(timeout=60, attempts=3, backoff=1)
async def finalization(ctx: JobContext, input: StageInput) -> None:  # noqa: ARG001  the database has all it needs
    """Complete the run with its totals in the metadata, and give the slot back."""
    await begin(ctx, STEP)
    async with ctx.db.begin() as tx:
        totals = await tx.maybe("course_totals", Totals, course_id=ctx.course_id)
    if totals is None or not totals.lessons or totals.empty_lessons:
        raise RunFailed("The course is not whole: a lesson has no text")
    async with completing(ctx, STEP, totals=msgspec.to_builtins(totals)) as tx:
        slot = await tx.optional("complete_run", UUID, run_id=ctx.run_id, epoch=ctx.epoch)
        if slot is None:
            raise RunLost()
    await ctx.resources.give_back(ctx.run_id, slot)
