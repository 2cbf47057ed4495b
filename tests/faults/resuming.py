"""A client of the tus protocol, as little as there can be of one."""

import base64
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import httpx

from app.context import SignedIn
from tests.world import token_of


@asynccontextmanager
async def resuming(port: int, owner: SignedIn) -> AsyncGenerator["Resuming"]:
    """A client of the tus protocol."""
    headers = {"authorization": f"Bearer {token_of(owner)}", "tus-resumable": "1.0.0"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=20) as http:
        yield Resuming(http)


class Resuming:
    """A client of the tus protocol, as little as there can be of one."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def offset(self, location: str) -> int:
        """Where the upload goes on."""
        response = await self._http.head(location)
        assert response.status_code == 200
        return int(response.headers["upload-offset"])

    async def append(self, location: str, offset: int, content: bytes | AsyncIterator[bytes]) -> httpx.Response:
        """Send these bytes."""
        headers = {"upload-offset": str(offset), "content-type": "application/offset+octet-stream"}
        return await self._http.patch(location, content=content, headers=headers)

    async def create(self, course: UUID, size: int) -> str:
        """A new upload; where it is."""
        pairs = {"courseId": str(course), "filename": "a.txt", "filetype": "text/plain"}
        metadata = ",".join(f"{key} {_base64(value)}" for key, value in pairs.items())
        headers = {"upload-length": str(size), "upload-metadata": metadata}
        response = await self._http.post("/files/", headers=headers)
        assert response.status_code == 201, response.text
        return str(response.headers["location"])


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
