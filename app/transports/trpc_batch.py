"""tRPC's batches: many calls in one request, each answered by itself; some requests are refused as a whole."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass

import msgspec
from msgspec import UNSET, Raw, UnsetType

from app.rpc import Route, RpcError
from app.rpc.procedure import DEFAULT_BODY_LIMIT
from app.rpc.protocol_errors import MalformedRequest, ParseError, PayloadTooLarge
from app.transports.answers import UNREAD
from app.transports.body import BodyReader, query_input
from app.transports.calls import Calls, Encoded, Events
from app.transports.http import HttpRequest
from app.transports.together import together
from app.transports.trpc_method import check_method
from app.transports.wire import WireSettings

_ENVELOPE_ROOM = 4096
_Pieces = Sequence[Raw | UnsetType]


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of a batch by index; or why there are none, which calls that take no input never see."""

    pieces: _Pieces = ()
    refusal: RpcError | None = None

    def of(self, index: int, route: Route) -> Raw | None:
        """The input of one call. Raises PayloadTooLarge, or what was wrong with all of them."""
        if not route.procedure.signature.takes_input:
            return None
        if self.refusal is not None:
            raise self.refusal
        piece = self.pieces[index] if self.pieces else UNSET
        if piece is UNSET:
            return None
        limit = route.procedure.options.body_limit
        if memoryview(piece).nbytes > limit:
            raise PayloadTooLarge(limit_bytes=limit)
        return piece


@dataclass(frozen=True, slots=True)
class Batch:
    """The calls of one request: their paths, what is there, and their inputs."""

    calls: Calls
    request: HttpRequest
    paths: list[str]
    routes: list[Route | None]
    inputs: Inputs
    method_override: bool

    @property
    def unread(self) -> bool:
        """Whether a part of the request is still to come."""
        return isinstance(self.inputs.refusal, UNREAD)

    async def results(self) -> list[Encoded]:
        """The outcomes of all calls, which run at once."""
        return await together(map(self.result, range(len(self.paths))))

    def result(self, index: int) -> Awaitable[Encoded]:
        """The outcome of one call. A generator is refused."""
        try:
            route, raw = self._prepared(index)
            return self.calls.call(route, raw, self.request)
        except RpcError as error:
            return _known(self.calls.refused(self.routes[index], error))

    async def begun(self, index: int) -> Encoded | Events:
        """The outcome of one call; of a generator its items, which must be closed."""
        route = self.routes[index]
        if route is None or not route.procedure.signature.generates:
            return await self.result(index)
        try:
            route, raw = self._prepared(index)
            return await self.calls.begin(route, raw, self.request)
        except RpcError as error:
            return self.calls.refused(route, error)

    def _prepared(self, index: int) -> tuple[Route, Raw | None]:
        route = self.routes[index] or self.calls.route(self.paths[index])
        check_method(route, self.request.method, override=self.method_override)
        if route.procedure.kind == "subscription":
            raise MalformedRequest(reason="Cannot batch subscription calls")
        return route, self.inputs.of(index, route)


class Batches:
    """Reads batches within the limits of `wire`."""

    def __init__(self, calls: Calls, wire: WireSettings, bodies: BodyReader) -> None:
        self._calls = calls
        self._wire = wire
        self._bodies = bodies
        self._decoder = _inputs_decoder(wire.batch_limit)
        self._largest = calls.largest_body

    async def read(self, request: HttpRequest) -> Batch:
        """The batch of a request; raises MalformedRequest for what is refused as a whole."""
        paths = request.path.split(",")
        if self._wire.batch_limit == 0:
            raise MalformedRequest(reason="Batching is not enabled on the server")
        if len(paths) > self._wire.batch_limit:
            raise MalformedRequest(reason="Batch call exceeds maximum size")
        routes = [self._calls.find(path) for path in paths]
        kinds = dict.fromkeys(route.procedure.kind for route in routes if route is not None)
        if len(kinds) > 1:
            raise MalformedRequest(reason=f"Cannot mix procedure types in call: {', '.join(kinds)}")
        inputs = await self._inputs(request, routes)
        return Batch(self._calls, request, paths, routes, inputs, self._wire.method_override)

    async def _inputs(self, request: HttpRequest, routes: list[Route | None]) -> Inputs:
        limit = self._limit(routes)
        try:
            if request.method == "POST":
                return Inputs(self._pieces(await self._bodies.read(request, limit)))
            return Inputs(self._pieces(query_input(request, limit)))
        except RpcError as error:
            return Inputs(refusal=error)

    def _limit(self, routes: list[Route | None]) -> int:
        """What all calls together may need, but never more than the largest call of all may need."""
        limits = (route.procedure.options.body_limit if route else DEFAULT_BODY_LIMIT for route in routes)
        return min(sum(limits), self._largest) + _ENVELOPE_ROOM

    def _pieces(self, text: bytes | None) -> _Pieces:
        if text is None:
            return ()
        try:
            return msgspec.structs.astuple(self._decoder.decode(text))
        except msgspec.ValidationError:
            raise MalformedRequest(reason='"input" needs to be an object when doing a batch call') from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise ParseError() from None


async def _known(outcome: Encoded) -> Encoded:
    return outcome


def _inputs_decoder(maximum: int) -> msgspec.json.Decoder[msgspec.Struct]:
    """Decodes an object with the members "0", "1" and so on; others are checked and skipped without making objects."""
    fields = [(f"input{index}", Raw | UnsetType, UNSET) for index in range(maximum)]
    names = {f"input{index}": str(index) for index in range(maximum)}
    return msgspec.json.Decoder(msgspec.defstruct("Inputs", fields, rename=names))
