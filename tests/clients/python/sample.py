"""A small table with everything that a name or a type can be, and the application that serves it; not a product."""

import hashlib
from collections.abc import AsyncGenerator
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Literal
from uuid import UUID

import msgspec

from app.context import Request
from app.rpc import (
    Base,
    CallRecord,
    Code,
    Dispatcher,
    FileStream,
    Form,
    Input,
    Moment,
    Output,
    Router,
    RpcError,
    Table,
    Tracked,
)
from app.transports.calls import Calls
from app.transports.litestar import AsgiApp, application, wires
from app.transports.wire import WireSettings
from tests.transports.router import ignore_bug

public = Base[Request]()
keys: list[str] = []


class Color(Enum):
    """A named enumeration."""

    RED = "red"
    BLUE = "blue"


class Circle(msgspec.Struct, tag="circle"):
    """A tagged shape."""

    radius: float


class Square(msgspec.Struct, tag="square"):
    """Another one."""

    side: float


class Item(Input):
    """Nested. With a "quote", a \\ backslash and \"\"\"three quotes\"\"\"."""

    name: str
    weight: Decimal | None = None


class MixInput(Input):
    """Fields of every kind.

    `class` is a keyword, `list` a builtin, `self` the method's own.
    """

    id: UUID
    when: datetime
    day: date
    color: Color
    items: list[Item]
    shape: Circle | Square
    numbers: list[int] = msgspec.field(default=[], name="list")
    class_: str = msgspec.field(default="first", name="class")
    me: str = msgspec.field(default="me", name="self")
    level: Literal["low", "high"] = "low"
    count: int | None = None
    by_name: dict[str, int] = msgspec.field(default_factory=dict)
    anything: Any = None
    status: int = msgspec.field(default=200, name="HTTPStatus")
    left_out: int | msgspec.UnsetType = msgspec.UNSET
    data: bytes = b""


class Mixed(Output):
    """The same, given back. `str` and `int` hide builtins that later fields are made of."""

    id: UUID
    when: Moment
    day: date
    color: Color
    items: list[Item]
    shape: Circle | Square
    text: str = msgspec.field(name="str")
    numbers: list[int] = msgspec.field(name="int")
    again: int | None
    level: Literal["low", "high"]
    pair: tuple[str, float]
    by_name: dict[str, int]
    sent: dict[str, Any]


class TooMany(RpcError, code=Code.CONFLICT):
    """{count} is too many of {kind}"""

    count: int
    kind: Literal["apples", "pears"]
    at: UUID
    type: str
    hint: str | None = None


class TimeoutError(RpcError, code=Code.TIMEOUT):
    """An error that is called as one of Python's own"""


@public.mutation()
async def mix(_ctx: Request, input: MixInput) -> Mixed:
    """Give back what came in."""
    sent = msgspec.to_builtins(input)
    return Mixed(
        id=input.id,
        when=input.when,
        day=input.day,
        color=input.color,
        items=input.items,
        shape=input.shape,
        text=input.class_,
        numbers=input.numbers,
        again=input.count,
        level=input.level,
        pair=("a", 1.5),
        by_name=input.by_name,
        sent=sent,
    )


@public.query()
async def list_(_ctx: Request, input: list[int]) -> list[int]:
    """A query that is called like a builtin, and takes one value."""
    return input


@public.query()
async def maybe(_ctx: Request, input: Item | None = None) -> str | None:
    """Something, or nothing, in and out."""
    return input.name if input else None


@public.query(errors=(TooMany, TimeoutError))
async def refuse(_ctx: Request, input: Literal["many", "late", "bug"]) -> None:
    """Refuse by a declared error, or crash."""
    if input == "many":
        raise TooMany(count=3, kind="pears", at=UUID(int=7), type="of fruit")
    if input == "late":
        raise TimeoutError()
    raise ValueError("a bug")


@public.mutation(idempotency_key=True)
async def once(ctx: Request) -> list[str]:
    """All keys that were sent."""
    keys.append(ctx.headers.get("idempotency-key", ""))
    return keys


class CountInput(Input):
    """How far."""

    to: int = 3
    last_event_id: str | None = None


@public.subscription()
async def count(ctx: Request, input: CountInput = CountInput()) -> AsyncGenerator[Tracked[dict[str, int]], None]:  # noqa: B008
    """Count, with a bug after every second number."""
    start = int(input.last_event_id or 0)
    for number in range(start + 1, input.to + 1):
        if number - start > 2:
            raise ValueError("a bug")
        yield Tracked(str(number), {"n": number})


@public.stream()
async def pieces(_ctx: Request) -> AsyncGenerator[int, None]:
    """A streamed query, which the plain wire does not carry."""
    yield 1


class FileForm(Form):
    """A file, and fields of several kinds beside it."""

    filename: str
    file_size: int
    mime_type: str
    shelf: UUID
    kind: Literal["draft", "final"] = "draft"
    copies: int | None = None
    sealed: bool = False
    at: Moment | None = None
    file: FileStream


class Stored(Output):
    """What came of it."""

    filename: str
    mime_type: str
    digest: str
    fields: dict[str, Any]


@public.mutation(errors=(TooMany,))
async def store_file(_ctx: Request, input: list[str] | FileForm) -> Stored:
    """Take a file."""
    assert isinstance(input, FileForm)
    if input.copies == 0:
        raise TooMany(count=0, kind="apples", at=input.shelf, type="of file")
    digest = hashlib.sha256()
    size = 0
    async for piece in input.file:
        digest.update(piece)
        size += len(piece)
    assert size == input.file_size
    others = {"shelf": input.shelf, "kind": input.kind, "copies": input.copies, "sealed": input.sealed, "at": input.at}
    return Stored(
        filename=input.filename, mime_type=input.mime_type, digest=digest.hexdigest(), fields=msgspec.to_builtins(others)
    )


TABLE = Table(
    Router(maybe, mixed=Router(mix, list_, refuse, once, count, pieces), deep=Router(er=Router(maybe, store_file)))
)


def _ignore(_record: CallRecord) -> None:
    """No log."""


def _same(request: Request) -> Request:
    return request


def create_app() -> AsgiApp:
    """The application that serves it."""
    calls = Calls(Dispatcher(TABLE, _ignore), _same)
    return application(wires(calls, WireSettings(), ignore_bug), ignore_bug)
