"""An upload's place: the file's row, made before its bytes, holds the quota; the database's triggers count."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
import uuid_utils.compat as uuid7s
from loguru import logger

from app.context import SignedIn
from app.db.errors import DatabaseRefused
from app.db.session import Transaction
from app.storage import ObjectMissing, StorageUnavailable, object_key
from procedures._errors import CourseNotFound, NotYours
from procedures._tiers import Tier, size_label
from procedures.generation._intake import too_large
from procedures.generation._upload_errors import (
    FileLimitReached,
    FileTypeRefused,
    StorageFailed,
    StorageQuotaExceeded,
    UploadChanged,
    UploadsNotInPlan,
)
from procedures.generation.contents import check_name, declared_type_fits, extension_of

QUOTA_CHECK = "organizations_storage_within_quota"
FILE_LIMIT_STATE = "CG001"


class Described(NamedTuple):
    """A file as its sender describes it; `size` in bytes is what is reserved for it."""

    filename: str
    mime_type: str
    size: int


class Whole(NamedTuple):
    """A file whose bytes all lie in one part. Of a resumable upload, `after` is how many bytes its row must count, and
    `last_part` what brought the others.
    """

    file_id: UUID
    storage_path: str
    part: str
    size: int
    digest: str
    after: int = 0
    last_part: UUID | None = None


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
    """A row that holds the quota of an upload under way; `expires_at` of one that may come in several requests."""

    file_id: UUID
    storage_path: str
    expires_at: datetime | None


async def read_allowance(ctx: SignedIn, course_id: UUID) -> Allowance:
    """The allowance of a course that the caller may see. Raises CourseNotFound."""
    async with ctx.db.begin() as tx:
        allowance = await tx.maybe("upload_allowance", Allowance, course_id=course_id)
    if allowance is None:
        raise CourseNotFound()
    return allowance


def check_allowance(allowance: Allowance, caller: UUID, file: Described) -> None:
    """Ownership, then count, type, size: what can be refused before anything is written."""
    tier = allowance.tier
    if allowance.user_id != caller:
        raise NotYours()
    if not tier.files_per_course:
        raise UploadsNotInPlan(tier=tier.label, upgrade=tier.next_label or tier.label)
    if allowance.file_count >= tier.files_per_course:
        raise FileLimitReached(tier=tier.label, limit=tier.files_per_course, current=allowance.file_count)
    check_name(file.filename)
    extension = extension_of(file.filename)
    if extension not in tier.accepted or not declared_type_fits(extension, file.mime_type):
        raise FileTypeRefused(tier=tier.label, accepted=tier.accepted_label)
    if file.size > tier.max_file_bytes:
        raise too_large(tier, file.size)


async def reserve(ctx: SignedIn, allowance: Allowance, file: Described, lifetime: float | None = None) -> Reservation:
    """Insert the row that holds the quota; for `lifetime` seconds where more than one request may bring the file.

    Raises StorageQuotaExceeded, FileLimitReached (another upload was first).
    """
    file_id = uuid7s.uuid7()
    extension = extension_of(file.filename)
    path = object_key(allowance.organization_id, allowance.course_id, file_id, extension)
    with limits_declared(allowance):
        async with ctx.db.begin() as tx:
            expires_at = await tx.optional(
                "reserve_file",
                datetime,
                file_id=file_id,
                organization_id=allowance.organization_id,
                course_id=allowance.course_id,
                uploaded_by=ctx.user_id,
                filename=file.filename,
                mime_type=file.mime_type,
                file_type=extension,
                file_size=file.size,
                storage_path=path,
                lifetime_seconds=lifetime,
            )
    return Reservation(file_id, path, expires_at)


@contextmanager
def limits_declared(allowance: Allowance) -> Generator[None]:
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


async def finish(ctx: SignedIn, allowance: Allowance, file: Whole) -> None:
    """Make the upload a file: one transaction writes its true size and SHA-256 and moves its object to its place.

    Raises StorageFailed when the storage fails or the upload took so long that it has expired, StorageQuotaExceeded
    when the file is larger than declared and that too much, UploadChanged when another request has added to it.
    """
    with limits_declared(allowance):
        async with ctx.db.begin() as tx:
            held = await tx.optional("hold_upload", UUID, file_id=file.file_id, received_bytes=file.after)
            if held is None:
                raise StorageFailed() if file.last_part is None else UploadChanged()
            await _move(ctx, file)
            await _write(tx, file)


async def _write(tx: Transaction, file: Whole) -> None:
    finished = await tx.optional(
        "finish_file",
        UUID,
        file_id=file.file_id,
        file_size=file.size,
        hash=file.digest,
        last_part=file.last_part,
    )
    if finished is None:
        raise StorageFailed()


async def _move(ctx: SignedIn, file: Whole) -> None:
    try:
        await ctx.resources.storage.rename(file.part, file.storage_path)
    except (StorageUnavailable, ObjectMissing) as error:
        raise StorageFailed() from error


async def discard(ctx: SignedIn, file_id: UUID, storage_path: str) -> None:
    """Undo an upload: row, quota, objects. What a crash cuts off is left to the reaper, which finds the row. While the
    storage is away the objects stay: the quota is given back, and the reaper finds objects without rows.
    """
    async with ctx.db.begin() as tx:
        await tx.run("delete_file", file_id=file_id)
        try:
            await ctx.resources.storage.delete_all(storage_path)
        except StorageUnavailable as error:
            logger.bind(path=storage_path).warning("objects of an upload that was undone stay: {}", error)
