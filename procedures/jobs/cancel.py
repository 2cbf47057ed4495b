"""jobs.cancel: stop the run that a job belongs to."""

from typing import Literal
from uuid import UUID

import msgspec
from loguru import logger

from app.context import SignedIn
from app.log import note
from app.rpc import Code, Output, RpcError
from procedures._bases import instructor
from procedures._errors import JobNotFound
from procedures.jobs.get_status import JobInput


class JobCancelled(Output):
    """The job will not go on; cancelling a cancelled job says the same."""

    success: bool
    job_id: str
    message: str


class JobNotYours(RpcError, code=Code.FORBIDDEN):
    """You do not have access to this job"""


class JobFinished(RpcError, code=Code.BAD_REQUEST):
    """Cannot cancel job {job_id} because it is already {status}"""

    job_id: str
    status: str


class CancelOutcome(msgspec.Struct, frozen=True):
    """What the database said."""

    outcome: Literal["not_found", "not_yours", "already_cancelled", "finished", "cancelled"]
    status: str = ""
    run_id: UUID | None = None
    slot_token: UUID | None = None


@instructor.mutation(errors=(JobNotFound, JobNotYours, JobFinished))
async def cancel(ctx: SignedIn, input: JobInput) -> JobCancelled:
    """Cancel a job and its run: the owner, an admin of the organization, or a superadmin may."""
    note(jobId=input.job_id)
    async with ctx.db.begin() as tx:
        outcome = await tx.value("cancel_job", CancelOutcome, job_id=input.job_id)
    match outcome.outcome:
        case "not_found":
            raise JobNotFound(job_id=input.job_id)
        case "not_yours":
            raise JobNotYours()
        case "finished":
            raise JobFinished(job_id=input.job_id, status=outcome.status)
        case "cancelled" | "already_cancelled":
            if outcome.run_id and outcome.slot_token:
                await ctx.resources.give_back(outcome.run_id, outcome.slot_token)
            logger.info("job cancelled")
            return JobCancelled(success=True, job_id=input.job_id, message="Отменено пользователем")
