"""A client of the tus protocol that can do it wrong."""

import base64
import hashlib
from typing import Any
from uuid import UUID

import httpx

from app.context import SignedIn
from tests.procedures.generation.uploading import TEXT, Left, left
from tests.wire.served import Served
from tests.world import token_of

VERSION = {"tus-resumable": "1.0.0"}
OFFSET_STREAM = "application/offset+octet-stream"
BYTES = {"content-type": OFFSET_STREAM}


def metadata(**values: str) -> str:
    """Upload-Metadata of these values."""
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items())


def checksum(content: bytes, algorithm: str = "sha1") -> str:
    """Upload-Checksum of these bytes."""
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, content).digest()).decode()}"


class Tus:
    """A client of one user, and a course of theirs."""

    def __init__(self, served: Served, owner: SignedIn, course: UUID) -> None:
        self.served = served
        self.owner = owner
        self.course = course

    async def send(self, method: str, path: str, content: bytes | None = None, **headers: Any) -> httpx.Response:
        """One request; a header is named with underscores, and left out where it is None."""
        given: dict[str, Any] = {"authorization": f"Bearer {token_of(self.owner)}", **VERSION}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: str(value) for name, value in given.items() if value is not None}
        return await self.served.http.request(method, path, content=content, headers=sent)

    async def create(self, size: int = len(TEXT), *, content: bytes | None = None, **headers: Any) -> httpx.Response:
        """Begin an upload."""
        described = metadata(courseId=str(self.course), filename="план.md", filetype="text/markdown")
        return await self.send(
            "POST", "/files/", content, **{"upload_length": size, "upload_metadata": described, **headers}
        )

    async def begun(self, size: int = len(TEXT)) -> str:
        """A new upload; where it is."""
        return str((await self.create(size)).headers["location"])

    async def patch(self, where: str, offset: Any, content: bytes, **headers: Any) -> httpx.Response:
        """Send bytes."""
        return await self.send("PATCH", where, content, **{"upload_offset": offset, **BYTES, **headers})

    async def left(self) -> Left:
        """What there is of the course's files."""
        return await left(self.served.world, self.owner, self.course)
