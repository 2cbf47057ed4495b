"""A codec as an ASGI application: reads the request and sends the answer."""

import uuid
from collections.abc import Awaitable, Callable

from app.rpc import Failure
from app.rpc.protocol_errors import InternalError, MalformedRequest
from app.transports.answers import CLOSE, error_answer, limit_headers
from app.transports.body import drain
from app.transports.body_stream import linger
from app.transports.browsers import Browsers
from app.transports.http import HttpRequest, HttpResponse, Receive, Scope, Send, read_request, require_host
from app.transports.streams import Streams

Codec = Callable[[HttpRequest], Awaitable[HttpResponse]]
ReportBug = Callable[[str, Exception], None]
"""Is told of a bug outside of the calls, and of the error id that the caller was shown."""

_NO_CONTENT = 204
_WITHOUT_BODY = ("GET", "HEAD")


class Mount:
    """Serves one codec at one path prefix; what `browsers` are told goes with each answer."""

    def __init__(self, codec: Codec, streams: Streams, report: ReportBug, browsers: Browsers) -> None:
        self._codec = codec
        self._streams = streams
        self._report = report
        self._browsers = browsers
        self._always = browsers.always
        self._origins = browsers.origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI entry point; a WebSocket is refused."""
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        request = read_request(scope, receive)
        try:
            require_host(scope, request.headers)
            preflight = self._browsers.preflight(request) if self._origins and request.method == "OPTIONS" else None
            response = preflight or await self._codec(request)
        except MalformedRequest as refused:
            response = error_answer(Failure(refused))
        except Exception as bug:  # the codec's own, or its context's: calls have a boundary of theirs
            response = self._crashed(bug)
        if not request.begun and request.method not in _WITHOUT_BODY:
            await drain(request)
        await send(
            {"type": "http.response.start", "status": response.status, "headers": self._headers(request, response)}
        )
        if response.stream is not None:
            await self._streams.send(response.stream, receive, send)
            return
        body = response.body if request.method != "HEAD" else b""
        await send({"type": "http.response.body", "body": body, "more_body": request.unread})
        if request.unread:
            await linger(request)
            await send({"type": "http.response.body", "body": b""})

    def _headers(self, request: HttpRequest, response: HttpResponse) -> list[tuple[bytes, bytes]]:
        headers = [*response.headers, *self._always, (b"x-request-id", request.id.encode())]
        if request.unread and CLOSE[0] not in response.headers:
            headers += CLOSE
        if self._origins:
            headers += self._origins.get(request.headers.raw(b"origin") or b"", ())
        if request.limits:
            headers += limit_headers(request.limits.values())
        # an answer that has all of its declared length ends, and granian closes before anybody has lingered
        if response.stream is None and response.status != _NO_CONTENT and not request.unread:
            headers.append((b"content-length", b"%d" % len(response.body)))
        return headers

    def _crashed(self, bug: Exception) -> HttpResponse:
        error = InternalError(error_id=uuid.uuid4().hex)
        self._report(error.error_id, bug)
        return error_answer(Failure(error))
