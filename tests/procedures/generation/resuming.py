"""What the tests of resumable uploads share: the calls of their clients."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from app.context import SignedIn
from app.rpc import FileStream
from procedures.generation._upload_view import Upload
from procedures.generation.append_to_upload import AppendForm, append_to_upload
from procedures.generation.create_upload import CreateUploadInput, create_upload
from procedures.generation.get_upload import GetUploadInput, get_upload
from tests.procedures.generation.uploading import TEXT, pieces_of


async def begun(owner: SignedIn, course: UUID, size: int = len(TEXT), name: str = "notes.md", **changes: Any) -> UUID:
    """A new upload of so many bytes."""
    given: dict[str, Any] = {"course_id": course, "filename": name, "file_size": size, "mime_type": "text/markdown"}
    return (await create_upload(owner, CreateUploadInput(**(given | changes)))).upload_id


async def append(
    owner: SignedIn, upload: UUID, offset: int, content: bytes | AsyncIterator[bytes], checksum: str | None = None
) -> Upload:
    """Bring these bytes."""
    pieces = pieces_of(content) if isinstance(content, bytes) else content
    file = FileStream("", "", pieces)
    return await append_to_upload(owner, AppendForm(upload_id=upload, offset=offset, file=file, checksum=checksum))


async def offset_of(owner: SignedIn, upload: UUID) -> int:
    """Where the upload goes on."""
    return (await get_upload(owner, GetUploadInput(upload_id=upload))).offset
