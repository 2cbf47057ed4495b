"""Step 2 with files: the text of each document, as Markdown."""

from uuid import UUID

import msgspec
from loguru import logger

from app.context import JobContext
from app.processes import ProcessCrashed
from app.storage import ObjectMissing
from app.work.lifecycle import RunFailed, RunLost
from procedures._bases import queue
from procedures.generation._input import StageInput
from procedures.generation.contents import MIME_TYPES
from procedures.generation.documents import UnreadableDocument, extract, to_markdown
from procedures.generation.stages._step import Step, begin, completing, hand_on
from procedures.generation.stages.structure_generation import structure_generation

STEP = Step(2, "Обработка документов началась", "Обработка документов завершена")


class CourseFile(msgspec.Struct, frozen=True):
    """An uploaded file of the course."""

    id: UUID
    filename: str
    file_type: str
    storage_path: str


@queue.job(timeout=300, attempts=5, backoff=2)
async def document_processing(ctx: JobContext, input: StageInput) -> None:
    """Extract the text of every uploaded document; a course whose documents can all not be read fails."""
    await begin(ctx, STEP)
    async with ctx.db.begin() as tx:
        files = await tx.all("course_files", CourseFile, course_id=ctx.course_id)
    reasons = [reason for file in files if (reason := await _process(ctx, file))]
    if len(reasons) == len(files):
        raise RunFailed("; ".join(reasons) or "The documents were deleted")
    async with completing(ctx, STEP, unreadable=reasons) as tx:
        await hand_on(tx, ctx, structure_generation, input)


async def _process(ctx: JobContext, file: CourseFile) -> str | None:
    """Store a file's text, or mark it failed; the reason, when it can't be read."""
    try:
        content = await ctx.resources.storage.get(file.storage_path)
        text = await ctx.resources.processes.run(read_text, content, file.filename, file.file_type)
    except (UnreadableDocument, ObjectMissing, ProcessCrashed) as error:
        logger.bind(fileId=str(file.id), error=str(error)).warning("document not readable")
        await _save(ctx, file, None)
        return f"{file.filename}: {error}"
    await _save(ctx, file, text)
    return None


def read_text(content: bytes, filename: str, file_type: str) -> str:
    """A document's text as Markdown; runs in a process of its own. Raises UnreadableDocument."""
    return to_markdown(extract(content, MIME_TYPES[file_type][0], filename))


async def _save(ctx: JobContext, file: CourseFile, text: str | None) -> None:
    async with ctx.db.begin() as tx:
        if not await tx.value("hold_run", bool, run_id=ctx.run_id, epoch=ctx.epoch):
            raise RunLost()
        await tx.run("save_extracted_text", file_id=file.id, text=text)
