"""The test router's plain calls, and how they fail."""

import asyncio
from typing import Annotated

from msgspec import Meta

from app.context import Request
from app.rpc import Base, Input, Output, Router
from tests.wire.trpc.failing import BY_CODE, AlreadyThere, NoSuchThing, Unavailable

public = Base[Request]()
state = {"total": 0, "tries": 0}


class Name(Input):
    """Whom to greet."""

    name: str


class Greeting(Output):
    """A greeting."""

    text: str


@public.query()
async def hello(_ctx: Request, input: Name) -> Greeting:
    """Greet."""
    return Greeting(text=f"hello {input.name}")


@public.query()
async def maybe(_ctx: Request, input: Name = Name(name="nobody")) -> Greeting:  # noqa: B008 - frozen
    """Greet, perhaps nobody."""
    return Greeting(text=f"hello {input.name}")


class Step(Input):
    """How far to count."""

    by: int = 1


class Total(Output):
    """What has been counted."""

    value: int


@public.mutation()
async def add(_ctx: Request, input: Step = Step()) -> Total:  # noqa: B008 - frozen
    """Count on."""
    state["total"] += input.by
    return Total(value=state["total"])


@public.mutation()
async def reset(_ctx: Request) -> None:
    """Count anew."""
    state["total"] = 0


@public.query(errors=(NoSuchThing,))
async def not_found(_ctx: Request) -> None:
    """Fail."""
    raise NoSuchThing()


@public.query()
async def crash(_ctx: Request) -> None:
    """Fail by a bug."""
    raise RuntimeError("kaboom secret")


@public.mutation()
async def add_slowly(_ctx: Request) -> None:
    """Count on, while a client can leave."""
    await asyncio.sleep(0.3)
    state["total"] += 1


class WhichCode(Input):
    """The code to fail with."""

    code: str


@public.query(errors=tuple(BY_CODE.values()))
async def code(_ctx: Request, input: WhichCode) -> None:
    """Fail with this code."""
    raise BY_CODE[input.code](name=input.code)


@public.mutation(errors=(AlreadyThere,))
async def mut(_ctx: Request) -> None:
    """Fail to change something."""
    raise AlreadyThere()


class Attempts(Output):
    """How many it took."""

    attempts: int


@public.query(errors=(Unavailable,))
async def flaky(_ctx: Request) -> Attempts:
    """Fail twice, then don't."""
    state["tries"] += 1
    if state["tries"] % 3:
        raise Unavailable()
    return Attempts(attempts=3)


class Address(Input):
    """Somebody's address."""

    email: Annotated[str, Meta(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]


class Accepted(Output):
    """An address that was taken."""

    ok: bool
    email: str


@public.mutation()
async def email(_ctx: Request, input: Address) -> Accepted:
    """Take an address."""
    return Accepted(ok=True, email=input.email)


greeting = Router(hello, maybe)
counter = Router(add, reset, add_slowly)
boom = Router(not_found, crash, code, mut, flaky)
strict = Router(email)
