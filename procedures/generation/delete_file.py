"""generation.deleteFile: take a document out of a course, and give its bytes back to the quota."""

from typing import Literal
from uuid import UUID

import msgspec
from loguru import logger

from app.context import SignedIn
from app.log import note
from app.rpc import Input, Output
from procedures._bases import instructor
from procedures._errors import NotYours
from procedures._examples import FILE_ID
from procedures.generation._file_errors import FileInUse, FileNotFound


class DeleteFileInput(Input):
    """Which file."""

    file_id: UUID


class FileDeleted(Output):
    """The file is gone; `freed_bytes` are free in the organization's quota."""

    success: bool
    file_id: UUID
    freed_bytes: int


class DeleteOutcome(msgspec.Struct, frozen=True):
    """What the database said."""

    outcome: Literal["not_found", "not_yours", "in_use", "deleted"]
    storage_path: str | None = None
    freed_bytes: int = 0


@instructor.mutation(errors=(FileNotFound, NotYours, FileInUse), examples=(DeleteFileInput(file_id=FILE_ID),))
async def delete_file(ctx: SignedIn, input: DeleteFileInput) -> FileDeleted:
    """Delete a file: the course's owner, an admin of the organization, or a superadmin may.

    Refused while the course is being generated. An upload that is still under way can be deleted, and fails then.
    """
    note(fileId=str(input.file_id))
    async with ctx.db.begin() as tx:
        outcome = await tx.value("delete_course_file", DeleteOutcome, file_id=input.file_id)
    match outcome.outcome:
        case "not_found":
            raise FileNotFound()
        case "not_yours":
            raise NotYours()
        case "in_use":
            raise FileInUse()
        case "deleted":
            # after the commit: an object without a row is found by the reaper, a row without an object has lost a file
            if outcome.storage_path:
                await ctx.resources.delete_object(outcome.storage_path)
            logger.bind(bytes=outcome.freed_bytes).info("file deleted")
            return FileDeleted(success=True, file_id=input.file_id, freed_bytes=outcome.freed_bytes)
