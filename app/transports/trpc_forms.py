"""Inputs that are forms or plain bytes, for the procedures that declare them."""

from collections.abc import Iterator
from typing import Final, get_args

# it ships no types; what is used of it is annotated here
from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
)

from app.rpc import File, Route, RpcError, Unencoded
from app.rpc.procedure import MediaType
from app.rpc.protocol_errors import MalformedRequest, UnsupportedMediaType
from app.transports.body import BodyReader
from app.transports.calls import Calls, Encoded
from app.transports.form_stream import UNTYPED, boundary_of
from app.transports.http import Headers, HttpRequest
from app.transports.streamed_forms import StreamedForms

_TYPES: Final[tuple[MediaType, ...]] = get_args(MediaType)
_MOST_FIELDS: Final = 100


def form_type(headers: Headers) -> MediaType | None:
    """The media type of a request that is a form or plain bytes, else None."""
    sent = (headers.raw(b"content-type") or b"").split(b";", 1)[0].strip().lower().decode("latin-1")
    return next((media_type for media_type in _TYPES if media_type == sent), None)


class Forms:
    """Calls mutations whose input is not JSON."""

    def __init__(self, calls: Calls, bodies: BodyReader) -> None:
        self._calls = calls
        self._bodies = bodies
        self._streamed = StreamedForms(calls, bodies)

    async def call(self, route: Route, request: HttpRequest, media_type: MediaType) -> Encoded:
        """The outcome of a posted call; UnsupportedMediaType unless its procedure declares the type."""
        options = route.procedure.options
        try:
            if media_type == "multipart/form-data" and route.procedure.signature.form:
                return await self._streamed.call(route, request)
            if media_type not in options.accepts:
                raise UnsupportedMediaType()
            body = await self._bodies.read_bytes(request, options.body_limit) or b""
            sent = body if media_type == "application/octet-stream" else _fields(body, request.headers)
            return await self._calls.call(route, Unencoded(sent), request)
        except RpcError as error:
            return self._calls.refused(route, error)


def _fields(body: bytes, headers: Headers) -> dict[str, str | File]:
    """The fields of a multipart form (RFC 7578); raises MalformedRequest."""
    fields: dict[str, str | File] = {}
    try:
        for segment, content in _segments(body, boundary_of(headers)):
            if segment.name is None or segment.name in fields:
                raise MalformedRequest(reason="Each part of a form needs a name of its own")
            fields[segment.name] = _field(segment, content)
    except (MultipartError, UnicodeDecodeError):
        raise MalformedRequest(reason="The body is not a valid multipart/form-data form") from None
    return fields


def _segments(body: bytes, boundary: str) -> Iterator[tuple[MultipartSegment, bytes]]:
    with PushMultipartParser(boundary, max_segment_count=_MOST_FIELDS, strict=True) as parser:
        segment, pieces = None, list[bytes]()
        for event in parser.parse(body):
            if isinstance(event, MultipartSegment):
                segment, pieces = event, []
            elif event is not None:
                pieces.append(bytes(event))
            elif segment is not None:
                yield segment, b"".join(pieces)


def _field(segment: MultipartSegment, content: bytes) -> str | File:
    if segment.filename is None:
        return content.decode()
    return File(segment.filename, segment.content_type or UNTYPED, content)
