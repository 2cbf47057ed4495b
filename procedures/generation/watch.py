"""generation.watch: a snapshot, then every change as it is written, then the end."""

import asyncio
from collections.abc import AsyncGenerator
from uuid import UUID

import msgspec

from app.auth.errors import Unauthorized
from app.context import SignedIn
from app.db.listen import ProgressEvent
from app.rpc import Input
from procedures._bases import authed
from procedures._errors import CourseNotFound
from procedures.generation._view import ENDED, GenerationState
from procedures.generation.get_status import read_state


class WatchInput(Input):
    """Which course."""

    course_id: UUID


@authed.subscription(errors=(CourseNotFound,))
async def watch(ctx: SignedIn, input: WatchInput) -> AsyncGenerator[GenerationState, None]:
    """Follow a course's generation: pushed by the database, not polled. Ends with the run, or with the token."""
    async with ctx.resources.progress.watch(input.course_id) as events:
        state = await read_state(ctx, input.course_id)
        yield state
        while not state.ended:
            newer = await _changed(ctx, state, await _next(ctx, events))
            if newer != state:
                state = newer
                yield state


async def _next(ctx: SignedIn, events: "asyncio.Queue[ProgressEvent]") -> ProgressEvent:
    try:
        async with asyncio.timeout(ctx.claims.seconds_left):
            return await events.get()
    except TimeoutError:
        raise Unauthorized(reason="the token expired while watching") from None


async def _changed(ctx: SignedIn, state: GenerationState, event: ProgressEvent) -> GenerationState:
    """The state after an event: from its payload; read again as this caller at the end, or when there is none."""
    if event.progress is None or event.generation_status in ENDED:
        return await read_state(ctx, state.course_id)
    known = state.progress
    kept = {"files": known.files, "metadata": known.metadata} if known else {}
    return msgspec.convert(
        {
            **msgspec.to_builtins(state),
            "runId": event.run_id,
            "status": event.generation_status,
            "progress": {**event.progress, **msgspec.to_builtins(kept)},
        },
        GenerationState,
    )
