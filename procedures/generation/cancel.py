"""generation.cancel: stop a course's run, queued or running."""

from typing import Literal
from uuid import UUID

import msgspec
from loguru import logger

from app.context import SignedIn
from app.log import note
from app.rpc import Code, Input, Output, RpcError
from procedures._bases import instructor
from procedures._errors import CourseNotFound, NotYours


class CancelGenerationInput(Input):
    """Which course's run to stop."""

    course_id: UUID


class GenerationCancelled(Output):
    """The run has ended; a running job stops within two seconds."""

    success: bool
    course_id: UUID
    message: str


class NotRunning(RpcError, code=Code.CONFLICT):
    """Generation is not running for this course"""


class CancelOutcome(msgspec.Struct, frozen=True):
    """What the database said."""

    outcome: Literal["not_found", "not_yours", "not_running", "cancelled"]
    run_id: UUID | None = None
    slot_token: UUID | None = None


@instructor.mutation(errors=(CourseNotFound, NotYours, NotRunning))
async def cancel(ctx: SignedIn, input: CancelGenerationInput) -> GenerationCancelled:
    """Cancel the generation of a course: its owner, an admin of the organization, or a superadmin may."""
    note(courseId=str(input.course_id))
    async with ctx.db.begin() as tx:
        outcome = await tx.value("cancel_run", CancelOutcome, course_id=input.course_id)
    match outcome.outcome:
        case "not_found":
            raise CourseNotFound()
        case "not_yours":
            raise NotYours()
        case "not_running":
            raise NotRunning()
        case "cancelled":
            if outcome.run_id and outcome.slot_token:
                await ctx.resources.give_back(outcome.run_id, outcome.slot_token)
            logger.info("generation cancelled")
            return GenerationCancelled(success=True, course_id=input.course_id, message="Отменено пользователем")
