"""What a run generates from: the brief, the documents' text, and what its earlier steps have left."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from app.context import JobContext
from procedures.generation._input import StageInput
from procedures.generation.authoring import Brief, CourseStructure, EmbeddedGenerator, Generator, Source
from procedures.generation.documents import Document, PageStarts, from_markdown


class ProcessedDocument(msgspec.Struct, frozen=True):
    """A document's text as Markdown, and where its pages begin there."""

    id: UUID
    filename: str
    text: str
    page_count: int | None = None
    page_starts: PageStarts | None = None


class LessonSource(msgspec.Struct, frozen=True, rename="camel"):
    """What a lesson's metadata says of one of its documents."""

    file_id: UUID
    filename: str
    pages: tuple[int, int] | None
    headings: tuple[tuple[str, ...], ...]


class WrittenLesson(NamedTuple):
    """The text of a lesson as Markdown, and what it was made from."""

    text: str
    sources: list[LessonSource]


class Artifacts(msgspec.Struct, frozen=True):
    """What earlier steps of the run left."""

    structure: CourseStructure | None = None


class Material:
    """All that the structure and the lessons of one course are made from, and what makes them."""

    def __init__(
        self,
        generator: Generator,
        brief: Brief,
        documents: Sequence[ProcessedDocument],
        sources: tuple[Document, ...],
        planned: CourseStructure | None,
    ) -> None:
        self._generator = generator
        self._brief = brief
        self._documents = documents
        self._sources = sources
        self._planned = planned

    async def structure(self) -> CourseStructure:
        """The sections and lessons of the course."""
        return await self._generator.structure(self._brief, self._sources)

    async def lesson(self, section: int, lesson: int) -> WrittenLesson:
        """A lesson of the structure that an earlier step has left."""
        if self._planned is None:
            raise LookupError("the run has no structure yet")
        content = await self._generator.lesson(self._brief, self._planned, section, lesson, self._sources)
        return WrittenLesson(content.text, [self._named(source) for source in content.sources])

    def _named(self, source: Source) -> LessonSource:
        document = self._documents[source.document]
        return LessonSource(document.id, document.filename, source.pages, source.headings)

    @property
    def made_by(self) -> dict[str, Any]:
        """What the course's metadata says of its maker."""
        return {"generator": {"name": self._generator.name, "version": self._generator.version}}


def generator_for(ctx: JobContext) -> Generator:
    """What writes this service's courses."""
    return EmbeddedGenerator(ctx.resources.processes)


async def read_material(ctx: JobContext, input: StageInput) -> Material:
    """The run's material, from the database."""
    async with ctx.db.begin() as tx:
        left = await tx.value("artifacts", Artifacts, run_id=ctx.run_id)
        documents = await tx.all("processed_documents", ProcessedDocument, course_id=ctx.course_id)
    parsed = [await _parsed(ctx, document) for document in documents]
    return Material(generator_for(ctx), input.brief, documents, tuple(parsed), left.structure)


async def _parsed(ctx: JobContext, document: ProcessedDocument) -> Document:
    given = (document.text, document.filename, document.page_starts or (), document.page_count)
    return await ctx.resources.processes.run(from_markdown, *given)
