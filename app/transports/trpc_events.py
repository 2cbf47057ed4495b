"""tRPC's subscriptions: event streams that are 200 once the procedure exists; a refusal is an event."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from app.rpc import Failure, Route, RpcError
from app.rpc.protocol_errors import MethodNotSupported
from app.transports.calls import Calls
from app.transports.http import HeaderPairs, HttpRequest, HttpResponse
from app.transports.sse import Begin, connection_params, event_stream, last_event_id, resumed
from app.transports.trpc_answers import error_object
from app.transports.wire import WireSettings

ReadInput = Callable[[Route, HttpRequest], Awaitable[bytes | None]]

_HEADERS: Final = (
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
)


class Subscriptions:
    """Opens event streams."""

    def __init__(self, calls: Calls, wire: WireSettings) -> None:
        self._calls = calls
        self._wire = wire

    async def open(self, route: Route, request: HttpRequest, read_input: ReadInput) -> HttpResponse:
        """The stream of one subscription. Raises InvalidConnectionParams."""
        request.params = connection_params(request)
        last_id = last_event_id(request)
        headers: HeaderPairs = _HEADERS
        try:
            raw = resumed(route, await read_input(route, request), last_id)
            begin: Begin = partial(self._calls.begin, route, raw, request)
        except RpcError as error:
            begin = partial(_refused, self._calls.refused(route, error))
            if isinstance(error, MethodNotSupported):
                headers += ((b"allow", error.allow.encode()),)
        return HttpResponse(200, headers, stream=event_stream(begin, self._wire.ping, error_object, last_id))


async def _refused(failure: Failure) -> Failure:
    return failure
