"""How a stage tells its step: under way, then completed in one transaction with what follows from it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from app.context import JobContext
from app.db.session import Transaction
from app.rpc import Procedure
from app.work.lifecycle import RunLost
from procedures.generation._input import StageInput, new_job_id


class Step(NamedTuple):
    """A step's number, and what is said when it begins and ends."""

    number: int
    started: str
    done: str


async def begin(ctx: JobContext, step: Step) -> None:
    """Show the step as under way. Raises RunLost."""
    async with ctx.db.begin() as tx:
        await tell(tx, ctx, step.number, "in_progress", step.started)


async def tell(tx: Transaction, ctx: JobContext, number: int, status: str, message: str, **metadata: Any) -> None:
    """Write a step's progress, which locks the run for this transaction. Raises RunLost when the run is another's."""
    written = await tx.value(
        "progress",
        bool,
        run_id=ctx.run_id,
        epoch=ctx.epoch,
        step=number,
        status=status,
        message=message,
        metadata=metadata,
    )
    if not written:
        raise RunLost()


@asynccontextmanager
async def completing(ctx: JobContext, step: Step, **metadata: Any) -> AsyncGenerator[Transaction]:
    """A transaction that completes the step and its job with whatever the block adds. Raises RunLost."""
    async with ctx.db.begin() as tx:
        await tell(tx, ctx, step.number, "completed", step.done, **metadata)
        if not await tx.value("complete_job", bool, job_id=ctx.job_id, run_id=ctx.run_id, epoch=ctx.epoch):
            raise RunLost()
        yield tx


async def hand_on(tx: Transaction, ctx: JobContext, job: Procedure[Any, [StageInput], Any], input: StageInput) -> None:
    """Put the run's next job into the transaction that ends this one."""
    await tx.enqueue(job, input, run_id=ctx.run_id, job_id=new_job_id(), priority=input.priority)
