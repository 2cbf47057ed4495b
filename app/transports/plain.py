"""Plain JSON: `POST /rpc/{path}`, or GET with `?input=`; the body is the input (or a form), the 200 body the output."""

from functools import partial
from typing import Final

from app.rpc import Failure, Route, RpcError
from app.rpc.protocol_errors import MethodNotSupported
from app.transports.answers import JSON_HEADERS, error_answer
from app.transports.body import BodyReader, query_input
from app.transports.calls import Calls, encode
from app.transports.form_stream import is_multipart
from app.transports.http import HttpRequest, HttpResponse
from app.transports.sse import EVENT_STREAM_HEADERS, connection_params, event_stream, last_event_id, resumed
from app.transports.streamed_forms import StreamedForms
from app.transports.wire import WireSettings

_METHODS: Final = {
    "query": ("GET", "HEAD", "POST"),
    "mutation": ("POST",),
    "subscription": ("GET", "HEAD"),
}


class Plain:
    """The codec of plain JSON."""

    def __init__(self, calls: Calls, wire: WireSettings) -> None:
        self._calls = calls
        self._wire = wire
        self._bodies = BodyReader(wire)
        self._forms = StreamedForms(calls, self._bodies)

    async def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        route = None
        try:
            route = self._calls.route(request.path)
            procedure = route.procedure
            _check_method(route, request.method)
            if procedure.kind == "subscription":
                return self._stream(route, request)
            limit = procedure.options.body_limit
            if request.method != "POST":
                result = await self._calls.call(route, query_input(request, limit), request)
            elif procedure.signature.form and is_multipart(request.headers):
                result = await self._forms.call(route, request)
            else:
                result = await self._calls.call(route, await self._bodies.read(request, limit), request)
        except RpcError as error:
            return error_answer(self._calls.refused(route, error))
        return error_answer(result) if isinstance(result, Failure) else HttpResponse(200, JSON_HEADERS, result)

    def _stream(self, route: Route, request: HttpRequest) -> HttpResponse:
        if request.method == "HEAD":
            return HttpResponse(200, EVENT_STREAM_HEADERS)
        request.params = connection_params(request)
        last_id = last_event_id(request)
        raw = resumed(route, query_input(request, route.procedure.options.body_limit), last_id)
        begin = partial(self._calls.begin, route, raw, request)
        stream = event_stream(begin, self._wire.ping, _event_failure, last_id)
        return HttpResponse(200, EVENT_STREAM_HEADERS, stream=stream)


def _check_method(route: Route, method: str) -> None:
    kind = route.procedure.kind
    allowed = _METHODS[kind]
    if method not in allowed:
        raise MethodNotSupported(method=method[:20], kind=kind, procedure=route.path, allow=", ".join(allowed))


def _event_failure(failure: Failure) -> bytes:
    return encode(failure.shape())
