"""Stored objects and the rows of files, paired both ways: what a crash between the two has left, and what a course's
deletion leaves behind.

A duty of every worker beside its reaper, not within it: a large bucket takes minutes to list, and what the reaper puts
right must not wait for that. Rows and objects are looked at page by page. A pass does no harm at any time, nor two at
once: a row is there before its object and no key is used again, so that an old object without a row never gets one, and
rows change by guarded updates.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from loguru import logger

from app.context import Resources
from app.db.session import SERVICE, Session
from app.leases import RateLimited, Window
from app.storage import whole_key
from app.work.reaper import AWAY

if TYPE_CHECKING:
    from loguru import Logger

PAGE = 500
"""Objects, or rows, that are held in memory and asked for at once."""
_LOOKS_AT_ONCE = 8
_FIRST = UUID(int=0)


class Paired(msgspec.Struct, frozen=True):
    """What a pass has done: objects deleted, leftovers of killed writers too; files whose object is gone or is back."""

    deleted: int
    lost: int
    found: int


class KnownObject(msgspec.Struct, frozen=True):
    """A key that a row stands for, and whether its upload is under way."""

    key: str
    uploading: bool


class StoredFile(msgspec.Struct, frozen=True):
    """A file that has been stored; `lost` if its object was missed before."""

    id: UUID
    organization_id: UUID
    course_id: UUID
    storage_path: str
    lost: bool


class FilePairing:
    """`run` works until cancelled: a pass in each `file_pairing_seconds`, of all workers together."""

    def __init__(self, resources: Resources, page: int = PAGE) -> None:
        self._resources = resources
        self._page = page

    @property
    def _db(self) -> Session:
        return self._resources.database.session(SERVICE)

    async def run(self) -> None:
        """Pass after pass; one that failed, since something was away, is tried again soon, by the same worker."""
        settings, owed = self._resources.settings, False
        window = Window("file-pairing", 1, settings.file_pairing_seconds)
        while True:
            try:
                owed = owed or not isinstance(await self._resources.limiter.hit(window), RateLimited)
                if owed:
                    await self.once()
                    owed = False
            except AWAY as error:
                logger.warning("file pairing: {}", error)
            await asyncio.sleep(settings.reaper_period_seconds)

    async def once(self) -> Paired:
        """One pass. Raises StorageUnavailable, DatabaseUnavailable; what it has done until then stays done."""
        ttl = self._resources.settings.upload_ttl_seconds
        deleted = await self._resources.storage.forget_unfinished(ttl)
        async for keys in self._old_objects(timedelta(seconds=ttl)):
            deleted += await self._delete_unknown(keys)
        lost = found = 0
        async for files in self._stored_files(ttl):
            missing, back = await self._mark(files)
            lost, found = lost + missing, found + back
        logger.bind(deleted=deleted, lost=lost, found=found).info("files paired")
        return Paired(deleted, lost, found)

    async def _old_objects(self, age: timedelta) -> AsyncIterator[list[str]]:
        """Keys of objects that no upload under way has just made, page by page."""
        before, keys = datetime.now(UTC) - age, list[str]()
        async for stored in self._resources.storage.each():
            if stored.modified < before:
                keys.append(stored.key)
            if len(keys) == self._page:
                yield keys
                keys = []
        yield keys

    async def _delete_unknown(self, keys: list[str]) -> int:
        """Delete the objects that no row stands for, and parts of what is no upload any more; how many they were."""
        async with self._db.begin() as tx:
            rows = await tx.all("known_objects", KnownObject, keys=[whole_key(key) for key in keys])
        uploading = {row.key: row.uploading for row in rows}
        return sum([await self._delete(key) for key in keys if not _is_known(key, uploading)])

    async def _delete(self, key: str) -> bool:
        try:
            await self._resources.storage.delete(key)
        except ValueError:  # what lies beside our objects and has no key of ours is somebody else's
            return False
        logger.bind(key=key).warning("an object without a row is deleted")
        return True

    async def _stored_files(self, ttl: float) -> AsyncIterator[list[StoredFile]]:
        """Rows of files that have been stored, page by page."""
        after = _FIRST
        while files := await self._files_after(after, ttl):
            yield files
            after = files[-1].id

    async def _files_after(self, after: UUID, ttl: float) -> list[StoredFile]:
        async with self._db.begin() as tx:
            return await tx.all("stored_files", StoredFile, after=after, older_than_seconds=ttl, limit=self._page)

    async def _mark(self, files: list[StoredFile]) -> tuple[int, int]:
        """Mark files whose object is gone, and unmark those whose object is back; how many there were of each."""
        there = await self._ids_with_object(files)
        gone = [file.id for file in files if not file.lost and file.id not in there]
        back = [file.id for file in files if file.lost and file.id in there]
        async with self._db.begin() as tx:
            lost = await tx.all("mark_lost", StoredFile, file_ids=gone)
            found = await tx.all("mark_found", StoredFile, file_ids=back)
        for file in lost:
            _line(file).error("a file has lost its object")
        for file in found:
            _line(file).warning("the object of a lost file is back")
        return len(lost), len(found)

    async def _ids_with_object(self, files: list[StoredFile]) -> set[UUID]:
        there: set[UUID] = set()
        for at in range(0, len(files), _LOOKS_AT_ONCE):
            some = files[at : at + _LOOKS_AT_ONCE]
            found = await asyncio.gather(*(self._has_object(file) for file in some))
            there.update(file.id for file, has_object in zip(some, found, strict=True) if has_object)
        return there

    async def _has_object(self, file: StoredFile) -> bool:
        try:
            return await self._resources.storage.exists(file.storage_path)
        except ValueError:  # a row that no upload of ours has made
            return False


def _is_known(key: str, uploading: Mapping[str, bool]) -> bool:
    """Whether a row stands for the object; for a part, whether it will."""
    whole = whole_key(key)
    return whole in uploading and (key == whole or uploading[whole])


def _line(file: StoredFile) -> "Logger":
    course = {"organizationId": str(file.organization_id), "courseId": str(file.course_id)}
    return logger.bind(fileId=str(file.id), key=file.storage_path, **course)
