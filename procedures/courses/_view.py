"""A course as its readers see it."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from app.rpc import Moment, Output

Title = Annotated[str, Meta(min_length=1, max_length=500, pattern=r"\S")]
ShortText = Annotated[str, Meta(min_length=1, max_length=255)]
LongText = Annotated[str, Meta(min_length=1, max_length=10_000)]
Language = Annotated[str, Meta(pattern="^[a-z]{2}$", max_length=2)]  # `$` lets a last line break pass

Difficulty = Literal["beginner", "intermediate", "advanced"]
CourseStatus = Literal["draft", "published", "archived"]


class Course(Output):
    """A course's own fields; `status` is its publication, `generation_status` its generation."""

    id: UUID
    title: str
    slug: str
    user_id: UUID
    organization_id: UUID
    status: CourseStatus
    language: str | None
    style: str | None
    course_description: str | None
    target_audience: str | None
    difficulty: str | None
    learning_outcomes: str | None
    estimated_lessons: int | None
    estimated_sections: int | None
    content_strategy: str | None
    output_formats: list[str] | None
    prerequisites: str | None
    generation_status: str | None
    created_at: Moment
    updated_at: Moment
