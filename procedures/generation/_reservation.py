"""An upload's place: the file's row, made before its bytes, holds the quota; the database's triggers count."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import NamedTuple
from uuid import UUID

import msgspec
import uuid_utils.compat as uuid7s

from app.context import SignedIn
from app.db.errors import DatabaseRefused
from app.storage import object_key
from procedures._errors import CourseNotFound, NotYours
from procedures._tiers import Tier, size_label
from procedures.generation._upload_errors import (
    FileLimitReached,
    FileTooLarge,
    FileTypeRefused,
    StorageFailed,
    StorageQuotaExceeded,
    UploadsNotInPlan,
)
from procedures.generation.contents import check_name, declared_type_fits, extension_of

QUOTA_CHECK = "organizations_storage_within_quota"
FILE_LIMIT_STATE = "CG001"


class Allowance(msgspec.Struct, frozen=True):
    """What a course's organization may still store."""

    course_id: UUID
    organization_id: UUID
    user_id: UUID
    file_count: int
    storage_used_bytes: int
    storage_quota_bytes: int
    tier: Tier


class Reservation(NamedTuple):
    """A row that holds the quota of an upload under way."""

    file_id: UUID
    storage_path: str


async def read_allowance(ctx: SignedIn, course_id: UUID) -> Allowance:
    """The allowance of a course that the caller may see. Raises CourseNotFound."""
    async with ctx.db.begin() as tx:
        allowance = await tx.maybe("upload_allowance", Allowance, course_id=course_id)
    if allowance is None:
        raise CourseNotFound()
    return allowance


def check_allowance(allowance: Allowance, caller: UUID, filename: str, mime_type: str, size: int) -> None:
    """Ownership, then count, type, size: what can be refused before anything is written."""
    tier = allowance.tier
    if allowance.user_id != caller:
        raise NotYours()
    if not tier.files_per_course:
        raise UploadsNotInPlan(tier=tier.label, upgrade=tier.next_label or tier.label)
    if allowance.file_count >= tier.files_per_course:
        raise FileLimitReached(tier=tier.label, limit=tier.files_per_course, current=allowance.file_count)
    check_name(filename)
    extension = extension_of(filename)
    if extension not in tier.accepted or not declared_type_fits(extension, mime_type):
        raise FileTypeRefused(tier=tier.label, accepted=tier.accepted_label)
    if size > tier.max_file_bytes:
        raise FileTooLarge(tier=tier.label, limit=size_label(tier.max_file_bytes), size=size_label(size))


async def reserve(ctx: SignedIn, allowance: Allowance, filename: str, mime_type: str, size: int) -> Reservation:
    """Insert the row that holds the quota. Raises StorageQuotaExceeded, FileLimitReached (another upload was first)."""
    file_id = uuid7s.uuid7()
    extension = extension_of(filename)
    path = object_key(allowance.organization_id, allowance.course_id, file_id, extension)
    with _limits_declared(allowance):
        async with ctx.db.begin() as tx:
            await tx.run(
                "reserve_file",
                file_id=file_id,
                organization_id=allowance.organization_id,
                course_id=allowance.course_id,
                uploaded_by=ctx.user_id,
                filename=filename,
                mime_type=mime_type,
                file_type=extension,
                file_size=size,
                storage_path=path,
            )
    return Reservation(file_id, path)


@contextmanager
def _limits_declared(allowance: Allowance) -> Generator[None]:
    """The database's refusals as the errors of uploads."""
    try:
        yield
    except DatabaseRefused as refused:
        if refused.constraint == QUOTA_CHECK:
            used, quota = size_label(allowance.storage_used_bytes), size_label(allowance.storage_quota_bytes)
            raise StorageQuotaExceeded(used=used, quota=quota) from refused
        if refused.sqlstate == FILE_LIMIT_STATE:
            limit = allowance.tier.files_per_course
            raise FileLimitReached(tier=allowance.tier.label, limit=limit, current=limit) from refused
        raise


async def finish(ctx: SignedIn, allowance: Allowance, reserved: Reservation, *, size: int, digest: str) -> None:
    """The upload is whole: its true size and its SHA-256.

    Raises StorageFailed when it came too late, StorageQuotaExceeded when it is larger than declared and that too much.
    """
    with _limits_declared(allowance):
        async with ctx.db.begin() as tx:
            if await tx.optional("finish_file", UUID, file_id=reserved.file_id, file_size=size, hash=digest) is None:
                raise StorageFailed()


async def give_back(ctx: SignedIn, reserved: Reservation) -> None:
    """Delete the row; the trigger gives its quota back."""
    async with ctx.db.begin() as tx:
        await tx.run("delete_file", file_id=reserved.file_id)
