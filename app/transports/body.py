"""Reads a request's body: of the right type, no longer than allowed, and not slower."""

import asyncio
import contextlib
from collections.abc import Awaitable, Generator

from app.rpc.deadline import Deadlines
from app.rpc.protocol_errors import BodyCut, BodyTimeout, PayloadTooLarge, UnsupportedMediaType
from app.transports.body_stream import BodyStream
from app.transports.http import Headers, HttpRequest, query_parameter
from app.transports.wire import WireSettings

_JSON = b"application/json"
_LONGEST_NUMBER = 19
_DRAINED_BYTES = 1024 * 1024
_DRAINED_SECONDS = 1.0


class BodyReader:
    """Reads bodies within the limits of `wire`."""

    def __init__(self, wire: WireSettings) -> None:
        self._wire = wire
        self._deadlines = Deadlines()
        self._first_seconds = self._seconds_for(0)

    def read(self, request: HttpRequest, limit: int) -> Awaitable[bytes | None]:
        """The JSON text of a request, or None when there is none; to be awaited.

        Raises UnsupportedMediaType, PayloadTooLarge (`limit` in bytes; by Content-Length before anything is read),
        BodyTimeout (the deadline or the minimum rate) and BodyCut (the client left in the middle).
        """
        content_type = request.headers.raw(b"content-type")
        if content_type is None:
            return self._read_nothing(request, limit)
        if content_type != _JSON:
            check_type(content_type)
        return self.read_bytes(request, limit)

    async def _read_nothing(self, request: HttpRequest, limit: int) -> None:
        if await self.read_bytes(request, limit) is not None:
            raise UnsupportedMediaType()

    def read_bytes(self, request: HttpRequest, limit: int) -> Awaitable[bytes | None]:
        """The same for a body of any type."""
        _check_encoding(request.headers)
        length = content_length(request.headers)
        if length is not None and length > limit:
            raise PayloadTooLarge(limit_bytes=limit)
        return self._receive(request, limit, length)

    def stream(self, request: HttpRequest) -> BodyStream:
        """A body of any length and type, piece by piece. Raises UnsupportedMediaType for one that is compressed."""
        _check_encoding(request.headers)
        return BodyStream(request, self._wire, self._deadlines, content_length(request.headers))

    @contextlib.contextmanager
    def deadline(self) -> Generator[None]:
        """What is read piece by piece before its call begins has the deadline of a whole body. Raises BodyTimeout."""
        try:
            with self._deadlines.within(self._wire.read_deadline):
                yield
        except TimeoutError:
            raise BodyTimeout() from None

    async def _receive(self, request: HttpRequest, limit: int, length: int | None) -> bytes | None:
        if length == 0:
            return None
        request.begun = True
        chunks: list[bytes] = []
        size = 0
        try:
            with self._deadlines.within(self._first_seconds) as deadline:
                while True:
                    message = await request.receive()
                    if message["type"] == "http.disconnect":
                        raise BodyCut()
                    chunk = message.get("body", b"")
                    size += len(chunk)
                    if size > limit:
                        raise PayloadTooLarge(limit_bytes=limit)
                    chunks.append(chunk)
                    # asking for the empty last message of a body that is known to be whole would cost a round trip
                    if size == length or not message.get("more_body", False):
                        return b"".join(chunks) or None
                    deadline.extend(self._seconds_for(size))
        except TimeoutError:
            raise BodyTimeout() from None

    def _seconds_for(self, size: int) -> float:
        """When more than `size` bytes must be there: the deadline, or where the average falls under the minimum."""
        return min(self._wire.read_deadline, self._wire.read_grace + size / self._wire.minimum_rate)


async def drain(request: HttpRequest) -> None:
    """Take a body that nobody asked for, if it is small and comes soon.

    A connection that closes in the middle of a request is a failed request to most clients: they never get to read
    the answer. One that waits for `100 Continue` has not begun to send.
    """
    length = content_length(request.headers)
    if length == 0 or (length or 0) > _DRAINED_BYTES or request.headers.raw(b"expect") is not None:
        return
    size = 0
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_DRAINED_SECONDS):
            while size <= _DRAINED_BYTES:
                message = await request.receive()
                if not message.get("more_body", False):
                    return
                size += len(message["body"])


def check_type(content_type: bytes | None) -> None:
    """Let JSON in UTF-8 pass, and no type at all; raises UnsupportedMediaType."""
    if content_type is None:
        return
    media, *parameters = (part.strip().lower() for part in content_type.split(b";"))
    if media != _JSON or any(p not in (b"", b"charset=utf-8", b'charset="utf-8"') for p in parameters):
        raise UnsupportedMediaType()


def query_input(request: HttpRequest, limit: int) -> bytes | None:
    """The JSON text of `?input=`, or None when there is none; raises PayloadTooLarge."""
    raw = query_parameter(request.query, b"input") if request.query else None
    if raw and len(raw) > limit:
        raise PayloadTooLarge(limit_bytes=limit)
    return raw or None


def _check_encoding(headers: Headers) -> None:
    encoding = headers.raw(b"content-encoding")
    if encoding is not None and encoding.strip().lower() not in (b"", b"identity"):
        raise UnsupportedMediaType()
    coding = headers.raw(b"transfer-encoding")
    if coding is not None and coding.strip().lower() != b"chunked":  # the server undoes that one, once, and no other
        raise UnsupportedMediaType()


def content_length(headers: Headers) -> int | None:
    """The length that a request declares, in bytes, or None."""
    value = headers.raw(b"content-length")
    if value is None or not value.isdigit() or len(value) > _LONGEST_NUMBER:
        return None
    return int(value)
