"""Small procedures, errors and middlewares to test the core with."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

from app.rpc import Base, CallRecord, Code, Dispatcher, Input, Middleware, Next, Output, Route, Router, RpcError, Table


@dataclass(frozen=True)
class Caller:
    """An anonymous call; `steps` are the marks that middlewares leave."""

    steps: list[str] = field(default_factory=list)
    token: str | None = None


@dataclass(frozen=True)
class Known(Caller):
    """A call with proof of identity."""

    name: str = ""


class NotKnown(RpcError, code=Code.UNAUTHORIZED):
    """Sign in first"""


class TooMany(RpcError, code=Code.CONFLICT):
    """{name} has {count} of
    {limit} already

    This paragraph is for developers.
    """

    name: str
    count: int
    limit: int | None = None


class Surprise(RpcError, code=Code.FORBIDDEN):
    """Nobody said so"""


async def _identify(ctx: Caller, go_on: Next[Known]) -> object:
    ctx.steps.append("identify")
    if ctx.token is None:
        raise NotKnown()
    result = await go_on(Known(ctx.steps, ctx.token, name=ctx.token))
    ctx.steps.append("identified")
    return result


identify: Middleware[Caller, Known] = Middleware(_identify, errors=(NotKnown,))


def mark(text: str) -> Middleware[Known, Known]:
    """Leave a mark before the procedure runs."""

    async def run(ctx: Known, go_on: Next[Known]) -> object:
        ctx.steps.append(text)
        return await go_on(ctx)

    return Middleware(run)


public = Base[Caller]()
known = public.use(identify)


class Item(Input):
    """Something with a number."""

    item_name: str
    how_many: int = 1


class Taken(Output):
    """What was taken."""

    item_name: str
    by: str


@known.use(mark("first")).use(mark("second")).mutation(errors=(TooMany,))
async def take_item(ctx: Known, input: Item) -> Taken:
    """Take an item."""
    ctx.steps.append("function")
    if input.how_many > 1:
        raise TooMany(name=input.item_name, count=input.how_many, limit=1)
    return Taken(item_name=input.item_name, by=ctx.name)


@public.subscription(errors=(TooMany,))
async def watch_items(ctx: Caller, input: Item) -> AsyncGenerator[int, None]:
    """Count items, and end as their name says."""
    try:
        for number in range(input.how_many):
            yield number
        if input.item_name == "refused":
            raise TooMany(name="x", count=1)
        if input.item_name == "broken":
            raise ValueError("secret")
    finally:
        ctx.steps.append("closed")
        if input.item_name == "breaks when closed":
            raise ValueError("secret")


@public.job(timeout=1.0, attempts=2, backoff=0.5)
async def work_hard(ctx: Caller, input: Item) -> None:
    """Work, in a worker."""


class Watched:
    """A dispatcher whose records are kept."""

    def __init__(self, router: Router, *, stacks: bool = False) -> None:
        self.records: list[CallRecord] = []
        self.dispatcher = Dispatcher(Table(router), self.records.append, stacks=stacks)

    def route(self, path: str) -> Route:
        """The route at a path."""
        return self.dispatcher.route(path)

    async def call(self, path: str, raw: bytes | None, ctx: Any) -> Any:
        """The outcome of a call."""
        return await self.dispatcher.call(self.route(path), raw, ctx)
