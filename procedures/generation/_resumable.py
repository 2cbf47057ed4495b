"""Resumable uploads: their rows, and how the parts of one become a file."""

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID, uuid4

import msgspec
from loguru import logger

from app.context import SignedIn
from app.saga import Saga
from app.storage import StorageUnavailable, part_key
from procedures.generation._intake import Intake, SizeLimit
from procedures.generation._reservation import Whole, discard, finish, read_allowance
from procedures.generation._upload_errors import FileTooLarge, UploadChanged, UploadNotFound
from procedures.generation._upload_view import Upload, uploaded
from procedures.generation.contents import REFUSALS

MOST_PARTS = 10_000


class UploadRow(msgspec.Struct, frozen=True):
    """A resumable upload; `parts` in the order of their bytes, `hash` once it is a file."""

    upload_id: UUID
    course_id: UUID
    organization_id: UUID
    filename: str
    mime_type: str
    file_type: str
    file_size: int
    received_bytes: int
    parts: list[UUID]
    storage_path: str
    hash: str | None
    expires_at: datetime | None

    @property
    def shown(self) -> Upload:
        """What its owner is told of it."""
        whole = self.hash and uploaded(self.upload_id, self.filename, self.storage_path, self.hash)
        return Upload(
            upload_id=self.upload_id,
            course_id=self.course_id,
            filename=self.filename,
            mime_type=self.mime_type,
            file_size=self.file_size,
            offset=self.received_bytes,
            expires_at=self.expires_at,
            uploaded=whole or None,
        )


async def read_upload(ctx: SignedIn, upload_id: UUID) -> UploadRow:
    """One of the caller's own. Raises UploadNotFound."""
    async with ctx.db.begin() as tx:
        found = await tx.maybe("find_upload", UploadRow, file_id=upload_id, user_id=ctx.user_id)
    if found is None:
        raise UploadNotFound()
    return found


async def record(ctx: SignedIn, upload: UploadRow, part: UUID, size: int) -> None:
    """Count a part that was written. Raises UploadChanged when another request was first, or the upload is over."""
    async with ctx.db.begin() as tx:
        added = await tx.optional(
            "append_part",
            UUID,
            file_id=upload.upload_id,
            part=part,
            added_bytes=size,
            received_bytes=upload.received_bytes,
        )
    if added is None:
        raise UploadChanged()


async def complete(ctx: SignedIn, upload: UploadRow, last_part: UUID) -> None:
    """Make a file of all parts. A file that is not what it was said to be ends the upload; any other failure leaves it
    as it was before the last part.
    """
    allowance = await read_allowance(ctx, upload.course_id)
    whole = part_key(upload.storage_path, uuid4())
    intake = Intake(SizeLimit(upload.file_size, allowance.tier), upload.file_type)
    async with Saga() as saga:
        saga.on_failure(ctx.resources.storage.delete, whole)
        try:
            await intake.store(ctx, whole, _joined(ctx, upload.storage_path, [*upload.parts, last_part]))
        except (*REFUSALS, FileTooLarge):
            await discard(ctx, upload.upload_id, upload.storage_path)
            raise
        file = Whole(
            upload.upload_id, upload.storage_path, whole, intake.size, intake.digest, upload.received_bytes, last_part
        )
        await finish(ctx, allowance, file)
    await _forget_parts(ctx, upload)


async def _joined(ctx: SignedIn, storage_path: str, parts: list[UUID]) -> AsyncIterator[bytes]:
    for part in parts:
        async for piece in ctx.resources.storage.read(part_key(storage_path, part)):
            yield piece


async def _forget_parts(ctx: SignedIn, upload: UploadRow) -> None:
    """Delete what the file was made of. The row names the parts until then, so that the reaper may do it too."""
    try:
        await ctx.resources.storage.delete_parts(upload.storage_path)
    except StorageUnavailable as error:
        logger.bind(fileId=str(upload.upload_id)).warning("parts of a whole file stay for now: {}", error)
        return
    async with ctx.db.begin() as tx:
        await tx.run("forget_parts", file_id=upload.upload_id)
