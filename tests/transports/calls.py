"""Procedures to test the wires with: what they carry, and how it fails."""

import asyncio
from typing import Any, Literal

from app.context import Request
from app.rpc import Base, Code, Input, Output, RpcError

SMALL_BODY = 100

public = Base[Request]()


class Name(Input):
    """A name, perhaps."""

    name: str = "nobody"


class Greeting(Output):
    """A greeting."""

    text: str


@public.query()
async def greet(_ctx: Request, input: Name = Name()) -> Greeting:  # noqa: B008 - frozen
    """Greet."""
    return Greeting(text=f"hello {input.name}")


@public.query()
async def echo(_ctx: Request, input: Any) -> Any:
    """Give back what came in."""
    return {"got": input}


class Seen(Output):
    """What the context knows of a request."""

    id: str
    path: str
    client: str | None
    trace_id: str | None
    authorization: str | None
    headers: list[str]


@public.query()
async def who(ctx: Request) -> Seen:
    """Tell what the context knows of this request."""
    return Seen(
        id=ctx.id,
        path=ctx.path,
        client=ctx.client,
        trace_id=ctx.trace_id,
        authorization=ctx.headers.get("authorization"),
        headers=sorted(ctx.headers),
    )


@public.mutation(body_limit=SMALL_BODY)
async def small(_ctx: Request, input: Any) -> str:
    """Take little."""
    return "taken"


FAILURES: dict[str, type[RpcError]] = {
    code.name: type(f"Failed{code.name.title().replace('_', '')}", (RpcError,), {"__doc__": "It failed"}, code=code)
    for code in Code
}


class OverLimit(RpcError, code=Code.TOO_MANY_REQUESTS):
    """At most {limit} at a time"""

    limit: int

    @property
    def retry_after(self) -> int:
        """Half a minute."""
        return 30


class Undeclared(RpcError, code=Code.CONFLICT):
    """Already there"""


class FailInput(Input):
    """Which code to fail with."""

    code: str


@public.query(errors=tuple(FAILURES.values()))
async def fail(_ctx: Request, input: FailInput) -> None:
    """Fail with an error of that code."""
    raise FAILURES[input.code]()


@public.query(errors=(OverLimit,))
async def over_limit(_ctx: Request) -> None:
    """Fail with an error that has fields."""
    raise OverLimit(limit=3)


@public.query()
async def undeclared(_ctx: Request) -> None:
    """Fail with an error that is not part of the interface."""
    raise Undeclared()


@public.query()
async def crash(_ctx: Request) -> None:
    """Fail by a bug."""
    raise ValueError("a secret of the server")


@public.query()
async def unencodable(_ctx: Request, input: Literal["object", "surrogate"]) -> Any:
    """Return what has no JSON form."""
    return object() if input == "object" else "\ud800"


@public.query(timeout=0.05)
async def too_slow(_ctx: Request) -> None:
    """Take longer than allowed."""
    await asyncio.Event().wait()
