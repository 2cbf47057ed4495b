"""generation.cancelUpload: give up a resumable upload before its time."""

from uuid import UUID

from loguru import logger

from app.context import SignedIn
from app.rpc import Input, Output
from app.storage import StorageUnavailable
from procedures._bases import instructor
from procedures._examples import UPLOAD_ID
from procedures.generation._upload_errors import StorageFailed, UploadNotFound


class CancelUploadInput(Input):
    """Which upload."""

    upload_id: UUID


class UploadCancelled(Output):
    """The upload that is no more."""

    upload_id: UUID


@instructor.mutation(examples=(CancelUploadInput(upload_id=UPLOAD_ID),), errors=(UploadNotFound, StorageFailed))
async def cancel_upload(ctx: SignedIn, input: CancelUploadInput) -> UploadCancelled:
    """End an upload that the caller began and that is not complete; its quota and what has come are given back."""
    async with ctx.db.begin() as tx:
        path = await tx.optional("delete_upload", str, file_id=input.upload_id, user_id=ctx.user_id)
        if path is not None:
            await _delete_objects(ctx, path)
    if path is None:
        raise UploadNotFound()
    logger.bind(fileId=str(input.upload_id)).info("upload cancelled")
    return UploadCancelled(upload_id=input.upload_id)


async def _delete_objects(ctx: SignedIn, path: str) -> None:
    try:
        await ctx.resources.storage.delete_all(path)
    except StorageUnavailable as error:  # the row stays, with all that it names
        raise StorageFailed() from error
