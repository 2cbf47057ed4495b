"""What every codec asks for: a route, a context, a call, and its result as JSON."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeGuard

import msgspec

from app.context import Request
from app.rpc import Dispatcher, Failure, Outcome, RawInput, Returned, Route, RpcError, Tracked
from app.rpc.protocol_errors import ProcedureNotFound, StreamOnly
from app.transports.http import HttpRequest
from app.transports.streams import Streams

MakeContext = Callable[[Request], Any]
Encoded = bytes | Failure

encode: Callable[[Any], bytes] = msgspec.json.Encoder().encode
# what msgspec raises for a value that has no JSON form: such an output is a bug of its procedure
_UNENCODABLE = (TypeError, ValueError, RecursionError, OverflowError)


@dataclass(frozen=True, slots=True)
class Event:
    """One item of a generator as JSON; `id` where the procedure tracked it, `last` for what it returned."""

    data: bytes
    id: str | None = None
    last: bool = False


Events = AsyncGenerator[Event | Failure, None]


class Calls:
    """Calls of one table on behalf of the codecs, and the streams that came of them."""

    def __init__(self, dispatcher: Dispatcher, make_context: MakeContext) -> None:
        self._dispatcher = dispatcher
        self._make_context = make_context
        self.streams = Streams()
        self._mutations: set[asyncio.Task[Encoded]] = set()

    @property
    def largest_body(self) -> int:
        """The largest body, in bytes, that any procedure takes."""
        return max((route.procedure.options.body_limit for route in self._dispatcher.table), default=0)

    def route(self, path: str) -> Route:
        """The route at a path; raises ProcedureNotFound."""
        return self._dispatcher.route(path)

    def find(self, path: str) -> Route | None:
        """The route at a path, or None."""
        return self._dispatcher.table.get(path)

    def call(self, route: Route, raw: RawInput, request: HttpRequest) -> Awaitable[Encoded]:
        """Run a query or mutation to its output's JSON, or its failure. Raises StreamOnly for a generator.

        A mutation has begun, and goes on when whoever waits for it is cancelled: a client that left must not leave half
        of it.
        """
        if route.procedure.signature.generates:
            raise StreamOnly()
        work = self._run(route, raw, self._make_context(request.of_call(route.path)))
        return self._unbroken(work) if route.procedure.kind == "mutation" else work

    async def _run(self, route: Route, raw: RawInput, ctx: Any) -> Encoded:
        started = time.perf_counter()
        outcome = await self._dispatcher.call(route, raw, ctx)
        if isinstance(outcome, Failure):
            return outcome
        try:
            return encode(outcome.value)
        except _UNENCODABLE as error:
            return self._bug(route, ctx, started, error)

    def _unbroken(self, work: Coroutine[Any, Any, Encoded]) -> Awaitable[Encoded]:
        task = asyncio.create_task(work)
        self._mutations.add(task)  # the loop itself holds tasks weakly
        task.add_done_callback(self._mutations.discard)
        return asyncio.shield(task)

    async def settle(self) -> None:
        """Wait for the mutations whose clients have left; to be awaited before the resources close."""
        while self._mutations:
            await asyncio.wait(self._mutations)

    async def begin(self, route: Route, raw: RawInput, request: HttpRequest) -> Events | Failure:
        """Begin a generator: its items and a failure at most once, as the last; or its refusal before it began.

        Closing the items closes the procedure.
        """
        ctx = self._make_context(request.of_call(route.path))
        outcome = await self._dispatcher.call(route, raw, ctx)
        return outcome if isinstance(outcome, Failure) else self._items(route, outcome.value, ctx)

    async def _items(self, route: Route, generator: AsyncGenerator[Any, None], ctx: Any) -> Events:
        started = time.perf_counter()
        async with aclosing(self._dispatcher.events(route, generator, ctx)) as outcomes:
            async for each in outcomes:
                event = self._event(route, ctx, started, each)
                failed = isinstance(event, Failure)
                yield event
                if failed:
                    return
                del event  # it may be long until the next one, and streams are many

    def _event(self, route: Route, ctx: Any, started: float, outcome: Outcome) -> Event | Failure:
        if isinstance(outcome, Failure):
            return outcome
        value = outcome.value
        try:
            if _is_tracked(value):
                return Event(encode(value.data), value.id)
            return Event(encode(value.data), last=True) if _is_returned(value) else Event(encode(value))
        except _UNENCODABLE as error:
            return self._bug(route, ctx, started, error)

    def refused(self, route: Route | None, error: RpcError) -> Failure:
        """A request that was refused before its call began."""
        if route is not None:
            return self._dispatcher.failure(route, error)
        return Failure(error, error.procedure if isinstance(error, ProcedureNotFound) else None)

    def _bug(self, route: Route, ctx: Any, started: float, error: Exception) -> Failure:
        failure = self._dispatcher.crash(route, error)
        self._dispatcher.observe(route, ctx, started, failure, error)
        return failure


def _is_tracked(value: object) -> TypeGuard[Tracked[Any]]:
    return isinstance(value, Tracked)


def _is_returned(value: object) -> TypeGuard[Returned[Any]]:
    return isinstance(value, Returned)
