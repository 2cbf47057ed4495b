"""generation.uploadFile: a document for a course in one request; every failure undoes what came before it."""

from collections.abc import AsyncIterable
from typing import Annotated
from uuid import UUID, uuid4

from loguru import logger
from msgspec import Meta

from app.context import SignedIn
from app.log import note
from app.middlewares import rate_limit
from app.rpc import FileStream, Form, Input
from app.saga import Saga
from app.storage import part_key
from procedures._bases import instructor
from procedures._errors import CourseNotFound, NotYours
from procedures._examples import COURSE_ID
from procedures._tiers import MEBIBYTE, Tier
from procedures.generation._intake import Intake, SizeLimit, check_encoded, decoded
from procedures.generation._reservation import (
    Allowance,
    Described,
    Reservation,
    Whole,
    check_allowance,
    discard,
    finish,
    read_allowance,
    reserve,
)
from procedures.generation._upload_errors import (
    FileContentInvalid,
    FileEmpty,
    FileLimitReached,
    FileNameInvalid,
    FileSizeMismatch,
    FileTooLarge,
    FileTypeRefused,
    StorageFailed,
    StorageQuotaExceeded,
    UploadsNotInPlan,
)
from procedures.generation._upload_view import Uploaded, uploaded
from procedures.generation.contents import REFUSALS, extension_of

UPLOADS = rate_limit(5, per=60, shared="uploads")
"""What one user may begin to upload, in one request or in several."""
LARGEST_NUMBER = 2**53 - 1
"""What JSON's readers agree on (RFC 8259, section 6): sizes beyond it are no sizes."""
LARGEST_BODY = 14 * MEBIBYTE
"""Bytes of JSON: enough for 10 MiB as base64, the largest file of every tier but premium."""
UPLOAD_SECONDS = 600.0
"""What a file may take to arrive; a half-made upload keeps its quota as long by default."""
_FORM_ROOM = 4096  # what a form may have around its file beyond the least

FileName = Annotated[str, Meta(min_length=1, max_length=255)]
FileSize = Annotated[int, Meta(gt=0, le=LARGEST_NUMBER)]
MimeType = Annotated[str, Meta(min_length=1, max_length=255)]


class UploadFileInput(Input):
    """`file_size` in bytes, before encoding; `file_content` is base64 (RFC 4648, section 4)."""

    course_id: UUID
    filename: FileName
    file_size: FileSize
    mime_type: MimeType
    file_content: str


class UploadFileForm(Form):
    """The same as a form. The file's part names it and its type, unless the fields do; `file_size` is not needed."""

    course_id: UUID
    filename: FileName | None = None
    file_size: FileSize | None = None
    mime_type: MimeType | None = None
    file: FileStream


EXAMPLE = UploadFileInput(
    course_id=COURSE_ID, filename="notes.txt", file_size=13, mime_type="text/plain", file_content="SGVsbG8sIHdvcmxkIQ=="
)


@instructor.use(UPLOADS).mutation(
    body_limit=LARGEST_BODY,
    timeout=UPLOAD_SECONDS,
    examples=(EXAMPLE,),
    errors=(
        CourseNotFound,
        NotYours,
        UploadsNotInPlan,
        FileLimitReached,
        FileTypeRefused,
        FileTooLarge,
        StorageQuotaExceeded,
        FileContentInvalid,
        FileSizeMismatch,
        FileEmpty,
        FileNameInvalid,
        *REFUSALS,
        StorageFailed,
    ),
)
async def upload_file(ctx: SignedIn, input: UploadFileInput | UploadFileForm) -> Uploaded:
    """Add a document to a course of the caller's own, within the limits of the organization's tier.

    As base64 in JSON, or as a form whose last part is the file: forms are streamed, and the only way for large files.
    """
    note(courseId=str(input.course_id))
    allowance = await read_allowance(ctx, input.course_id)
    file = _described(input, allowance.tier)
    check_allowance(allowance, ctx.user_id, file)
    async with Saga() as saga:
        reserved = await reserve(ctx, allowance, file)
        saga.on_failure(discard, ctx, reserved.file_id, reserved.storage_path)
        whole = await _received(ctx, allowance, reserved, input)
        await finish(ctx, allowance, whole)
    logger.bind(fileId=str(whole.file_id), bytes=whole.size).info("file uploaded")
    return uploaded(whole.file_id, file.filename, whole.storage_path, whole.digest)


def _described(input: UploadFileInput | UploadFileForm, tier: Tier) -> Described:
    if isinstance(input, UploadFileInput):
        return Described(input.filename, input.mime_type, input.file_size)
    filename = input.file.name if input.filename is None else input.filename
    mime_type = input.file.type if input.mime_type is None else input.mime_type
    return Described(filename, mime_type, input.file_size or _most(input.file, tier))


def _most(file: FileStream, tier: Tier) -> int:
    """What is reserved for a file whose size nobody has told: all that it can have, or more than is allowed if it is
    sure to be too large.
    """
    if file.at_most is None:
        return tier.max_file_bytes
    too_large = file.at_most > tier.max_file_bytes + _FORM_ROOM
    return file.at_most if too_large else max(1, min(file.at_most, tier.max_file_bytes))


async def _received(
    ctx: SignedIn, allowance: Allowance, reserved: Reservation, input: UploadFileInput | UploadFileForm
) -> Whole:
    """The file's bytes, in storage under the key of a part."""
    part = part_key(reserved.storage_path, uuid4())
    intake = Intake(SizeLimit(input.file_size, allowance.tier), extension_of(reserved.storage_path))
    await intake.store(ctx, part, _content(input))
    return Whole(reserved.file_id, reserved.storage_path, part, intake.size, intake.digest)


def _content(input: UploadFileInput | UploadFileForm) -> AsyncIterable[bytes]:
    if isinstance(input, UploadFileForm):
        return input.file
    check_encoded(input.file_content, input.file_size)
    return decoded(input.file_content)
