"""courses.update: what a course says of itself."""

from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from app.context import SignedIn
from app.log import note
from app.rpc import Input
from procedures._bases import instructor
from procedures._errors import CourseNotFound, NotYours
from procedures.courses._view import Course, CourseStatus, Difficulty, Language, LongText, ShortText, Title


class UpdateCourseInput(Input):
    """What is left out stays; null empties. A run under way goes on with what it began with."""

    course_id: UUID
    title: Title | UnsetType = UNSET
    status: CourseStatus | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    style: ShortText | UnsetType | None = UNSET
    course_description: LongText | UnsetType | None = UNSET
    target_audience: LongText | UnsetType | None = UNSET
    difficulty: Difficulty | UnsetType | None = UNSET
    learning_outcomes: LongText | UnsetType | None = UNSET
    estimated_lessons: Annotated[int, Meta(ge=1, le=500)] | UnsetType | None = UNSET
    estimated_sections: Annotated[int, Meta(ge=1, le=100)] | UnsetType | None = UNSET
    content_strategy: ShortText | UnsetType | None = UNSET
    output_formats: Annotated[tuple[ShortText, ...], Meta(max_length=20)] | UnsetType = UNSET
    prerequisites: LongText | UnsetType | None = UNSET


@instructor.mutation(errors=(CourseNotFound, NotYours))
async def update(ctx: SignedIn, input: UpdateCourseInput) -> Course:
    """Change a course: its owner, an admin of the organization, or a superadmin may."""
    note(courseId=str(input.course_id))
    async with ctx.db.begin() as tx:
        row = await tx.maybe("update_course", Course, course_id=input.course_id, changes=_changes(input))
        seen = row or await tx.maybe("get_course", Course, course_id=input.course_id)
    if seen is None:
        raise CourseNotFound()
    if row is None:
        raise NotYours()
    return row


def _changes(input: UpdateCourseInput) -> dict[str, object]:
    """Columns and their new values: the fields that were sent."""
    sent = {name: getattr(input, name) for name in input.__struct_fields__ if name != "course_id"}
    return {name: value for name, value in sent.items() if value is not UNSET}
