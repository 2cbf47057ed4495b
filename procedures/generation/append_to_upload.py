"""generation.appendToUpload: the next bytes of a resumable upload, and with the last of them its file."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID, uuid4

from loguru import logger
from msgspec import Meta
from msgspec.structs import replace

from app.context import SignedIn
from app.log import note
from app.middlewares import rate_limit
from app.rpc import FileStream, Form, Input
from app.saga import Saga
from app.storage import part_key
from procedures._bases import instructor
from procedures._errors import CourseNotFound
from procedures._examples import UPLOAD_ID
from procedures.generation._appending import SEGMENT_BYTES, Checksum, Incoming
from procedures.generation._intake import decoded, put
from procedures.generation._resumable import MOST_PARTS, UploadRow, complete, read_upload, record
from procedures.generation._upload_errors import (
    ChecksumInvalid,
    ChecksumMismatch,
    FileContentInvalid,
    FileSizeMismatch,
    FileTooLarge,
    OffsetMismatch,
    StorageFailed,
    StorageQuotaExceeded,
    UploadChanged,
    UploadInTooManyParts,
    UploadNotFound,
)
from procedures.generation._upload_view import Upload
from procedures.generation.contents import REFUSALS
from procedures.generation.upload_file import LARGEST_BODY, LARGEST_NUMBER

APPEND_SECONDS = 3600.0
"""What one request may take to arrive; what has come by then is kept, and the next one goes on."""

Offset = Annotated[int, Meta(ge=0, le=LARGEST_NUMBER)]


class AppendInput(Input):
    """`offset` is where the bytes belong, all that have come so far; `content` is base64 (RFC 4648, section 4).

    `checksum` is what the bytes must hash to, `sha1` or `sha256`, a space, and the digest in base64.
    """

    upload_id: UUID
    offset: Offset
    content: str
    checksum: str | None = None


class AppendForm(Form):
    """The same as a form; name and type of its file count for nothing."""

    upload_id: UUID
    offset: Offset
    checksum: str | None = None
    file: FileStream


EXAMPLE = AppendInput(upload_id=UPLOAD_ID, offset=0, content="SGVsbG8sIHdvcmxkIQ==")


@instructor.use(rate_limit(300, per=60, uncounted=True)).mutation(
    body_limit=LARGEST_BODY,
    timeout=APPEND_SECONDS,
    examples=(EXAMPLE,),
    errors=(
        UploadNotFound,
        OffsetMismatch,
        UploadChanged,
        UploadInTooManyParts,
        ChecksumInvalid,
        ChecksumMismatch,
        FileContentInvalid,
        FileSizeMismatch,
        *REFUSALS,
        FileTooLarge,
        StorageQuotaExceeded,
        StorageFailed,
        CourseNotFound,
    ),
)
async def append_to_upload(ctx: SignedIn, input: AppendInput | AppendForm) -> Upload:
    """Add bytes to an upload that the caller began, at its end; the last ones make it a file.

    When the connection breaks, what has come is kept, unless a checksum was sent: getUpload tells where to go on.
    """
    upload = await read_upload(ctx, input.upload_id)
    note(courseId=str(upload.course_id))
    checksum = Checksum(input.checksum) if input.checksum is not None else None
    if input.offset != upload.received_bytes:
        raise OffsetMismatch(offset=upload.received_bytes)
    content = input.file if isinstance(input, AppendForm) else decoded(input.content)
    incoming = Incoming(content, upload.received_bytes, upload.file_size)
    while await incoming.more():
        upload = await _append(ctx, upload, incoming, checksum)
    if incoming.cut:
        raise incoming.cut
    return upload.shown


async def _append(ctx: SignedIn, upload: UploadRow, incoming: Incoming, checksum: Checksum | None) -> UploadRow:
    """Write the next segment as a part and count it. With a checksum the whole request is one: none of it may count
    before all of it is checked.
    """
    if len(upload.parts) >= MOST_PARTS:
        raise UploadInTooManyParts(limit=MOST_PARTS)
    part = uuid4()
    key = part_key(upload.storage_path, part)
    async with Saga() as saga:
        saga.on_failure(ctx.resources.storage.delete, key)
        await put(ctx, key, _segment(upload, incoming, checksum))
        received = upload.received_bytes + incoming.taken
        if received == upload.file_size:
            return await _completed(ctx, upload, part)
        await record(ctx, upload, part, incoming.taken)
    return replace(upload, received_bytes=received, parts=[*upload.parts, part])


def _segment(upload: UploadRow, incoming: Incoming, checksum: Checksum | None) -> AsyncIterator[bytes]:
    return checksum.checked(incoming, upload.file_size) if checksum else incoming.segment(SEGMENT_BYTES)


async def _completed(ctx: SignedIn, upload: UploadRow, last_part: UUID) -> UploadRow:
    await complete(ctx, upload, last_part)
    logger.bind(fileId=str(upload.upload_id), bytes=upload.file_size).info("file uploaded")
    return await read_upload(ctx, upload.upload_id)
