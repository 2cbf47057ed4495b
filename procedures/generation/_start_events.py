"""What a refused or failed start leaves behind: events for monitoring, and no job."""

from collections.abc import Mapping
from uuid import UUID

from loguru import logger

from app.context import SignedIn
from app.leases import SystemFull, UserLimitReached
from app.saga import PATIENCE_SECONDS
from procedures.generation._start import RunStart

PATIENCE_AWAY_SECONDS = 0.1


async def record_limit(ctx: SignedIn, run: RunStart, refused: UserLimitReached | SystemFull) -> None:
    """Write `concurrency_limit_hit`; a full database must not turn the refusal into something else."""
    logger.bind(**refused.details, limit=type(refused).__name__).warning("concurrency limit hit")

    async def write() -> None:
        await _record(ctx, "concurrency_limit_hit", "warn", run.course_id, None, refused.details)

    await ctx.resources.deferred.run(write)


async def record_rollback(ctx: SignedIn, run: RunStart, *, attempts: int, error: BaseException, away: bool) -> None:
    """Compensate for a start that failed for good: no job is left, and `rpc_retry_exhausted` and `job_rollback` are
    written, now or once the database can be written again (the caller is not kept waiting while it is `away`). The slot
    was given back by the saga.
    """
    details = {"runId": str(run.run_id), "attempts": attempts, "error": str(error)}
    logger.bind(**details).error("generation could not be initiated, rolled back")

    async def write() -> None:
        async with ctx.db.begin() as tx:
            await tx.run("abandon_run", run_id=run.run_id)
        await _record(ctx, "rpc_retry_exhausted", "error", run.course_id, run.job_id, details)
        await _record(ctx, "job_rollback", "error", run.course_id, run.job_id, details)

    await ctx.resources.deferred.run(write, PATIENCE_AWAY_SECONDS if away else PATIENCE_SECONDS)


async def _record(
    ctx: SignedIn, event: str, severity: str, course_id: UUID, job_id: str | None, metadata: Mapping[str, object]
) -> None:
    async with ctx.db.begin() as tx:
        await tx.run(
            "record_event", event_type=event, severity=severity, course_id=course_id, job_id=job_id, metadata=metadata
        )
