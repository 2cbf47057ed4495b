"""Step 1 belongs to the call that started the run; a job that finds it undone completes it."""

from loguru import logger

from app.context import JobContext
from app.rpc import Middleware, Next
from app.work.lifecycle import RunLost

RECOVERED = "Инициализация завершена (восстановлено воркером)"


async def _complete_first_step(ctx: JobContext, go_on: Next[JobContext]) -> object:
    if not ctx.step_one_done:
        await _recover(ctx)
    return await go_on(ctx)


async def _recover(ctx: JobContext) -> None:
    logger.bind(recoveryType="step_1_fallback").warning("step 1 was not completed: completing it")
    async with ctx.db.begin() as tx:
        written = await tx.value(
            "progress",
            bool,
            run_id=ctx.run_id,
            epoch=ctx.epoch,
            step=1,
            status="completed",
            message=RECOVERED,
            metadata={"recovery_type": "step_1_fallback"},
        )
        if not written:
            raise RunLost()
        await tx.run(
            "record_event",
            event_type="orphaned_job_recovery",
            severity="warn",
            course_id=ctx.course_id,
            job_id=ctx.job_id,
            metadata={"recoveryType": "step_1_fallback"},
        )


complete_first_step: Middleware[JobContext, JobContext] = Middleware(_complete_first_step)
