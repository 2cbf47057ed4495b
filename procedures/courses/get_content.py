"""courses.getContent: the generated sections and lessons, with their texts."""

from typing import Literal
from uuid import UUID

import msgspec

from app.context import SignedIn
from app.rpc import Input, Output
from procedures._bases import authed
from procedures._errors import CourseNotFound

LessonType = Literal["video", "text", "quiz", "interactive", "assignment"]


class CourseContentInput(Input):
    """Which course."""

    course_id: UUID


class LessonSource(Output):
    """What a lesson was made from: a file, its first and last page (or slide) where it has any, and its headings there,
    each as a path from the outermost.
    """

    file_id: UUID
    filename: str
    pages: tuple[int, int] | None
    headings: list[list[str]]


class Lesson(Output):
    """A lesson; `text` is Markdown, null until it is written. `sources` is empty where it was made from no document."""

    id: UUID
    title: str
    order_index: int
    duration_minutes: int | None
    lesson_type: LessonType
    text: str | None
    sources: list[LessonSource]


class Section(Output):
    """A section and its lessons in order."""

    id: UUID
    title: str
    description: str | None
    order_index: int
    lessons: list[Lesson]


class CourseContent(Output):
    """All that was generated; empty before the structure is made."""

    course_id: UUID
    title: str
    sections: list[Section]


class ContentRow(msgspec.Struct, frozen=True):
    """A course with its sections as JSON in the shape of the output."""

    title: str
    sections: list[Section]


@authed.query(errors=(CourseNotFound,))
async def get_content(ctx: SignedIn, input: CourseContentInput) -> CourseContent:
    """The sections, lessons and texts of a course that the caller may read."""
    async with ctx.db.begin() as tx:
        row = await tx.maybe("course_content", ContentRow, course_id=input.course_id)
    if row is None:
        raise CourseNotFound()
    return CourseContent(course_id=input.course_id, title=row.title, sections=row.sections)
