"""What callers are told of a file that they have uploaded, and of an upload under way."""

from uuid import UUID

from app.rpc import Moment, Output


class Uploaded(Output):
    """The stored file; `hash` is its SHA-256 in hexadecimal."""

    file_id: UUID
    storage_path: str
    hash: str
    message: str


class Upload(Output):
    """A resumable upload: `offset` of its `file_size` bytes have come. Complete, it is a file, `uploaded`, whose id is
    the upload's; until then it ends at `expires_at`.
    """

    upload_id: UUID
    course_id: UUID
    filename: str
    mime_type: str
    file_size: int
    offset: int
    expires_at: Moment | None = None
    uploaded: Uploaded | None = None


def uploaded(file_id: UUID, filename: str, storage_path: str, digest: str) -> Uploaded:
    """What is said of a file that has just become whole, or did so before."""
    message = f"File '{filename}' uploaded successfully"
    return Uploaded(file_id=file_id, storage_path=storage_path, hash=digest, message=message)
