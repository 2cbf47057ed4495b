"""courses.delete: a course, its content and its documents."""

from uuid import UUID

import msgspec
from loguru import logger

from app.context import SignedIn
from app.db.errors import DatabaseRefused
from app.log import note
from app.rpc import Code, Input, Output, RpcError
from procedures._bases import instructor
from procedures._errors import CourseNotFound, NotYours
from procedures.courses._view import Course

RUN_HAS_ENDED = "courses_run_has_ended"


class DeleteCourseInput(Input):
    """Which course."""

    course_id: UUID


class CourseDeleted(Output):
    """The course is gone, with all that was in it."""

    success: bool
    course_id: UUID


class CourseIsRunning(RpcError, code=Code.CONFLICT):
    """The course is being generated. Cancel the generation first"""


class StoredFile(msgspec.Struct, frozen=True):
    """Where a document of the course is kept."""

    storage_path: str


@instructor.mutation(errors=(CourseNotFound, NotYours, CourseIsRunning))
async def delete(ctx: SignedIn, input: DeleteCourseInput) -> CourseDeleted:
    """Delete a course: its owner, an admin of the organization, or a superadmin may, while no run is under way."""
    note(courseId=str(input.course_id))
    try:
        files = await _delete(ctx, input.course_id)
    except DatabaseRefused as refused:
        if refused.constraint == RUN_HAS_ENDED:
            raise CourseIsRunning() from None
        raise
    for (
        file
    ) in files:  # after the rows: an object without a row is only waste, a row without its object would be a promise
        await ctx.resources.delete_object(file.storage_path)
    logger.bind(files=len(files)).info("course deleted")
    return CourseDeleted(success=True, course_id=input.course_id)


async def _delete(ctx: SignedIn, course_id: UUID) -> list[StoredFile]:
    """Delete the course's rows, which gives its quota back; its files. Raises CourseNotFound, NotYours."""
    async with ctx.db.begin() as tx:
        files = await tx.all("files_of_course", StoredFile, course_id=course_id)
        deleted = await tx.optional("delete_course", UUID, course_id=course_id)
        left = await tx.maybe("get_course", Course, course_id=course_id)
    if left is not None:
        raise NotYours()
    if deleted is None:
        raise CourseNotFound()
    return files
