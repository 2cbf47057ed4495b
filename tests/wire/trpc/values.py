"""The test router's values of every kind: at once, late, piece by piece, as forms."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from app.context import Request
from app.rpc import Base, File, Input, Output, Returned, Router
from tests.wire.trpc.failing import Forbidden, Late

public = Base[Request]()


@public.query()
async def echo(_ctx: Request, input: Any) -> dict[str, Any]:
    """Give back what came in."""
    return {"got": input}


@public.query()
async def nil(_ctx: Request) -> None:
    """Give null."""


@public.query()
async def nothing(_ctx: Request) -> None:
    """Give nothing, which is null here."""


@public.query()
async def str_(_ctx: Request) -> str:
    """Give a text that is hard to quote."""
    return 'a "quoted" ü 漢\u2028 line'


@public.query()
async def list_(_ctx: Request) -> list[int]:
    """Give a list."""
    return [1, 2, 3]


@public.query()
async def falsy(_ctx: Request) -> dict[str, Any]:
    """Give what is false."""
    return {"zero": 0, "empty": "", "no": False, "nul": None}


class Pause(Input):
    """How long to wait, in milliseconds, and what to say then."""

    ms: int
    tag: str


class Tag(Output):
    """What was to be said."""

    tag: str


@public.query()
async def wait(_ctx: Request, input: Pause) -> Tag:
    """Wait."""
    await asyncio.sleep(input.ms / 1000)
    return Tag(tag=input.tag)


class Words(Input):
    """What to say."""

    words: list[str]


@public.stream()
async def words(_ctx: Request, input: Words) -> AsyncGenerator[str | Returned[str], None]:
    """Say one word after the other."""
    for word in input.words:
        yield word
        await asyncio.sleep(0.005)
    yield Returned("done")


@public.stream(errors=(Forbidden,))
async def failing(_ctx: Request) -> AsyncGenerator[int, None]:
    """Fail in the middle."""
    yield 1
    raise Forbidden()


@public.query()
async def deferred(_ctx: Request) -> dict[str, Any]:
    """What the reference gives a part of later; values are whole here."""
    return {"now": 1, "later": {"n": 2}}


@public.query(errors=(Late,))
async def deferred_fail(_ctx: Request) -> dict[str, Any]:
    """What fails in a part in the reference fails as a whole here."""
    raise Late()


class Caller(Output):
    """What is known of the caller."""

    auth: str | None


@public.query()
async def ami(ctx: Request) -> Caller:
    """Tell the Authorization header."""
    return Caller(auth=ctx.headers.get("authorization"))


class SubscribedCaller(Output):
    """What is known of a caller who can't send headers."""

    auth: str | None
    params: dict[str, str] | None


@public.subscription()
async def ami_sub(ctx: Request) -> AsyncGenerator[SubscribedCaller, None]:
    """Tell the Authorization header and the connection parameters."""
    yield SubscribedCaller(auth=ctx.headers.get("authorization"), params=None if ctx.params is None else {**ctx.params})


@public.query()
async def est(_ctx: Request) -> str:
    """Be far down."""
    return "bottom"


class Form(Input):
    """A text and a file."""

    a: str
    f: File


class FormFile(Output):
    """What came of the file."""

    name: str
    type: str
    size: int


class FormSeen(Output):
    """What came of the form."""

    a: str
    f: FormFile


@public.mutation(accepts=("multipart/form-data",))
async def form(_ctx: Request, input: Form) -> FormSeen:
    """Take a form."""
    return FormSeen(a=input.a, f=FormFile(name=input.f.name, type=input.f.type, size=len(input.f.content)))


class Size(Output):
    """How much came."""

    size: int


@public.mutation(accepts=("application/octet-stream",))
async def bin(_ctx: Request, input: bytes) -> Size:
    """Take bytes."""
    return Size(size=len(input))


values = Router(echo, nil, nothing, str_, list_, falsy)
slow = Router(wait)
stream = Router(words, failing, deferred, deferred_fail)
who = Router(ami, ami_sub)
deep = Router(er=Router(est))
upload = Router(form, bin)
