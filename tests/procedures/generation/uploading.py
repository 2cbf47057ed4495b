"""What the tests of uploads share: inputs for documents, and what an upload has left behind."""

import base64
from collections.abc import AsyncIterator
from typing import Any, NamedTuple
from uuid import UUID

from app.context import SignedIn
from app.rpc import FileStream
from procedures.generation.upload_file import UploadFileForm, UploadFileInput
from tests.world import World

TEXT = "# Компост\n\nКомпост делают из листьев.\n".encode()
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
MIME_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "html": "text/html",
    "htm": "text/html",
    "svg": "image/svg+xml",
    "jpg": "image/jpeg",
    "markdown": "text/markdown",
    "pdf": "application/pdf",
    "txt": "text/plain",
    "md": "text/markdown",
}


def mime_of(filename: str) -> str:
    """The type that a file of this name is sent with."""
    extension = filename.rpartition(".")[2].lower()
    return MIME_TYPES.get(extension, f"image/{extension}")


def document(course: UUID, content: bytes = TEXT, filename: str = "notes.md", **changes: Any) -> UploadFileInput:
    """The input for this content, true in every part but for the changes."""
    given: dict[str, Any] = {
        "course_id": course,
        "filename": filename,
        "file_size": len(content),
        "mime_type": MIME_TYPES.get(filename.rpartition(".")[2].lower(), "text/markdown"),
        "file_content": base64.b64encode(content).decode(),
    }
    return UploadFileInput(**{**given, **changes})


class Left(NamedTuple):
    """What a course's organization holds: bytes of its quota, rows of its course, objects in the course's folder."""

    used: int
    rows: int
    objects: int


async def left(world: World, owner: SignedIn, course: UUID) -> Left:
    """What is there now."""
    organization = owner.claims.organization_id
    used = await world.sql.fetchval("select storage_used_bytes from organizations where id = $1", organization)
    rows = await world.sql.fetchval("select count(*) from file_catalog where course_id = $1", course)
    return Left(used, rows, len(await world.resources.storage.list(f"{organization}/{course}")))


async def owner_and_course(world: World, tier: str = "standard") -> tuple[SignedIn, UUID]:
    """A new organization of this tier with an instructor and a course."""
    owner = await world.user(await world.organization(tier))
    return owner, await world.course(owner)


async def leave_quota(world: World, owner: SignedIn, size: int) -> None:
    """Let the organization's other courses have used all but so many bytes."""
    await world.sql.execute(
        "update organizations set storage_used_bytes = storage_quota_bytes - $1 where id = $2",
        size,
        owner.claims.organization_id,
    )


async def pieces_of(content: bytes, size: int = 1000, error: Exception | None = None) -> AsyncIterator[bytes]:
    """The content as it may arrive, and then an error, if one is given."""
    for start in range(0, len(content), size):
        yield content[start : start + size]
    if error:
        raise error


def form(course: UUID, content: bytes | AsyncIterator[bytes] = TEXT, name: str = "notes.md", **given: Any) -> Any:
    """The same document as a form: `type` and `at_most` are those of its file's part, others are fields."""
    pieces = pieces_of(content) if isinstance(content, bytes) else content
    media_type = given.pop("type", MIME_TYPES.get(name.rpartition(".")[2].lower(), "text/markdown"))
    file = FileStream(name, media_type, pieces, given.pop("at_most", None))
    return UploadFileForm(course_id=course, file=file, **given)
