"""The test router's subscriptions, and the generators that only a leaving client ends."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from typing import Any

from app.context import Request
from app.rpc import Base, Input, Router, Tracked
from tests.wire.trpc.failing import Expired, NotYours

public = Base[Request]()
open_generators = [0]
crashed = set[str]()


class Ticks(Input):
    """How far to count, and after which event to begin."""

    count: int
    last_event_id: str | None = None


@public.subscription()
async def ticks(_ctx: Request, input: Ticks) -> AsyncGenerator[Tracked[dict[str, int]], None]:
    """Count, resumably."""
    for number in range(int(input.last_event_id or 0) + 1, input.count + 1):
        yield Tracked(str(number), {"n": number})
        await asyncio.sleep(0.005)


class Count(Input):
    """How far to count."""

    count: int


@public.subscription()
async def plain(_ctx: Request, input: Count) -> AsyncGenerator[int, None]:
    """Count."""
    for number in range(1, input.count + 1):
        yield number


@public.subscription()
async def mixed(_ctx: Request) -> AsyncGenerator[Any, None]:
    """Tracked, untracked, tracked."""
    yield Tracked("a", 1)
    yield 2
    yield Tracked("c", 3)


@public.subscription(errors=(NotYours,))
async def denied(ctx: Request) -> AsyncGenerator[int, None]:
    """Refuse at once."""
    if ctx.id:
        raise NotYours()
    yield 1


@public.subscription(errors=(Expired,))
async def mid_denied(_ctx: Request) -> AsyncGenerator[Tracked[int], None]:
    """Refuse after an event."""
    yield Tracked("1", 1)
    raise Expired()


class Key(Input):
    """Whose crash it is, and after which event to go on."""

    key: str
    last_event_id: str | None = None


@public.subscription()
async def crash_once(_ctx: Request, input: Key) -> AsyncGenerator[Tracked[dict[str, int]], None]:
    """One event and a bug; whoever comes back is given the rest."""
    if input.key not in crashed:
        crashed.add(input.key)
        yield Tracked("1", {"n": 1})
        raise RuntimeError("stream broke")
    for number in range(int(input.last_event_id or 0) + 1, 4):
        yield Tracked(str(number), {"n": number})


@public.subscription()
async def idle(_ctx: Request) -> AsyncGenerator[str, None]:
    """Say nothing for a while."""
    await asyncio.sleep(0.6)
    yield "late"


@contextmanager
def _counted() -> Generator[None]:
    open_generators[0] += 1
    try:
        yield
    finally:
        open_generators[0] -= 1


@public.query()
async def active(_ctx: Request) -> int:
    """How many endless generators are open."""
    return open_generators[0]


@public.stream()
async def endless(_ctx: Request) -> AsyncGenerator[int, None]:
    """Count until the client leaves."""
    with _counted():
        number = 0
        while True:
            yield (number := number + 1)
            await asyncio.sleep(0.01)


@public.subscription()
async def endless_sub(_ctx: Request) -> AsyncGenerator[Tracked[int], None]:
    """Count until the client leaves, resumably."""
    with _counted():
        number = 0
        while True:
            number += 1
            yield Tracked(str(number), number)
            await asyncio.sleep(0.01)


@public.subscription()
async def silent_sub(_ctx: Request) -> AsyncGenerator[int, None]:
    """Say nothing until the client leaves."""
    with _counted():
        await asyncio.Event().wait()
        yield 1


feed = Router(ticks, plain, mixed, denied, mid_denied, crash_once, idle)
leak = Router(active, endless, endless_sub, silent_sub)
