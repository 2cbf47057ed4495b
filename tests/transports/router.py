"""The table that the tests of the wires call, and the application that serves it; not a product."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, get

from app.context import Request
from app.rpc import CallRecord, Dispatcher, Input, Router, Table
from app.transports.calls import Calls
from app.transports.litestar import AsgiApp, application, wires
from app.transports.wire import WireSettings
from tests.transports import calls, feeds, letters
from tests.transports.calls import public

WIRE = WireSettings(batch_limit=50, read_deadline=2.0, read_grace=0.5, minimum_rate=1024, ping=0.2)

# The procedures of the examples in the JSON-RPC 2.0 specification, section 7.


class Difference(Input):
    """What to subtract."""

    minuend: int
    subtrahend: int


@public.query()
async def subtract(_ctx: Request, input: Difference) -> int:
    """Subtract."""
    return input.minuend - input.subtrahend


@public.query()
async def sum(_ctx: Request, input: list[int]) -> int:
    """Add up."""
    total = 0
    for number in input:
        total += number
    return total


@public.mutation()
async def update(_ctx: Request, input: Any) -> None:
    """Take anything."""


@public.mutation()
async def notify_hello(_ctx: Request, input: int) -> None:
    """Take a number."""


@public.query()
async def get_data(_ctx: Request) -> tuple[str, int]:
    """Take nothing."""
    return ("hello", 5)


router = Router(
    subtract,
    sum,
    update,
    notify_hello,
    get_data,
    calls.greet,
    calls.echo,
    calls.who,
    calls.small,
    calls.fail,
    calls.over_limit,
    calls.undeclared,
    calls.crash,
    calls.unencodable,
    calls.too_slow,
    feeds.add_when_let,
    feeds.let_add,
    feeds.add_slowly,
    feeds.read_state,
    letters=Router(letters.post, letters.post_in_time, letters.fallen),
    deep=Router(er=Router(calls.greet)),
    feed=Router(feeds.ticks, feeds.mixed, feeds.denied, feeds.crash_later, feeds.silent, feeds.flood),
)


def _ignore(_record: CallRecord) -> None:
    """No log."""


def ignore_bug(_id: str, _error: Exception) -> None:
    """No log either."""


def _the_request(request: Request) -> Request:
    return request


@get("/outside/crash", sync_to_thread=False)
def crash_outside() -> None:
    """A bug outside of the wires."""
    raise ValueError("a secret of the server")


def create_app() -> AsgiApp:
    """The application that the tests' server serves."""
    made = Calls(Dispatcher(Table(router), _ignore), _the_request)

    @asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncGenerator[None, None]:
        with made.streams.ended_by_signals():
            yield
            await made.settle()

    return application(wires(made, WIRE, ignore_bug), ignore_bug, [crash_outside], [lifespan])
