"""The one transport that knows Litestar: the codecs as mounts, and the framework's own failures in the wires' shape."""

import uuid
from collections.abc import Callable
from typing import Any, cast

from litestar import Request, Response
from litestar.exceptions import ClientException, HTTPException
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send

from app.rpc import Code, ErrorShape
from app.rpc.errors import ErrorData
from app.rpc.protocol_errors import InternalError
from app.transports.calls import Calls, encode
from app.transports.compat import Compat
from app.transports.http import HttpRequest, HttpResponse, request_id
from app.transports.http import Receive as AsgiReceive
from app.transports.http import Scope as AsgiScope
from app.transports.http import Send as AsgiSend
from app.transports.jsonrpc import JsonRpc
from app.transports.mount import Codec, Mount
from app.transports.plain import Plain
from app.transports.trpc import Trpc
from app.transports.tus import Tus, TusProcedures
from app.transports.wire import WireSettings

ReportBug = Callable[[str, Exception], None]
ExceptionHandler = Callable[[Request[Any, Any, Any], Exception], Response[bytes]]

FILES = "/files"
"""Where resumable uploads are."""
_BAD_REQUEST = 400
_SERVER_ERROR = 500
_CODES = {code.http_status: code for code in Code if code is not Code.PARSE_ERROR}


def mount(
    calls: Calls, wire: WireSettings, openrpc: bytes | None = None, uploads: TusProcedures | None = None
) -> list[ASGIRouteHandler]:
    """The wires as route handlers: JSON-RPC at `/rpc`, plain JSON under it, tRPC under `/trpc`, the old routes
    under `/api`, and tus under `/files` where there are `uploads`.

    `openrpc` is the document, as JSON, that JSON-RPC's `rpc.discover` answers with.
    """
    plain, jsonrpc = Plain(calls, wire), JsonRpc(calls, wire, openrpc)

    async def rpc(request: HttpRequest) -> HttpResponse:
        return await (plain(request) if request.path else jsonrpc(request))

    codecs: dict[str, Codec] = {"/rpc": rpc, "/trpc": Trpc(calls, wire), "/api": Compat(calls, wire)}
    if uploads:
        codecs[FILES] = Tus(calls, wire, uploads, FILES)
    return [handler(path, Mount(codec, calls.streams)) for path, codec in codecs.items()]


def handler(path: str, app: Mount) -> ASGIRouteHandler:
    """One codec as the handler of all that is under a path."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        _require_host(scope)
        await app(cast(AsgiScope, scope), cast(AsgiReceive, receive), cast(AsgiSend, send))

    return ASGIRouteHandler(path, is_mount=True, copy_scope=False)(serve)


def _require_host(scope: Scope) -> None:
    """A request of HTTP/1.1 names one host (RFC 9112, section 3.2): of two, a proxy may have meant the other.

    Where there is none, granian gives an empty one.
    """
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    if scope["http_version"] == "1.1" and (len(hosts) != 1 or not hosts[0]):
        raise ClientException("A request must have one Host header")


def exception_handlers(report: ReportBug) -> dict[int | type[Exception], ExceptionHandler]:
    """Answers to what fails outside of the wires: error objects too. `report` is told of a bug and its error id."""

    def refused(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        status = error.status_code if isinstance(error, HTTPException) else _SERVER_ERROR
        if status >= _SERVER_ERROR or not isinstance(error, HTTPException):
            return crashed(request, error)
        code = _CODES.get(status, Code.BAD_REQUEST)
        data = ErrorData(code.name, status, type(error).__name__, declared=False)
        return _answer(request, status, ErrorShape(code.number, error.detail, data), error.headers)

    def crashed(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        bug = InternalError(error_id=uuid.uuid4().hex)
        report(bug.error_id, error)
        return _answer(request, _SERVER_ERROR, bug.shape(None, declared=False))

    return {HTTPException: refused, Exception: crashed}


def _answer(
    request: Request[Any, Any, Any], status: int, shape: ErrorShape, headers: dict[str, str] | None = None
) -> Response[bytes]:
    sent = request.headers.get("x-request-id")
    always = {
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "x-request-id": request_id(sent.encode("latin-1") if sent else None),
    }
    body = encode({"error": shape})
    return Response(body, status_code=status, media_type="application/json", headers={**(headers or {}), **always})
