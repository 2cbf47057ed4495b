"""courses.list: the courses a caller may read, newest first."""

from uuid import UUID

from app.context import SignedIn
from app.rpc import Output
from procedures._bases import authed
from procedures._pages import PageInput
from procedures.courses._view import Course


class ListCoursesInput(PageInput):
    """Which page."""


FIRST_PAGE = ListCoursesInput()


class CoursePage(Output):
    """A page of courses; `next_cursor` is null on the last one."""

    items: list[Course]
    next_cursor: UUID | None


@authed.query()
async def list_(ctx: SignedIn, input: ListCoursesInput = FIRST_PAGE) -> CoursePage:
    """List courses, newest first, page by page."""
    async with ctx.db.begin() as tx:
        rows = await tx.all("list_courses", Course, limit=input.limit + 1, cursor=input.cursor)
    page = rows[: input.limit]
    more = len(rows) > input.limit
    return CoursePage(items=page, next_cursor=page[-1].id if more else None)
