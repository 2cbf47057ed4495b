"""jobs.list: the jobs a caller may read, newest first."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from app.context import SignedIn
from app.rpc import Input, Output
from procedures._bases import authed
from procedures._examples import COURSE_ID
from procedures._pages import Limit
from procedures.jobs._view import Job, JobState


class ListJobsInput(Input):
    """Which page; only one course's, or only those of one status, when given. `cursor` is `nextCursor`, a job id."""

    limit: Limit = 50
    cursor: Annotated[str, Meta(max_length=100)] | None = None
    course_id: UUID | None = None
    status: JobState | None = None


FIRST_PAGE = ListJobsInput()


class JobPage(Output):
    """A page of jobs; `next_cursor` is null on the last one."""

    items: list[Job]
    next_cursor: str | None


@authed.query(examples=(ListJobsInput(limit=20, course_id=COURSE_ID, status="active"),))
async def list_(ctx: SignedIn, input: ListJobsInput = FIRST_PAGE) -> JobPage:
    """List jobs, newest first, page by page."""
    async with ctx.db.begin() as tx:
        rows = await tx.all(
            "list_jobs",
            Job,
            limit=input.limit + 1,
            cursor=input.cursor,
            course_id=input.course_id,
            status=input.status,
        )
    page = rows[: input.limit]
    more = len(rows) > input.limit
    return JobPage(items=page, next_cursor=page[-1].job_id if more else None)
