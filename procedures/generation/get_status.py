"""generation.getStatus: where a course's generation stands."""

from uuid import UUID

from app.context import SignedIn
from app.rpc import Input
from procedures._bases import authed
from procedures._errors import CourseNotFound
from procedures.generation._view import GenerationState


class GenerationStatusInput(Input):
    """Which course."""

    course_id: UUID


@authed.query(errors=(CourseNotFound,))
async def get_status(ctx: SignedIn, input: GenerationStatusInput) -> GenerationState:
    """The progress of a course that the caller may read."""
    return await read_state(ctx, input.course_id)


async def read_state(ctx: SignedIn, course_id: UUID) -> GenerationState:
    """The state as the caller may see it. Raises CourseNotFound."""
    async with ctx.db.begin() as tx:
        row = await tx.maybe("generation_state", GenerationState, course_id=course_id)
    if row is None:
        raise CourseNotFound()
    return row
