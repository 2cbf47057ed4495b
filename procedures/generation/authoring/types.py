"""What a generator is given and what it gives back: the contract of steps 2 to 4 of a run.

All of it is plain data: it can be stored as JSON between the jobs of a run and sent to another process.
"""

from typing import Literal

import msgspec


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a course. Everything but the title may be missing; the names are those of the columns."""

    title: str
    language: str = "ru"
    style: str | None = None
    course_description: str | None = None
    target_audience: str | None = None
    difficulty: str | None = None
    lesson_duration_minutes: int | None = None
    learning_outcomes: str | None = None
    estimated_lessons: int | None = None
    estimated_sections: int | None = None
    content_strategy: str | None = None
    output_formats: tuple[str, ...] = ()


class Analysis(msgspec.Struct, frozen=True, kw_only=True):
    """What a brief alone can be made into: its points (outcomes or statements), sizes, and what the author should know.

    `notes` are sentences in the language of the course.
    """

    points: tuple[str, ...]
    lessons: int
    sections: int
    notes: tuple[str, ...] = ()


class SourcePart(msgspec.Struct, frozen=True, kw_only=True):
    """Blocks `start` to `stop` (not included) of a document.

    Of a single long block it may be its characters `begin` to `end` (not included) alone; no `end` is the block's end.
    """

    document: int
    start: int
    stop: int
    begin: int = 0
    end: int | None = None


class LessonPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A lesson before its content: what it is for, and which source parts or points of the brief it is made from."""

    title: str
    duration_minutes: int
    lesson_type: Literal["text"] = "text"
    purpose: str = "material"
    sources: tuple[SourcePart, ...] = ()
    points: tuple[int, ...] = ()


class SectionPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A section with its lessons in order; never without lessons."""

    title: str
    description: str
    lessons: tuple[LessonPlan, ...]


class CourseStructure(msgspec.Struct, frozen=True, kw_only=True):
    """The whole course before its content; `points` are those that lesson plans refer to by their position."""

    sections: tuple[SectionPlan, ...]
    points: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where a lesson's text comes from in one document: its first and last page or slide, where the document has any,
    and the headings it stood under, each as a path from the outermost.
    """

    document: int
    pages: tuple[int, int] | None = None
    headings: tuple[tuple[str, ...], ...] = ()


class LessonContent(msgspec.Struct, frozen=True, kw_only=True):
    """The text of a lesson as Markdown, without its title, and where in which documents it comes from."""

    text: str
    sources: tuple[Source, ...] = ()
