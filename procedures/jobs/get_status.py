"""jobs.getStatus: one job."""

from typing import Annotated

from msgspec import Meta

from app.context import SignedIn
from app.rpc import Input
from procedures._bases import authed
from procedures._errors import JobNotFound
from procedures._examples import JOB_ID
from procedures.jobs._view import Job


class JobInput(Input):
    """Which job."""

    job_id: Annotated[str, Meta(min_length=1, max_length=100)]


@authed.query(errors=(JobNotFound,), examples=(JobInput(job_id=JOB_ID),))
async def get_status(ctx: SignedIn, input: JobInput) -> Job:
    """A job that the caller may read."""
    async with ctx.db.begin() as tx:
        row = await tx.maybe("get_job", Job, job_id=input.job_id)
    if row is None:
        raise JobNotFound(job_id=input.job_id)
    return row
