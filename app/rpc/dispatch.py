"""One way to run a call, whichever wire it came by: look up, decode, middlewares, function, outcome."""

import time
import traceback
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import msgspec

from app.rpc.deadline import Deadlines
from app.rpc.decode import decode_input
from app.rpc.errors import ErrorShape, RpcError
from app.rpc.procedure import AnyProcedure, Middleware
from app.rpc.protocol_errors import CallTimeout, InternalError, ProcedureNotFound
from app.rpc.router import Route, Table
from app.rpc.unencoded import Unencoded

RawInput = bytes | msgspec.Raw | Unencoded | None


class Success(msgspec.Struct, frozen=True):
    """The function's value; its generator, where it is one."""

    value: Any


class Failure(msgspec.Struct, frozen=True):
    """A refused call, or a bug behind an InternalError; `declared` says whether the procedure names this error."""

    error: RpcError
    path: str | None = None
    declared: bool = False
    stack: str | None = None

    def shape(self) -> ErrorShape:
        """The error object of the wire."""
        return self.error.shape(self.path, declared=self.declared, stack=self.stack)


Outcome = Success | Failure


class CallRecord(msgspec.Struct, frozen=True):
    """What there is to log of a finished call; `bug` is the exception behind an InternalError."""

    path: str
    kind: str
    code: str
    milliseconds: float
    ctx: Any
    failure: Failure | None = None
    bug: BaseException | None = None


Observer = Callable[[CallRecord], None]


def run_middlewares(
    steps: tuple[Middleware[Any, Any], ...], procedure: AnyProcedure, ctx: Any, args: tuple[Any, ...]
) -> Awaitable[Any]:
    """Run the steps outermost first; the function is the innermost. To be awaited."""
    if steps:
        return steps[0].run(ctx, lambda narrowed: run_middlewares(steps[1:], procedure, narrowed, args))
    begun = procedure.function(ctx, *args)
    return _made(begun) if procedure.signature.generates else begun


async def _made(generator: Any) -> Any:
    return generator


class Dispatcher:
    """Runs calls of a table.

    `began` is told of each call before it runs, in the task that runs it, and `observe` of its end. `received` is given
    the context and the decoded input, and gives the context to go on with. `stacks` shows the stacks of bugs to the
    caller (development).
    """

    def __init__(
        self,
        table: Table,
        observe: Observer,
        *,
        began: Callable[[Any], None] | None = None,
        received: Callable[[Any, Any], Any] | None = None,
        stacks: bool = False,
    ) -> None:
        self.table = table
        self._deadlines = Deadlines()
        self._observe = observe
        self._began = began
        self._received = received
        self._stacks = stacks

    def route(self, path: str) -> Route:
        """The route at a path; raises ProcedureNotFound."""
        route = self.table.get(path)
        if route is None:
            raise ProcedureNotFound(procedure=path[:200])
        return route

    async def call(self, route: Route, raw: RawInput, ctx: Any) -> Outcome:
        """Run one call from the bytes of its input to its outcome. Never raises but for cancellation."""
        started = time.perf_counter()
        if self._began:
            self._began(ctx)
        bug: BaseException | None = None
        outcome: Outcome
        limit = self._deadlines.within(route.timeout)
        try:
            with limit:
                outcome = Success(await self._begin(route, raw, ctx))
        except RpcError as error:
            outcome = self.failure(route, error)
        except Exception as error:  # the boundary: whatever is not declared is a bug, and the caller sees only its id
            if limit.expired and isinstance(error, TimeoutError):
                outcome = self.failure(route, CallTimeout(limit_seconds=limit.seconds))
            else:
                outcome, bug = self.crash(route, error), error
        self.observe(route, ctx, started, outcome, bug)
        return outcome

    def _begin(self, route: Route, raw: RawInput, ctx: Any) -> Awaitable[Any]:
        """The function's value, or its generator; to be awaited."""
        procedure = route.procedure
        value = decode_input(route, raw)
        if self._received:
            ctx = self._received(ctx, value)
        args = (value,) if procedure.signature.takes_input else ()
        return run_middlewares(procedure.middlewares, procedure, ctx, args)

    def failure(self, route: Route | None, error: RpcError) -> Failure:
        """A declared error as an outcome."""
        if route is None:
            return Failure(error)
        return Failure(error, route.path, route.declares(error))

    def crash(self, route: Route, error: BaseException) -> Failure:
        """A bug as an outcome: masked, with an id under which its stack is logged."""
        stack = "".join(traceback.format_exception(error)) if self._stacks else None
        return Failure(InternalError(error_id=uuid.uuid4().hex), route.path, declared=False, stack=stack)

    def observe(
        self, route: Route, ctx: Any, started: float, outcome: Outcome, bug: BaseException | None = None
    ) -> None:
        """Tell the observer of a finished call; `started` by time.perf_counter()."""
        failure = outcome if isinstance(outcome, Failure) else None
        code = failure.error.code.name if failure else "OK"
        elapsed = (time.perf_counter() - started) * 1000
        self._observe(CallRecord(route.path, route.procedure.kind, code, elapsed, ctx, failure, bug))

    async def events(
        self, route: Route, generator: AsyncGenerator[Any, None], ctx: Any
    ) -> AsyncGenerator[Outcome, None]:
        """The items of a running generator, each a Success; a failure is the last one. Closes the generator."""
        started = time.perf_counter()
        try:
            async for event in generator:
                yield Success(event)
        except RpcError as error:
            yield self._ended(route, ctx, started, self.failure(route, error))
        except Exception as error:  # the same boundary as in `call`, for what runs after the first answer
            yield self._ended(route, ctx, started, self.crash(route, error), error)
        finally:
            await self._close(route, generator, ctx, started)

    async def _close(self, route: Route, generator: AsyncGenerator[Any, None], ctx: Any, started: float) -> None:
        try:
            await generator.aclose()
        except Exception as error:  # a bug in the procedure's own cleanup: nobody is left to be told but the log
            self._ended(route, ctx, started, self.crash(route, error), error)

    def _ended(
        self, route: Route, ctx: Any, started: float, failure: Failure, bug: BaseException | None = None
    ) -> Failure:
        self.observe(route, ctx, started, failure, bug)
        return failure
