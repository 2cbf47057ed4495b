"""generation.listFiles: the documents of a course."""

from typing import Literal
from uuid import UUID

from app.context import SignedIn
from app.rpc import Input, Moment, Output
from procedures._bases import authed
from procedures._errors import CourseNotFound
from procedures._examples import COURSE_ID

FileStatus = Literal["uploading", "ready", "processing", "processed", "failed"]


class ListFilesInput(Input):
    """Which course."""

    course_id: UUID


class CourseFile(Output):
    """A document. `file_size` in bytes; `hash` is its SHA-256 in hexadecimal, null until it is uploaded.

    A file that has `failed` could not be read, or its content is gone: then it is for its owner to upload it again.
    """

    id: UUID
    filename: str
    mime_type: str
    file_type: str
    file_size: int
    hash: str | None
    status: FileStatus
    uploaded_by: UUID
    created_at: Moment


class CourseFiles(Output):
    """All of them, oldest first: no tier allows more than ten."""

    files: list[CourseFile]


@authed.query(errors=(CourseNotFound,), examples=(ListFilesInput(course_id=COURSE_ID),))
async def list_files(ctx: SignedIn, input: ListFilesInput) -> CourseFiles:
    """List the files of a course that the caller may read, oldest first.

    Files are their course's owner's, the organization's admins' and superadmins': whoever else may read the course
    (a colleague, a student who attends it) is given an empty list.
    """
    async with ctx.db.begin() as tx:
        found = await tx.maybe("list_files", CourseFiles, course_id=input.course_id)
    if found is None:
        raise CourseNotFound()
    return found
