"""What a run asks of whatever writes the course."""

from collections.abc import Sequence
from typing import Protocol

from procedures.generation.authoring.types import Analysis, Brief, CourseStructure, LessonContent
from procedures.generation.documents import Document


class Generator(Protocol):
    """Makes a course in three moves: what can be made of the brief, the structure, then each lesson.

    `name` and `version` go into the course's metadata and say what made it; the version changes whenever the same
    input would give another course. Sources are always all documents of the run in the same order, for plans refer
    to them by position.
    """

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    async def analyse(self, brief: Brief) -> Analysis:
        """What the brief alone can be made into, for a run without documents."""
        ...

    async def structure(self, brief: Brief, sources: Sequence[Document] = ()) -> CourseStructure:
        """Sections and lessons from the documents, or from the brief where no document has text."""
        ...

    async def lesson(
        self, brief: Brief, structure: CourseStructure, section: int, lesson: int, sources: Sequence[Document] = ()
    ) -> LessonContent:
        """The content of one lesson, by the positions of its section and of the lesson in it, both from 0."""
        ...
