"""Procedures to test the wires with: those that a client can leave, and streams of events."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any, Literal

from app.context import Request
from app.rpc import Input, Tracked
from tests.transports.calls import OverLimit, public

state = {"added": 0, "open": 0}
held: list[asyncio.Event] = []


@public.mutation()
async def add_when_let(_ctx: Request) -> int:
    """Change something, in the middle of which a client can leave."""
    gate = asyncio.Event()
    held.append(gate)
    state["open"] += 1
    await gate.wait()
    state["added"] += 1
    state["open"] -= 1
    return state["added"]


@public.mutation()
async def let_add(_ctx: Request) -> None:
    """Let all that is held go on."""
    while held:
        held.pop().set()


@public.mutation()
async def add_slowly(_ctx: Request) -> int:
    """Change something, while the server is told to stop."""
    state["open"] += 1
    await asyncio.sleep(0.3)
    state["open"] -= 1
    return 1


@public.query()
async def read_state(_ctx: Request) -> dict[str, int]:
    """How much was added, and how much is open."""
    return state


class Ticks(Input):
    """How far to count, and after which event to begin."""

    count: int = 3
    last_event_id: str | None = None


@public.subscription()
async def ticks(_ctx: Request, input: Ticks = Ticks()) -> AsyncGenerator[Tracked[dict[str, int]], None]:  # noqa: B008
    """Count, resumably."""
    for number in range(int(input.last_event_id or 0) + 1, input.count + 1):
        yield Tracked(str(number), {"n": number})


@public.subscription()
async def mixed(_ctx: Request) -> AsyncGenerator[Any, None]:
    """Tracked, untracked, tracked."""
    yield Tracked("a", 1)
    yield "two\nlines"
    yield Tracked("c", 3)


@public.subscription(errors=(OverLimit,))
async def denied(ctx: Request) -> AsyncGenerator[int, None]:
    """Refuse at once."""
    if ctx.id:
        raise OverLimit(limit=1)
    yield 1


@public.subscription()
async def crash_later(_ctx: Request, input: Literal["raise", "object", "id"]) -> AsyncGenerator[Any, None]:
    """One event, then a bug."""
    yield 1
    if input == "raise":
        raise ValueError("a secret of the server")
    yield object() if input == "object" else Tracked("two\nlines", 2)


@public.subscription()
async def silent(_ctx: Request) -> AsyncGenerator[int, None]:
    """One event, then nothing until the client leaves; holds a timeout over its events as real ones do."""
    state["open"] += 1
    try:
        async with asyncio.timeout(60):
            yield 1
            await asyncio.Event().wait()
    finally:
        await asyncio.sleep(0)  # cleaning up may await
        state["open"] -= 1


@public.subscription()
async def flood(_ctx: Request) -> AsyncGenerator[str, None]:
    """More than a client that does not read can take."""
    state["open"] += 1
    try:
        while True:
            yield "x" * 10_000
    finally:
        state["open"] -= 1
