"""generation.uploadFile: a document for a course, as base64 in JSON; every failure undoes what came before it."""

import base64
import binascii
import hashlib
from typing import Annotated
from uuid import UUID

from loguru import logger
from msgspec import Meta

from app.context import SignedIn
from app.log import note
from app.middlewares import rate_limit
from app.rpc import Input, Output
from app.saga import Saga
from app.storage import StorageUnavailable
from procedures._bases import instructor
from procedures._errors import CourseNotFound, NotYours
from procedures._examples import COURSE_ID
from procedures._tiers import MEBIBYTE
from procedures.generation._reservation import Reservation, check_allowance, finish, give_back, read_allowance, reserve
from procedures.generation._upload_errors import (
    FileContentInvalid,
    FileLimitReached,
    FileNameInvalid,
    FileSizeMismatch,
    FileTooLarge,
    FileTypeRefused,
    StorageFailed,
    StorageQuotaExceeded,
    UploadsNotInPlan,
)
from procedures.generation.contents import CHECK_LIMITS, REFUSALS, check_bytes, checking, extension_of

SIZE_TOLERANCE = 100
LARGEST_NUMBER = 2**53 - 1
"""What JSON's readers agree on (RFC 8259, section 6): sizes beyond it are no sizes."""
LARGEST_BODY = 14 * MEBIBYTE
"""Bytes of JSON: enough for 10 MiB as base64, the largest file of every tier but premium."""


class UploadFileInput(Input):
    """`file_size` in bytes, before encoding; `file_content` is base64 (RFC 4648, section 4)."""

    course_id: UUID
    filename: Annotated[str, Meta(min_length=1, max_length=255)]
    file_size: Annotated[int, Meta(gt=0, le=LARGEST_NUMBER)]
    mime_type: Annotated[str, Meta(min_length=1, max_length=255)]
    file_content: str


EXAMPLE = UploadFileInput(
    course_id=COURSE_ID, filename="notes.txt", file_size=13, mime_type="text/plain", file_content="SGVsbG8sIHdvcmxkIQ=="
)


class Uploaded(Output):
    """The stored file; `hash` is its SHA-256 in hexadecimal."""

    file_id: UUID
    storage_path: str
    hash: str
    message: str


@instructor.use(rate_limit(5, per=60)).mutation(
    body_limit=LARGEST_BODY,
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
        FileNameInvalid,
        *REFUSALS,
        StorageFailed,
    ),
)
async def upload_file(ctx: SignedIn, input: UploadFileInput) -> Uploaded:
    """Add a document to a course of the caller's own, within the limits of the organization's tier."""
    note(courseId=str(input.course_id))
    allowance = await read_allowance(ctx, input.course_id)
    check_allowance(allowance, ctx.user_id, input.filename, input.mime_type, input.file_size)
    async with Saga() as saga:
        reserved = await reserve(ctx, allowance, input.filename, input.mime_type, input.file_size)
        saga.on_failure(give_back, ctx, reserved)
        content = _decode(input)
        await _check(ctx, input.filename, content)
        digest = await _store(ctx, saga, reserved, content)
        await finish(ctx, allowance, reserved, size=len(content), digest=digest)
    logger.bind(fileId=str(reserved.file_id), bytes=len(content)).info("file uploaded")
    return Uploaded(
        file_id=reserved.file_id,
        storage_path=reserved.storage_path,
        hash=digest,
        message=f"File '{input.filename}' uploaded successfully",
    )


def _decode(input: UploadFileInput) -> bytes:
    """The file's bytes. Raises FileContentInvalid, FileSizeMismatch."""
    longest = (input.file_size + SIZE_TOLERANCE + 2) // 3 * 4 + 4
    if len(input.file_content) > longest:
        raise FileSizeMismatch(declared=input.file_size, received=len(input.file_content) // 4 * 3)
    try:
        content = base64.b64decode(input.file_content, validate=True)
    except (binascii.Error, ValueError):
        raise FileContentInvalid() from None
    if not content or abs(len(content) - input.file_size) > SIZE_TOLERANCE:
        raise FileSizeMismatch(declared=input.file_size, received=len(content))
    return content


async def _check(ctx: SignedIn, filename: str, content: bytes) -> None:
    """Refuse content that is not what its name says, or could harm. Raises one of REFUSALS."""
    with checking():
        await ctx.resources.processes.run_within(CHECK_LIMITS, check_bytes, content, extension_of(filename))


async def _store(ctx: SignedIn, saga: Saga, reserved: Reservation, content: bytes) -> str:
    """Write the object and return its SHA-256. Raises StorageFailed."""
    storage = ctx.resources.storage
    saga.on_failure(storage.delete, reserved.storage_path)
    try:
        await storage.put(reserved.storage_path, content)
    except StorageUnavailable as error:
        raise StorageFailed() from error
    return hashlib.sha256(content).hexdigest()
