"""courses.get: one course."""

from uuid import UUID

from app.context import SignedIn
from app.rpc import Input
from procedures._bases import authed
from procedures._errors import CourseNotFound
from procedures.courses._view import Course


class GetCourseInput(Input):
    """Which course."""

    course_id: UUID


@authed.query(errors=(CourseNotFound,))
async def get(ctx: SignedIn, input: GetCourseInput) -> Course:
    """A course that the caller may read."""
    async with ctx.db.begin() as tx:
        row = await tx.maybe("get_course", Course, course_id=input.course_id)
    if row is None:
        raise CourseNotFound()
    return row
