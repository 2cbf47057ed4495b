"""tRPC v11 over HTTP, so that its official clients work unchanged: `/trpc/{path}`.

Deliberate differences from the reference server: texts of refused inputs are ours, bugs are masked, there is no
`undefined` (null stands for it), forms are taken only where declared, and every answer says `application/json`.
"""

from typing import Final

from app.rpc import Route, RpcError
from app.rpc.protocol_errors import MalformedRequest, PostOnly, UnsupportedMediaType
from app.transports.body import BodyReader, check_type, query_input
from app.transports.calls import Calls
from app.transports.http import HttpRequest, HttpResponse, query_parameter
from app.transports.trpc_answers import batch_answer, single_answer
from app.transports.trpc_batch import Batch, Batches
from app.transports.trpc_events import Subscriptions
from app.transports.trpc_forms import Forms, form_type
from app.transports.trpc_method import check_method
from app.transports.trpc_stream import batch_stream, stream_format
from app.transports.wire import WireSettings

_VARY: Final = ((b"vary", b"trpc-accept, accept"),)


class Trpc:
    """The codec of tRPC."""

    def __init__(self, calls: Calls, wire: WireSettings) -> None:
        self._calls = calls
        self._wire = wire
        self._bodies = BodyReader(wire)
        self._batches = Batches(calls, wire, self._bodies)
        self._subscriptions = Subscriptions(calls, wire)
        self._forms = Forms(calls, self._bodies)

    async def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        if request.method == "HEAD":
            return HttpResponse(204, ())
        try:
            response = await self._answer(request)
        except RpcError as error:
            response = single_answer(self._calls.refused(None, error))
        response.headers += _VARY
        return response

    async def _answer(self, request: HttpRequest) -> HttpResponse:
        form = form_type(request.headers)
        if form is not None and request.method != "POST":
            raise PostOnly(media_type=form)
        if form is None and request.method != "GET":
            _require_json(request)
        lines = stream_format(request.headers)
        if query_parameter(request.query, b"batch") == b"1" and form is None:
            batch = await self._batches.read(request)
            return batch_stream(batch, lines, self._wire.ping) if lines else await _answered(batch)
        if lines == "jsonl":
            raise MalformedRequest(reason="Streaming requests must be batched (you can do a batch of 1)")
        route = self._calls.route(request.path)
        if form is not None:
            return single_answer(await self._forms.call(route, request, form))
        return await self._single(route, request)

    async def _single(self, route: Route, request: HttpRequest) -> HttpResponse:
        if route.procedure.kind == "subscription":
            return await self._subscriptions.open(route, request, self._input)
        try:
            raw = await self._input(route, request)
            return single_answer(await self._calls.call(route, raw, request))
        except RpcError as error:
            return single_answer(self._calls.refused(route, error))

    async def _input(self, route: Route, request: HttpRequest) -> bytes | None:
        """The JSON text of a call's input, once its method is found to be right."""
        check_method(route, request.method, override=self._wire.method_override)
        limit = route.procedure.options.body_limit
        if request.method == "POST":
            return await self._bodies.read(request, limit)
        return query_input(request, limit)


async def _answered(batch: Batch) -> HttpResponse:
    return batch_answer(await batch.results(), unread=batch.unread)


def _require_json(request: HttpRequest) -> None:
    content_type = request.headers.raw(b"content-type")
    if content_type is None:
        raise UnsupportedMediaType()
    check_type(content_type)
