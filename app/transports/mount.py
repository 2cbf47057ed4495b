"""A codec as an ASGI application: reads the request and sends the answer."""

import uuid
from collections.abc import Awaitable, Callable

from app.rpc import Failure
from app.rpc.protocol_errors import InternalError
from app.transports.answers import CLOSE, error_answer
from app.transports.body import drain
from app.transports.body_stream import linger
from app.transports.http import HttpRequest, HttpResponse, Receive, Scope, Send, read_request
from app.transports.streams import Streams

Codec = Callable[[HttpRequest], Awaitable[HttpResponse]]
ReportBug = Callable[[str, Exception], None]
"""Is told of a bug outside of the calls, and of the error id that the caller was shown."""

_NO_SNIFFING = (b"x-content-type-options", b"nosniff")
_VARY = (b"vary", b"authorization")
_NO_CONTENT = 204
_WITHOUT_BODY = ("GET", "HEAD")


class Mount:
    """Serves one codec at one path prefix."""

    def __init__(self, codec: Codec, streams: Streams, report: ReportBug) -> None:
        self._codec = codec
        self._streams = streams
        self._report = report

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI entry point; a WebSocket is refused."""
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        request = read_request(scope, receive)
        try:
            response = await self._codec(request)
        except Exception as bug:  # the codec's own, or its context's: calls have a boundary of theirs
            response = self._crashed(bug)
        if not request.begun and request.method not in _WITHOUT_BODY:
            await drain(request)
        await send({"type": "http.response.start", "status": response.status, "headers": _headers(request, response)})
        if response.stream is not None:
            await self._streams.send(response.stream, receive, send)
        else:
            await _send_whole(request, response, send)

    def _crashed(self, bug: Exception) -> HttpResponse:
        error = InternalError(error_id=uuid.uuid4().hex)
        self._report(error.error_id, bug)
        return error_answer(Failure(error))


async def _send_whole(request: HttpRequest, response: HttpResponse, send: Send) -> None:
    body = b"" if request.method == "HEAD" else response.body
    await send({"type": "http.response.body", "body": body, "more_body": request.unread})
    if request.unread:
        await linger(request)
        await send({"type": "http.response.body", "body": b""})


def _headers(request: HttpRequest, response: HttpResponse) -> list[tuple[bytes, bytes]]:
    close = CLOSE if request.unread and CLOSE[0] not in response.headers else ()
    headers = [*response.headers, *close, _NO_SNIFFING, _VARY, (b"x-request-id", request.id.encode())]
    # an answer that has all of its declared length ends, and granian closes before anybody has lingered
    if response.stream is None and response.status != _NO_CONTENT and not request.unread:
        headers.append((b"content-length", b"%d" % len(response.body)))
    return headers
