"""Files of a local folder at signed addresses: `GET /downloads/{token}`, streamed, always as an attachment."""

import re
import time
from collections.abc import AsyncGenerator, Callable
from typing import Final
from urllib.parse import quote

from loguru import logger

from app.context import Resources
from app.rpc import Code, RpcError
from app.storage import Download, ObjectMissing, Opened, StorageUnavailable
from app.transports.answers import failure_headers
from app.transports.calls import encode
from app.transports.http import HeaderPairs, HttpRequest, HttpResponse

_METHODS = ("GET", "HEAD")
_PIECE = 256 * 1024
"""Bytes that are sent at a time: the server holds a few of them for a client that reads slowly."""
_ATTRIBUTE = "!#$&+-.^_`|~"
"""What RFC 8187 leaves as it is, beside letters and digits."""
_UNSAFE = re.compile(r"[^A-Za-z0-9 ._-]")
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+( ?; ?[\w-]+=[\w.-]+)*", re.ASCII)
_SAFE_HEADERS: Final = (
    (b"cache-control", b"private, no-store"),
    (b"content-security-policy", b"default-src 'none'; sandbox"),
)


class NothingHere(RpcError, code=Code.NOT_FOUND):
    """There is nothing at this address, or no longer"""


class FilesUnavailable(RpcError, code=Code.SERVICE_UNAVAILABLE):
    """Files cannot be read right now. Please try again"""

    @property
    def retry_after(self) -> int:
        """A few seconds."""
        return 5


class Downloads:
    """The codec of downloads. One that was tampered with, is over, or has lost its object is answered alike."""

    def __init__(self, resources: Callable[[], Resources]) -> None:
        """The resources are asked for with each request, since they are open only while the application runs."""
        self._resources = resources

    async def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        if request.method not in _METHODS:
            return HttpResponse(405, ((b"allow", b"GET, HEAD"),))
        try:
            download = self._download(request)
            opened = await self._open(download)
        except RpcError as error:
            return _failed(error)
        logger.bind(requestId=request.id, key=download.key, bytes=opened.size).info("file downloaded")
        stream = _nothing() if request.method == "HEAD" else _generator(opened)
        return HttpResponse(200, _headers(download, opened.size), stream=stream)

    def _download(self, request: HttpRequest) -> Download:
        download = self._resources().downloads.download(request.path, time.time())
        if download is None:
            raise NothingHere()
        return download

    async def _open(self, download: Download) -> Opened:
        try:
            return await self._resources().storage.open(download.key, _PIECE)
        except ObjectMissing:
            raise NothingHere() from None
        except StorageUnavailable as error:
            raise FilesUnavailable() from error


async def _generator(opened: Opened) -> AsyncGenerator[bytes, None]:
    async for piece in opened.pieces:
        yield piece


async def _nothing() -> AsyncGenerator[bytes, None]:
    return
    yield


def _headers(download: Download, size: int) -> HeaderPairs:
    return (
        (b"content-type", media_type(download.mime_type).encode()),
        (b"content-length", b"%d" % size),
        (b"content-disposition", attachment(download.filename).encode()),
        *_SAFE_HEADERS,
    )


def media_type(mime_type: str) -> str:
    """`Content-Type` of what was declared as this type when it was uploaded; bytes, where that is none (RFC 9110)."""
    return mime_type if _MEDIA_TYPE.fullmatch(mime_type) else "application/octet-stream"


def attachment(filename: str) -> str:
    """`Content-Disposition` with the name for all readers: plain for old ones, exact for others (RFC 6266, 8187)."""
    plain = _UNSAFE.sub("_", filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe=_ATTRIBUTE)}"


def _failed(error: RpcError) -> HttpResponse:
    body = encode({"error": error.shape(None, declared=False)})
    return HttpResponse(error.code.http_status, failure_headers(error), body)
