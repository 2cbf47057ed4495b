"""The servers that the transcripts name: the test router under each of their settings."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from litestar import Litestar

from app.context import Request
from app.rpc import CallRecord, Dispatcher, Table
from app.transports.calls import Calls
from app.transports.litestar import AsgiApp, application, wires
from app.transports.wire import WireSettings
from tests.transports.router import ignore_bug
from tests.wire.trpc.router import router


def _ignore(_record: CallRecord) -> None:
    """No log."""


def _the_request(request: Request) -> Request:
    return request


def _serve(wire: WireSettings, *, stacks: bool = False) -> AsgiApp:
    calls = Calls(Dispatcher(Table(router), _ignore, stacks=stacks), _the_request)

    @asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncGenerator[None, None]:
        with calls.streams.ended_by_signals():
            yield
            await calls.settle()

    return application(wires(calls, wire, ignore_bug), ignore_bug, lifespan=[lifespan])


def main() -> AsgiApp:
    """Batches of up to 10 calls, no method override, no stacks."""
    return _serve(WireSettings(batch_limit=10, method_override=False, ping=0.2))


def dev() -> AsgiApp:
    """Stacks."""
    return _serve(WireSettings(batch_limit=10, method_override=False), stacks=True)


def override() -> AsgiApp:
    """Method override, and whatever else is our default."""
    return _serve(WireSettings(ping=0.2))


def nobatch() -> AsgiApp:
    """No batches."""
    return _serve(WireSettings(batch_limit=0, method_override=False))
