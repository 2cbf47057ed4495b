"""`multipart/form-data` (RFC 7578) whose file is read while it arrives."""

from collections.abc import AsyncIterator, Iterator
from email.message import Message
from typing import Final

# it ships no types; what is used of it is annotated here
from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
)

from app.rpc import FileStream
from app.rpc.protocol_errors import MalformedRequest, PayloadTooLarge
from app.transports.body_stream import BodyStream
from app.transports.http import Headers

UNTYPED: Final = "application/octet-stream"
_FIELDS_BYTES: Final = 64 * 1024
_MOST_PARTS: Final = 100
_NO_FORM: Final = "The body is not a valid multipart/form-data form"
_FILE_LAST: Final = "The file must be the last part of the form"


def is_multipart(headers: Headers) -> bool:
    """Whether a request is such a form."""
    return (headers.raw(b"content-type") or b"").split(b";", 1)[0].strip().lower() == b"multipart/form-data"


def boundary_of(headers: Headers) -> str:
    """The boundary that the content type names; raises MalformedRequest."""
    header = Message()
    header["content-type"] = headers["content-type"]
    boundary = header.get_boundary()
    if not boundary:
        raise MalformedRequest(reason="The content type names no boundary")
    return boundary


class FormStream:
    """One form: its fields, then its file. Raises MalformedRequest and what the body raises."""

    def __init__(self, body: BodyStream, boundary: str) -> None:
        self._body = body
        self._boundary = boundary
        self._parts = _Parts(body, boundary)
        self._overhead = 0

    async def fields(self) -> dict[str, str | FileStream]:
        """The fields by name, up to the file and with it, where there is one."""
        fields: dict[str, str | FileStream] = {}
        while (segment := await self._parts.next()) is not None:
            assert isinstance(segment, MultipartSegment)  # noqa: S101  a part begins with its headers
            name: str | None = segment.name
            if not name or name in fields:
                raise MalformedRequest(reason="Each part of a form needs a name of its own")
            self._overhead += _overhead(segment, self._boundary)
            if segment.filename is not None:
                fields[name] = self._file(segment.filename, segment.content_type)
                return fields
            fields[name] = await self._text()
        return fields

    async def _text(self) -> str:
        """The content of a field, the whole of which must be small, as all of them together."""
        pieces: list[bytes] = []
        while isinstance(piece := await self._parts.next(), bytes):
            pieces.append(piece)
            self._overhead += len(piece)
            if self._overhead > _FIELDS_BYTES:
                raise PayloadTooLarge(limit_bytes=_FIELDS_BYTES)
        try:
            return b"".join(pieces).decode()
        except UnicodeDecodeError:
            raise MalformedRequest(reason=_NO_FORM) from None

    def _file(self, name: str, media_type: str | None) -> FileStream:
        rest = None if self._body.length is None else self._body.length - self._overhead - len(self._boundary) - 6
        return FileStream(name, media_type or UNTYPED, self._pieces(), rest)

    async def _pieces(self) -> AsyncIterator[bytes]:
        """The file's bytes; they have ended well only when the form has ended with them."""
        while isinstance(piece := await self._parts.next(), bytes):
            yield piece
        if await self._parts.next() is not None:
            raise MalformedRequest(reason=_FILE_LAST)


def _overhead(segment: MultipartSegment, boundary: str) -> int:
    """The least that a part takes beside its content, in bytes: delimiter, headers, empty line."""
    headers = sum(len(name.encode()) + len(value.encode()) + 3 for name, value in segment.headerlist)
    return len(boundary) + 8 + headers


class _Parts:
    """What the parser finds, one by one, with bytes asked for only when they are needed."""

    def __init__(self, body: BodyStream, boundary: str) -> None:
        self._body = body
        self._found: Iterator[MultipartSegment | bytes | None] = iter(())
        self._idle = 0
        try:
            self._parser = PushMultipartParser(boundary, max_segment_count=_MOST_PARTS, strict=True)
        except MultipartError:
            raise MalformedRequest(reason=_NO_FORM) from None

    async def next(self) -> MultipartSegment | bytes | None:
        """The headers of a part, or a piece of its content; None ends a part, and once more the form."""
        try:
            while True:
                for event in self._found:
                    self._idle = 0
                    self._parser.strict = (
                        False  # in two pieces, strictness refuses a line break after the last boundary
                    )
                    return event
                piece = await self._body.next()
                if piece is None:
                    self._parser.close()
                    return None
                self._feed(piece)
        except MultipartError:
            raise MalformedRequest(reason=_NO_FORM) from None

    def _feed(self, piece: bytes) -> None:
        """Parse a piece, an empty one too; what goes on and on without anything in it is no form."""
        self._idle += len(piece)
        if self._idle - len(piece) > _FIELDS_BYTES:
            raise MalformedRequest(reason=_NO_FORM)
        self._found = self._parser.parse(piece) if piece else iter(())
