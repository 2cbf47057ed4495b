"""generation.getUpload: how far a resumable upload has come."""

from uuid import UUID

from app.context import SignedIn
from app.rpc import Input
from procedures._bases import instructor
from procedures._examples import UPLOAD_ID
from procedures.generation._resumable import read_upload
from procedures.generation._upload_errors import UploadNotFound
from procedures.generation._upload_view import Upload


class GetUploadInput(Input):
    """Which upload."""

    upload_id: UUID


@instructor.query(examples=(GetUploadInput(upload_id=UPLOAD_ID),), errors=(UploadNotFound,))
async def get_upload(ctx: SignedIn, input: GetUploadInput) -> Upload:
    """Where an upload that the caller began goes on; one that is complete is the file that it became."""
    return (await read_upload(ctx, input.upload_id)).shown
