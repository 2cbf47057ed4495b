"""generation.createUpload: begin an upload that may come in several requests, and go on after a lost connection."""

from uuid import UUID

from loguru import logger

from app.context import SignedIn
from app.log import note
from app.rpc import Input
from procedures._bases import instructor
from procedures._errors import CourseNotFound, NotYours
from procedures._examples import COURSE_ID
from procedures.generation._reservation import Described, check_allowance, read_allowance, reserve
from procedures.generation._upload_errors import (
    FileLimitReached,
    FileNameInvalid,
    FileTooLarge,
    FileTypeRefused,
    StorageQuotaExceeded,
    UploadsNotInPlan,
)
from procedures.generation._upload_view import Upload
from procedures.generation.upload_file import UPLOADS, FileName, FileSize, MimeType


class CreateUploadInput(Input):
    """The file that is to come; `file_size` is exact, in bytes."""

    course_id: UUID
    filename: FileName
    file_size: FileSize
    mime_type: MimeType


EXAMPLE = CreateUploadInput(course_id=COURSE_ID, filename="book.pdf", file_size=9_000_000, mime_type="application/pdf")


@instructor.use(UPLOADS).mutation(
    examples=(EXAMPLE,),
    errors=(
        CourseNotFound,
        NotYours,
        UploadsNotInPlan,
        FileLimitReached,
        FileTypeRefused,
        FileTooLarge,
        FileNameInvalid,
        StorageQuotaExceeded,
    ),
)
async def create_upload(ctx: SignedIn, input: CreateUploadInput) -> Upload:
    """Begin a resumable upload to a course of the caller's own, within the limits of the organization's tier.

    The quota is reserved until it is complete, cancelled or expired. tus 1.0 clients do this by `POST /files/`.
    """
    note(courseId=str(input.course_id))
    allowance = await read_allowance(ctx, input.course_id)
    file = Described(input.filename, input.mime_type, input.file_size)
    check_allowance(allowance, ctx.user_id, file)
    reserved = await reserve(ctx, allowance, file, ctx.resources.settings.resumable_upload_ttl_seconds)
    logger.bind(fileId=str(reserved.file_id), bytes=file.size).info("upload begun")
    return Upload(
        upload_id=reserved.file_id,
        course_id=input.course_id,
        filename=file.filename,
        mime_type=file.mime_type,
        file_size=file.size,
        offset=0,
        expires_at=reserved.expires_at,
    )
