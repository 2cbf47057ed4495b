"""A request and a response as the codecs see them: between ASGI and the calls."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, MutableMapping, Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec
import uuid_utils

from app.context import Request
from app.leases import Standing
from app.rpc.protocol_errors import MalformedRequest

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
HeaderPairs = tuple[tuple[bytes, bytes], ...]

_LONGEST_ID = 128
_COMMA, _SPACE = b", "  # as numbers: looking for one byte takes a third of the time that bytes take
_HEX = frozenset(b"0123456789abcdef")
_FIELD_LENGTHS = (2, 32, 16, 2)


class Headers(Mapping[str, str]):
    """A request's headers by lower-case name, decoded only when one is read.

    A header sent twice is joined with ", " (RFC 9110, section 5.3), so that two tokens never pass for one.
    """

    __slots__ = ("_pairs", "raw")

    def __init__(self, pairs: Sequence[tuple[bytes, bytes]]) -> None:
        self._pairs = dict(pairs)
        if len(self._pairs) != len(pairs):
            self._pairs = _joined(pairs)
        self.raw: Callable[[bytes], bytes | None] = self._pairs.get
        """The value as it was sent, or None."""

    def __getitem__(self, name: str) -> str:
        return self._pairs[name.encode("latin-1")].decode("latin-1")

    def __iter__(self) -> Iterator[str]:
        return (name.decode("latin-1") for name in self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)


def _joined(pairs: Sequence[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    joined: dict[bytes, bytes] = {}
    for name, value in pairs:
        joined[name] = joined[name] + b", " + value if name in joined else value
    return joined


class HttpRequest(msgspec.Struct, eq=False):
    """One request; `path` is percent-decoded and relative to the mount, without slashes at its ends.

    `begun`: the body has been asked for. `unread`: a part of it, read as a stream, is still to come. `ahead`: the
    message that was asked for before anybody waits for it. `limits`: how the caller stands with each rate limit that
    its calls were counted against, by name.
    """

    method: str
    path: str
    query: bytes
    headers: Headers
    client: str | None
    receive: Receive
    id: str
    trace_id: str | None
    params: Mapping[str, str] | None = None
    begun: bool = False
    unread: bool = False
    ahead: Awaitable[Message] | None = None
    limits: dict[str, Standing] | None = None

    def of_call(self, path: str) -> Request:
        """What a context is told of a call of the procedure at `path`."""
        return Request(self.id, path, self.headers, self.client, self.trace_id, self.params, self)

    def note_limit(self, standing: Standing) -> None:
        """Keep it for the answer's headers; of the calls of a batch, the one that left least."""
        self.limits = self.limits or {}
        known = self.limits.setdefault(standing.name, standing)
        if standing.remaining < known.remaining:
            self.limits[standing.name] = standing


class HttpResponse(msgspec.Struct, eq=False):
    """One response: a whole body, or a stream of pieces that its receiver must close."""

    status: int
    headers: HeaderPairs
    body: bytes = b""
    stream: AsyncGenerator[bytes, None] | None = None


def read_request(scope: Scope, receive: Receive) -> HttpRequest:
    """The request of an ASGI scope."""
    headers = Headers(scope["headers"])
    client = scope.get("client")
    traceparent = headers.raw(b"traceparent")
    return HttpRequest(
        scope["method"],
        scope["path"].strip("/"),
        scope["query_string"],
        headers,
        client[0] if client else None,
        receive,
        request_id(headers.raw(b"x-request-id")),
        trace_id(traceparent) if traceparent is not None else None,
    )


def require_host(scope: Scope, headers: Headers) -> None:
    """Raises MalformedRequest unless a request of HTTP/1.1 names one host (RFC 9112, section 3.2): of two, a proxy may
    have meant the other. Where there is none, granian gives an empty one.
    """
    host = headers.raw(b"host")
    if (not host or _COMMA in host or _SPACE in host) and scope["http_version"] == "1.1":
        raise MalformedRequest(reason="A request must have one Host header")


def request_id(sent: bytes | None) -> str:
    """The caller's X-Request-ID if it is at most 128 visible ASCII characters, else a new one."""
    if sent and len(sent) <= _LONGEST_ID and sent.isascii():
        text = sent.decode("ascii")
        if text.isprintable() and " " not in text:
            return text
    return uuid_utils.uuid4().hex


def trace_id(traceparent: bytes) -> str | None:
    """The trace-id of a `traceparent` header, or None where it is invalid (W3C Trace Context, section 3.2)."""
    match traceparent.split(b"-"):
        case [version, trace, parent, flags, *more] if version != b"ff" and not (more and version == b"00"):
            fields = (version, trace, parent, flags)
        case _:
            return None
    if tuple(map(len, fields)) != _FIELD_LENGTHS or not all(map(_HEX.issuperset, fields)):
        return None
    return trace.decode("ascii") if trace.strip(b"0") and parent.strip(b"0") else None


def query_parameter(query: bytes, name: bytes) -> bytes | None:
    """The first value of a query parameter, percent-decoded, or None."""
    for pair in query.split(b"&"):
        key, _, value = pair.partition(b"=")
        if key == name or unquote(key) == name:
            return unquote(value)
    return None


def unquote(text: bytes) -> bytes:
    """Percent-decoding as forms do it: a plus sign is a space."""
    return unquote_to_bytes(text.replace(b"+", b" "))
