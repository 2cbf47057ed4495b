"""Step 2 with files: the text of each document, as Markdown."""

from typing import Final, Literal
from uuid import UUID

import msgspec
from loguru import logger

from app.context import JobContext
from app.db.session import Transaction
from app.processes import Limits, OutOfMemory, OutOfTime, ProcessCrashed
from app.storage import ObjectMissing
from app.work.lifecycle import RunFailed, RunLost
from procedures._bases import queue
from procedures.generation._input import StageInput
from procedures.generation.contents import MIME_TYPES
from procedures.generation.documents import PageStarts, UnreadableDocument, extract, page_starts, to_markdown
from procedures.generation.stages._step import Step, begin, completing, hand_on
from procedures.generation.stages.structure_generation import structure_generation

STEP = Step(2, "Обработка документов началась", "Обработка документов завершена")
SECONDS = 300
SECONDS_FOR_ALL = 270.0
"""Of the job's time, what reading may take: documents that all hang fail one by one, and not the job. What a busy
machine adds is no document's fault: the job is tried again when it becomes too long.
"""
SECONDS_FOR_ONE = 90.0
MEMORY_BYTES = 1024 * 1024 * 1024

FileStatus = Literal["processing", "completed", "failed"]
_KNOWN: Final = ("completed", "failed")
_FAILURES = (UnreadableDocument, ObjectMissing, OutOfTime, OutOfMemory, ProcessCrashed)


class CourseFile(msgspec.Struct, frozen=True):
    """An uploaded file of the course that can hold text; `status` and `error` are what the run shows of it."""

    id: UUID
    filename: str
    file_type: str
    storage_path: str
    status: str | None = None
    error: str | None = None


class Extracted(msgspec.Struct, frozen=True):
    """A document's text as Markdown, with its pages."""

    text: str
    page_count: int | None
    page_starts: PageStarts


@queue.job(timeout=SECONDS, attempts=5, backoff=2)
async def document_processing(ctx: JobContext, input: StageInput) -> None:
    """Extract the text of every uploaded document; a course whose documents can all not be read fails.

    An attempt goes on where the one before it was: what the run shows as read or failed stays so.
    """
    await begin(ctx, STEP)
    async with ctx.db.begin() as tx:
        files = await tx.all("course_files", CourseFile, course_id=ctx.course_id)
    limits = Limits(min(SECONDS_FOR_ONE, SECONDS_FOR_ALL / max(len(files), 1)), MEMORY_BYTES)
    reasons = [f"{file.filename}: {error}" for file in files if (error := await _outcome(ctx, file, limits))]
    if len(reasons) == len(files):
        raise RunFailed("; ".join(reasons) or "The documents were deleted")
    async with completing(ctx, STEP, unreadable=reasons) as tx:
        await hand_on(tx, ctx, structure_generation, input)


async def _outcome(ctx: JobContext, file: CourseFile, limits: Limits) -> str | None:
    """Why a file can't be read, once it is known to be read or not."""
    return file.error if file.status in _KNOWN else await _process(ctx, file, limits)


async def _process(ctx: JobContext, file: CourseFile, limits: Limits) -> str | None:
    """Store a file's text, or mark it failed; the reason, when it can't be read."""
    async with ctx.db.begin() as tx:
        await _tell(tx, ctx, file, "processing")
    try:
        content = await ctx.resources.storage.get(file.storage_path)
        work = ctx.resources.processes.run_within(limits, read_text, content, file.filename, file.file_type)
        extracted = await work
    except _FAILURES as error:
        reason = _reason(error, limits)
        logger.bind(fileId=str(file.id), error=reason).warning("document not readable")
        await _save(ctx, file, None, reason)
        return reason
    await _save(ctx, file, extracted)
    return None


def read_text(content: bytes, filename: str, file_type: str) -> Extracted:
    """A document's text; runs in a process of its own. Raises UnreadableDocument."""
    document = extract(content, MIME_TYPES[file_type][0], filename)
    return Extracted(to_markdown(document), document.page_count, page_starts(document))


def _reason(error: Exception, limits: Limits) -> str:
    """Why a document could not be read, for the person who uploaded it."""
    match error:
        case ObjectMissing():
            return "The file is not in the storage any more: upload it again"
        case OutOfTime():
            return f"The document takes longer than {limits.seconds:.0f} s to read: split it or make it simpler"
        case OutOfMemory():
            return "The document takes too much memory to read: split it or make it simpler"
        case ProcessCrashed():
            return "The document breaks the program that reads it: save it again, or in another format"
        case _:
            return str(error)


async def _save(ctx: JobContext, file: CourseFile, extracted: Extracted | None, error: str | None = None) -> None:
    pages = extracted.page_count if extracted else None
    async with ctx.db.begin() as tx:
        await _tell(tx, ctx, file, "completed" if extracted else "failed", pages, error)
        await tx.run(
            "save_extracted_text",
            file_id=file.id,
            text=extracted.text if extracted else None,
            page_count=pages,
            page_starts=extracted.page_starts if extracted else None,
        )


async def _tell(
    tx: Transaction,
    ctx: JobContext,
    file: CourseFile,
    status: FileStatus,
    pages: int | None = None,
    error: str | None = None,
) -> None:
    """Show what becomes of the file, which locks the run for this transaction. Raises RunLost."""
    values = {"run_id": ctx.run_id, "epoch": ctx.epoch, "file_id": file.id}
    if not await tx.value("file_progress", bool, **values, status=status, pages=pages, error=error):
        raise RunLost()
