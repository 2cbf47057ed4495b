"""Step 2 without files: what the course's own settings ask for."""

from app.context import JobContext
from procedures._bases import queue
from procedures.generation._input import StageInput
from procedures.generation._material import generator_for
from procedures.generation.stages._step import Step, begin, completing, hand_on
from procedures.generation.stages.structure_generation import structure_generation

STEP = Step(2, "Анализ задачи начался", "Анализ задачи завершен")


@queue.job(timeout=180, attempts=3, backoff=1)
async def structure_analysis(ctx: JobContext, input: StageInput) -> None:
    """Analyse title, description, outcomes and sizes; the analysis is left for the next steps."""
    await begin(ctx, STEP)
    analysis = await generator_for(ctx).analyse(input.brief)
    async with completing(ctx, STEP) as tx:
        await tx.run("save_artifacts", run_id=ctx.run_id, artifacts={"analysis": analysis})
        await hand_on(tx, ctx, structure_generation, input)
