"""generation.watch: a snapshot, then every change as it is written, then the end."""

from collections.abc import AsyncGenerator
from uuid import UUID

import msgspec

from app.auth.errors import Unauthorized
from app.context import SignedIn
from app.db.listen import Inbox, ProgressEvent
from app.rpc import Input
from app.rpc.deadline import Deadlines
from procedures._bases import authed
from procedures._errors import CourseNotFound
from procedures._examples import COURSE_ID
from procedures.generation._view import ENDED, GenerationState
from procedures.generation.get_status import read_state

_expiry = Deadlines()


class WatchGenerationInput(Input):
    """Which course."""

    course_id: UUID


@authed.subscription(errors=(CourseNotFound,), examples=(WatchGenerationInput(course_id=COURSE_ID),))
async def watch(ctx: SignedIn, input: WatchGenerationInput) -> AsyncGenerator[GenerationState, None]:
    """Follow a course's generation: pushed by the database, not polled. Ends with the run, or with the token."""
    with ctx.resources.progress.watch(input.course_id) as events:
        state = await read_state(ctx, input.course_id)
        yield state
        while not state.ended:
            newer = await _changed(ctx, state, await _next(ctx, events))
            if newer != state:
                state = newer
                yield state


async def _next(ctx: SignedIn, events: Inbox) -> ProgressEvent:
    try:
        with _expiry.within(ctx.claims.seconds_left):
            return await events.get()
    except TimeoutError:
        raise Unauthorized(reason="the token expired while watching") from None


async def _changed(ctx: SignedIn, state: GenerationState, event: ProgressEvent) -> GenerationState:
    """The state after an event: from its payload; read again as this caller at the end, or when it can't be trusted."""
    if event.progress is None or event.generation_status in ENDED or not _is_newer(event, state):
        return await read_state(ctx, state.course_id)
    known = state.progress
    kept = {"files": known.files, "metadata": known.metadata} if known else {}
    return msgspec.convert(
        {
            **msgspec.to_builtins(state),
            "runId": event.run_id,
            "status": event.generation_status,
            "updatedAt": event.updated_at,
            "progress": {**msgspec.to_builtins(kept), **event.progress},
        },
        GenerationState,
    )


def _is_newer(event: ProgressEvent, state: GenerationState) -> bool:
    """False for what was still on its way when the state was read: going back to it would show an older progress."""
    return event.updated_at is not None and (state.updated_at is None or event.updated_at > state.updated_at)
