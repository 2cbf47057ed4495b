"""courses.create: a course to generate."""

from typing import Annotated
from uuid import UUID

import uuid_utils.compat as uuid7s
from msgspec import Meta
from slugify import slugify

from app.auth.errors import Unauthorized
from app.context import SignedIn
from app.db.errors import DatabaseRefused
from app.log import note
from app.rpc import Input
from procedures._bases import instructor
from procedures.courses._view import Course, Difficulty, Language, LongText, ShortText, Title

SLUG_LENGTH = 80
NO_SUCH_PARENT = "23503"  # foreign_key_violation


class CreateCourseInput(Input):
    """Only a title is needed; the rest steers the generation. `language` is an ISO 639-1 code."""

    title: Title
    language: Language = "ru"
    style: ShortText | None = None
    course_description: LongText | None = None
    target_audience: LongText | None = None
    difficulty: Difficulty | None = None
    lesson_duration_minutes: Annotated[int, Meta(ge=1, le=600)] | None = None
    learning_outcomes: LongText | None = None
    estimated_lessons: Annotated[int, Meta(ge=1, le=500)] | None = None
    estimated_sections: Annotated[int, Meta(ge=1, le=100)] | None = None
    content_strategy: ShortText | None = None
    output_formats: Annotated[tuple[ShortText, ...], Meta(max_length=20)] = ()
    prerequisites: LongText | None = None


EXAMPLES = (
    CreateCourseInput(title="Компост на балконе"),
    CreateCourseInput(
        title="Sourdough for beginners",
        language="en",
        target_audience="People who have baked with yeast",
        difficulty="beginner",
        lesson_duration_minutes=15,
        estimated_lessons=12,
    ),
)


@instructor.mutation(examples=EXAMPLES)
async def create(ctx: SignedIn, input: CreateCourseInput) -> Course:
    """Create a course of the caller's own, as a draft."""
    course_id = uuid7s.uuid7()
    try:
        row = await _insert(ctx, input, course_id)
    except DatabaseRefused as refused:
        if refused.sqlstate == NO_SUCH_PARENT:
            raise Unauthorized(
                reason="the token's user is not in the organization any more", token_given=True
            ) from None
        raise
    note(courseId=str(course_id))
    return row


async def _insert(ctx: SignedIn, input: CreateCourseInput, course_id: UUID) -> Course:
    async with ctx.db.begin() as tx:
        row = await tx.maybe(
            "create_course",
            Course,
            id=course_id,
            organization_id=ctx.claims.organization_id,
            user_id=ctx.user_id,
            slug=slug_of(input.title, course_id),
            settings={"lesson_duration_minutes": input.lesson_duration_minutes},
            **_columns(input),
        )
    if row is None:
        raise RuntimeError("INSERT .. RETURNING returned no row")
    return row


def _columns(input: CreateCourseInput) -> dict[str, object]:
    return {name: getattr(input, name) for name in input.__struct_fields__ if name != "lesson_duration_minutes"}


def slug_of(title: str, course_id: UUID) -> str:
    """A readable part from the title, transliterated, and the end of the id, which makes it unique."""
    readable = slugify(title, max_length=SLUG_LENGTH, word_boundary=True)
    return "-".join(filter(None, (readable or "course", course_id.hex[-8:])))
