"""What a run generates from: the brief, the documents' text, and what its earlier steps have left."""

from typing import Any

import msgspec

from app.context import JobContext
from procedures.generation._input import StageInput
from procedures.generation.authoring import Brief, CourseStructure, EmbeddedGenerator, Generator
from procedures.generation.documents import Document, from_markdown


class ProcessedDocument(msgspec.Struct, frozen=True):
    """A document's text as Markdown."""

    filename: str
    text: str


class Artifacts(msgspec.Struct, frozen=True):
    """What earlier steps of the run left."""

    structure: CourseStructure | None = None


class Material:
    """All that the structure and the lessons of one course are made from, and what makes them."""

    def __init__(
        self, generator: Generator, brief: Brief, sources: tuple[Document, ...], planned: CourseStructure | None
    ) -> None:
        self._generator = generator
        self._brief = brief
        self._sources = sources
        self._planned = planned

    async def structure(self) -> CourseStructure:
        """The sections and lessons of the course."""
        return await self._generator.structure(self._brief, self._sources)

    async def lesson(self, section: int, lesson: int) -> str:
        """The text of a lesson of the structure that an earlier step has left, as Markdown."""
        if self._planned is None:
            raise LookupError("the run has no structure yet")
        content = await self._generator.lesson(self._brief, self._planned, section, lesson, self._sources)
        return content.text

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
    parsed = [await ctx.resources.processes.run(from_markdown, each.text, each.filename) for each in documents]
    return Material(generator_for(ctx), input.brief, tuple(parsed), left.structure)
