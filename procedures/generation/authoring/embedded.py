"""The generator that needs no network: it arranges what it is given, and writes nothing that it was not told."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor

import msgspec

from procedures.generation.authoring.material_lesson import from_sources
from procedures.generation.authoring.outline import outlined
from procedures.generation.authoring.programme import analysed, planned
from procedures.generation.authoring.programme_lesson import from_programme
from procedures.generation.authoring.types import Analysis, Brief, CourseStructure, LessonContent
from procedures.generation.authoring.wording import Wording, wording_for
from procedures.generation.documents import Document

_TEXT_FORMATS = frozenset({"text", "markdown", "md"})


def analyse_brief(brief: Brief) -> Analysis:
    """As `Generator.analyse`; pure, and quick."""
    wording = wording_for(brief.language)
    analysis = analysed(brief, wording)
    return msgspec.structs.replace(analysis, notes=(*analysis.notes, *_other_formats(brief, wording)))


def structure_course(brief: Brief, sources: Sequence[Document] = ()) -> CourseStructure:
    """As `Generator.structure`; pure, and takes seconds for megabytes of text."""
    wording = wording_for(brief.language)
    course = outlined(brief, sources, wording) or planned(brief, wording)
    return msgspec.structs.replace(course, notes=(*course.notes, *_other_formats(brief, wording)))


def write_lesson(
    brief: Brief, structure: CourseStructure, section: int, lesson: int, sources: Sequence[Document] = ()
) -> LessonContent:
    """As `Generator.lesson`; pure, and quick."""
    plan = structure.sections[section].lessons[lesson]
    if plan.sources:
        return from_sources(plan.sources, sources)
    return from_programme(brief, structure, plan, wording_for(brief.language))


class EmbeddedGenerator:
    """A `Generator` of the functions above; what may take long runs in `executor`, or on the event loop without one.

    The same input gives the same course, to the byte, in any process.
    """

    name = "embedded"
    version = "1"

    def __init__(self, executor: Executor | None = None) -> None:
        self._executor = executor

    async def analyse(self, brief: Brief) -> Analysis:
        """What the brief alone can be made into."""
        return analyse_brief(brief)

    async def structure(self, brief: Brief, sources: Sequence[Document] = ()) -> CourseStructure:
        """Sections and lessons from the documents' own text, or from the brief where they have none."""
        if self._executor is None:
            return structure_course(brief, sources)
        return await asyncio.get_running_loop().run_in_executor(self._executor, structure_course, brief, tuple(sources))

    async def lesson(
        self, brief: Brief, structure: CourseStructure, section: int, lesson: int, sources: Sequence[Document] = ()
    ) -> LessonContent:
        """The content of one lesson."""
        return write_lesson(brief, structure, section, lesson, sources)


def _other_formats(brief: Brief, wording: Wording) -> tuple[str, ...]:
    others = [each for each in brief.output_formats if each.casefold() not in _TEXT_FORMATS]
    return (wording.notes.text_alone.format(formats=", ".join(others)),) if others else ()
