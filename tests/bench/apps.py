"""The applications of the echo benchmark: the whole stack, a plain Litestar handler, and the least ASGI can do.

The whole stack is what `coursegen serve` runs, with another table: dispatch, validation, the error boundary, request
ids and the log line of each call, as JSON on standard error. What it leaves out are resources: the echo uses none.
"""

import hashlib
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from enum import Enum
from tempfile import NamedTemporaryFile
from typing import Any, cast
from uuid import UUID, uuid4

import msgspec
from litestar import Litestar, post
from litestar.middleware import ASGIMiddleware
from litestar.params import JSONBody
from litestar.types import ASGIApp

from app.context import Context, Request, Resources
from app.log import configure_logging
from app.observing import begin_call, log_call
from app.rpc import Base, Dispatcher, Input, Output, Router, Table
from app.transports.calls import Calls
from app.transports.heap import freeze_heap
from app.transports.http import Receive, Scope, Send
from app.transports.litestar import application
from app.transports.litestar import wires as codecs
from app.transports.wire import WireSettings


class Color(Enum):
    """Any enumeration."""

    RED = "red"
    BLUE = "blue"


class EchoInput(Input):
    """A uuid, a url, an enum and a list."""

    id: UUID
    url: str
    color: Color
    tags: list[str]


class Echoed(Output):
    """What came in."""

    id: UUID
    url: str
    color: Color
    tags: list[str]


public = Base[Context]()


@public.query()
async def echo(_ctx: Context, input: EchoInput) -> Echoed:
    """Give back what came in."""
    return Echoed(id=input.id, url=input.url, color=input.color, tags=input.tags)


@public.mutation()
async def echo_mutation(_ctx: Context, input: EchoInput) -> Echoed:
    """Give back what came in, by a call that its client cannot interrupt."""
    return Echoed(id=input.id, url=input.url, color=input.color, tags=input.tags)


_NOTHING_OPEN = cast(Resources, None)


def _context(request: Request) -> Context:
    return Context(request, _NOTHING_OPEN)


_calls = Calls(Dispatcher(Table(Router(bench=Router(echo, echo_mutation))), log_call, began=begin_call), _context)


@asynccontextmanager
async def _lifespan_of_wires(_app: Litestar) -> AsyncGenerator[None, None]:
    configure_logging("info", "json", environment="production", version="0")
    freeze_heap()
    yield


def _no_bug(_id: str, _error: Exception) -> None:
    """Nobody is told."""


wires = application(codecs(_calls, WireSettings(), _no_bug), _no_bug, lifespan=[_lifespan_of_wires])


@post("/echo", status_code=200)
async def echo_handler(data: JSONBody[EchoInput]) -> Echoed:
    """Give back what came in."""
    return Echoed(id=data.id, url=data.url, color=data.color, tags=data.tags)


@asynccontextmanager
async def _lifespan_of_handler(_app: Litestar) -> AsyncGenerator[None, None]:
    freeze_heap()
    yield


handler = Litestar([echo_handler], lifespan=[_lifespan_of_handler], openapi_config=None, logging_config=None)


class RequestIds(ASGIMiddleware):
    """The caller's X-Request-ID, or a new one, in the answer."""

    async def handle(self, scope: Any, receive: Any, send: Any, next_app: ASGIApp) -> None:
        """Add the header to the answer."""
        sent = dict(scope["headers"]).get(b"x-request-id") or uuid4().hex.encode()

        async def identified_send(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-request-id", sent)]
            await send(message)

        await next_app(scope, receive, identified_send)


identified = Litestar(
    [echo_handler],
    lifespan=[_lifespan_of_handler],
    middleware=[RequestIds()],
    openapi_config=None,
    logging_config=None,
)

_decoder = msgspec.json.Decoder(EchoInput)


async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    """Read the body, decode, encode, send."""
    if scope["type"] == "lifespan":
        freeze_heap()
        await _lifespan(receive, send)
        return
    body = b""
    more = True
    while more:
        message = await receive()
        body += message["body"]
        more = message["more_body"]
    value = _decoder.decode(body)
    answer = msgspec.json.encode(Echoed(id=value.id, url=value.url, color=value.color, tags=value.tags))
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


async def sink(scope: Scope, receive: Receive, send: Send) -> None:
    """Hash a body and write it to a file: what an upload can't do without."""
    if scope["type"] == "lifespan":
        freeze_heap()
        await _lifespan(receive, send)
        return
    digest = hashlib.sha256()
    with NamedTemporaryFile(dir=os.environ["BENCH_SINK"], delete=False) as file:  # kept, as an upload is
        more = True
        while more:
            message = await receive()
            digest.update(message["body"])
            file.write(message["body"])
            more = message["more_body"]
    answer = digest.hexdigest().encode()
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(answer))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


async def _lifespan(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


SAMPLE: dict[str, Any] = {
    "id": "6f1f4c0e-4f0b-4b8e-9a51-0d8f7a2b3c4d",
    "url": "https://example.org/courses/42?page=1",
    "color": "blue",
    "tags": ["one", "two", "three", "four"],
}
