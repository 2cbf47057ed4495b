"""What uploads leave that never ended, or that died just after their end: rows with their quota, objects, parts.

A duty of every worker beside its reaper, not within it: slow storage must not hold up what the reaper puts right. Each
upload is a transaction of its own, short even then, since its row's deletion locks its organization's.
"""

import asyncio
from uuid import UUID

import msgspec
from loguru import logger

from app.context import Resources
from app.db.session import SERVICE, Session, Transaction
from app.storage import StorageUnavailable
from app.work.reaper import AWAY

_FIRST = UUID(int=0)


class Upload(msgspec.Struct, frozen=True):
    """A half-made upload whose time is over, or a file that is whole and whose parts are still there."""

    file_id: UUID
    storage_path: str


class UploadRemains:
    """`run` works until cancelled, a pass every reaper period. Passes of several workers do no harm to each other."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._settings = resources.settings

    @property
    def _db(self) -> Session:
        return self._resources.database.session(SERVICE)

    async def run(self) -> None:
        """Pass after pass; what is away now is tried again in the next. Neither duty keeps the other from its turn."""
        while True:
            for duty in (self.expire, self.drop_parts):
                try:
                    await duty()
                except AWAY as error:
                    logger.warning("remains of uploads: {}", error)
            await asyncio.sleep(self._settings.reaper_period_seconds)

    async def expire(self) -> None:
        """Delete uploads that were never finished, rows and objects. A row stays while its objects can't be deleted, or
        else nobody would know of them; the others have their turn. Raises StorageUnavailable at the end then.
        """
        after, failed = _FIRST, None
        while True:
            try:
                async with self._db.begin() as tx:
                    upload = await self._next(tx, after)
                    if upload is None:
                        break
                    after = upload.file_id
                    await self._delete_objects(upload.storage_path)
                    await tx.run("count_reaper_work", work={"uploads_expired": 1})
            except StorageUnavailable as error:
                failed = error
        if failed:
            raise failed

    async def _next(self, tx: Transaction, after: UUID) -> Upload | None:
        older = self._settings.upload_ttl_seconds
        return await tx.maybe("expire_upload", Upload, after=after, older_than_seconds=older)

    async def _delete_objects(self, path: str) -> None:
        """Raises StorageUnavailable, and TimeoutError when that takes longer than a statement may."""
        try:
            async with asyncio.timeout(self._settings.worker_db_timeout_seconds):
                await self._resources.storage.delete_all(path)
        except ValueError:  # a row that no upload of ours has made
            logger.bind(path=path).warning("a half-made upload has a path that is no key")

    async def drop_parts(self) -> None:
        """Delete the parts of uploads that became files and died before they had deleted them."""
        async with self._db.begin() as tx:
            finished = await tx.all("files_with_parts", Upload)
        for upload in finished:
            await self._resources.storage.delete_parts(upload.storage_path)
            async with self._db.begin() as tx:
                await tx.run("forget_parts", file_id=upload.file_id)
