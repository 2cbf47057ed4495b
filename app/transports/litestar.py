"""The one transport that knows Litestar: the codecs as mounts, and the framework's own failures in the wires' shape."""

import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, cast

from litestar import Litestar, Request, Response
from litestar.exceptions import HTTPException
from litestar.handlers import ASGIRouteHandler, HTTPRouteHandler
from litestar.types import Receive, Scope, Send

from app.rpc import Code, ErrorShape
from app.rpc.errors import ErrorData
from app.rpc.protocol_errors import InternalError
from app.transports.browsers import Browsers
from app.transports.calls import Calls, encode
from app.transports.compat import Compat
from app.transports.http import HttpRequest, HttpResponse, request_id
from app.transports.http import Receive as AsgiReceive
from app.transports.http import Scope as AsgiScope
from app.transports.http import Send as AsgiSend
from app.transports.jsonrpc import JsonRpc
from app.transports.mount import Codec, Mount, ReportBug
from app.transports.plain import Plain
from app.transports.trpc import Trpc
from app.transports.tus import Tus, TusProcedures
from app.transports.wire import WireSettings

ExceptionHandler = Callable[[Request[Any, Any, Any], Exception], Response[bytes]]

Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]
AsgiApp = Callable[[AsgiScope, AsgiReceive, AsgiSend], Awaitable[None]]

FILES = "/files"
"""Where resumable uploads are."""
_BAD_REQUEST = 400
_SERVER_ERROR = 500
_CODES = {code.http_status: code for code in Code if code is not Code.PARSE_ERROR}


def wires(
    calls: Calls,
    wire: WireSettings,
    report: ReportBug,
    openrpc: bytes | None = None,
    uploads: TusProcedures | None = None,
    browsers: Browsers | None = None,
) -> dict[str, Mount]:
    """The wires by the path they are under: JSON-RPC at `/rpc`, plain JSON under it, tRPC under `/trpc`, the old routes
    under `/api`, and tus under `/files` where there are `uploads`.

    `openrpc` is the document, as JSON, that JSON-RPC's `rpc.discover` answers with. `report` is told of a codec's bug.
    """
    browsers = browsers or Browsers()
    plain, jsonrpc = Plain(calls, wire), JsonRpc(calls, wire, openrpc)

    def rpc(request: HttpRequest) -> Awaitable[HttpResponse]:
        return plain(request) if request.path else jsonrpc(request)

    codecs: dict[str, Codec] = {"/rpc": rpc, "/trpc": Trpc(calls, wire), "/api": Compat(calls, wire)}
    if uploads:
        codecs[FILES] = Tus(calls, wire, uploads, FILES)
    return {path: Mount(codec, calls.streams, report, browsers) for path, codec in codecs.items()}


def application(
    mounts: Mapping[str, Mount],
    report: ReportBug,
    handlers: Sequence[ASGIRouteHandler | HTTPRouteHandler] = (),
    lifespan: Sequence[Lifespan] = (),
    browsers: Browsers | None = None,
) -> AsgiApp:
    """The mounts, each at its path and at all under it, and the framework for what is left, with what `browsers` are
    told of it.

    Measured: on the framework's own way to a mount a call spends as long again as on its way through the dispatcher's
    table, its decoder and its encoder together.
    """
    always = apart(browsers or Browsers())
    app = Litestar(
        handlers,
        lifespan=lifespan,
        openapi_config=None,
        response_headers=always,
        exception_handlers=exception_handlers(report, always),
        debug=False,
        logging_config=None,
    )

    def serve(scope: AsgiScope, receive: AsgiReceive, send: AsgiSend) -> Awaitable[None]:
        path: str = scope.get("path", "")
        end = path.find("/", 1)
        mounted = mounts.get(path if end < 0 else path[:end])
        if mounted is None:
            return app(cast(Scope, scope), cast(Receive, receive), cast(Send, send))
        scope["path"] = "" if end < 0 else path[end:]
        return mounted(scope, receive, send)

    return serve


def handler(path: str, app: Mount) -> ASGIRouteHandler:
    """One codec as the framework's handler of all that is under a path."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await app(cast(AsgiScope, scope), cast(AsgiReceive, receive), cast(AsgiSend, send))

    return ASGIRouteHandler(path, is_mount=True, copy_scope=False)(serve)


def apart(browsers: Browsers) -> dict[str, str]:
    """What each answer outside of the wires says to browsers, as Litestar has headers."""
    return {name.decode(): value.decode() for name, value in browsers.apart}


def exception_handlers(report: ReportBug, always: Mapping[str, str]) -> dict[int | type[Exception], ExceptionHandler]:
    """Answers to what fails outside of the wires: error objects too, with the headers `always`. `report` is told of a
    bug and its error id.
    """
    told = {"cache-control": "no-store", **always}

    def refused(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        status = error.status_code if isinstance(error, HTTPException) else _SERVER_ERROR
        if status >= _SERVER_ERROR or not isinstance(error, HTTPException):
            return crashed(request, error)
        code = _CODES.get(status, Code.BAD_REQUEST)
        data = ErrorData(code.name, status, type(error).__name__, declared=False)
        shape = ErrorShape(code.number, error.detail, data)
        return _answer(request, status, shape, {**(error.headers or {}), **told})

    def crashed(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        bug = InternalError(error_id=uuid.uuid4().hex)
        report(bug.error_id, error)
        return _answer(request, _SERVER_ERROR, bug.shape(None, declared=False), told)

    return {HTTPException: refused, Exception: crashed}


def _answer(
    request: Request[Any, Any, Any], status: int, shape: ErrorShape, headers: dict[str, str]
) -> Response[bytes]:
    sent = request.headers.get("x-request-id")
    headers = {**headers, "x-request-id": request_id(sent.encode("latin-1") if sent else None)}
    return Response(encode({"error": shape}), status_code=status, media_type="application/json", headers=headers)
