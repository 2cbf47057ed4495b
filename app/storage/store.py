"""Stored files: a local folder or an S3 bucket behind one class, by obstore."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Generator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

import msgspec
import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from app.storage.keys import checked_folder, checked_key, folder_of, whole_key
from app.storage.open import open_store
from app.storage.staged import forget_staged

if TYPE_CHECKING:
    from obstore import GetResult

PIECE = 5 * 1024 * 1024
"""Bytes that are written at a time: S3 takes no smaller part of an upload, but for the last."""
_PIECES_AT_ONCE = 2


class ObjectMissing(Exception):
    """There is no object under this key."""


class StorageUnavailable(Exception):
    """The storage does not answer, is full, or refuses."""


class Opened(msgspec.Struct, frozen=True):
    """An object that is being read: its size in bytes, and its pieces, which may raise StorageUnavailable."""

    size: int
    pieces: AsyncIterator[bytes]


class StoredObject(msgspec.Struct, frozen=True):
    """What a listing knows of an object; `size` in bytes."""

    key: str
    size: int
    modified: datetime


class Storage:
    """Objects by key. Keys are those of `object_key` and `part_key`, others are a ValueError; failures are
    StorageUnavailable.

    An object is there whole or not at all: S3 shows it when it is complete, and a local file is written beside its
    place and then renamed.
    """

    def __init__(self, url: str) -> None:
        """The URL is that of `open_store`; ValueError for another one."""
        self._store: LocalStore | S3Store = open_store(url)

    async def put(self, key: str, content: bytes | AsyncIterable[bytes]) -> None:
        """Store the object, in place of an earlier one.

        Of pieces no more than a few MiB are held in memory; what their iterator raises is raised, and nothing stored.
        """
        try:
            with _failures_declared(checked_key(key)):
                await obstore.put_async(self._store, key, content, chunk_size=PIECE, max_concurrency=_PIECES_AT_ONCE)
        except ObjectMissing as error:
            raise StorageUnavailable("there is no such bucket") from error

    async def get(self, key: str) -> bytes:
        """The object's bytes. Raises ObjectMissing."""
        return b"".join([piece async for piece in self.read(key)])

    async def read(self, key: str) -> AsyncIterator[bytes]:
        """The object's bytes piece by piece. Raises ObjectMissing."""
        async for piece in (await self.open(key)).pieces:
            yield piece

    async def open(self, key: str, piece: int = PIECE) -> Opened:
        """Begin to read the object: its size, and its bytes in pieces of `piece` or some more. Raises ObjectMissing."""
        with _failures_declared(checked_key(key)):
            result = await obstore.get_async(self._store, key)
            return Opened(int(result.meta["size"]), _pieces(key, result, piece))

    async def rename(self, key: str, to: str) -> None:
        """Give an object another key, in place of what is there. Raises ObjectMissing."""
        with _failures_declared(checked_key(key)):
            await obstore.rename_async(self._store, key, checked_key(to))

    async def delete(self, key: str) -> None:
        """Remove the object; one that is not there is removed already."""
        try:
            with _failures_declared(checked_key(key)):
                await obstore.delete_async(self._store, key)
        except ObjectMissing:
            return

    async def delete_all(self, key: str) -> None:
        """Remove the object and every part of it."""
        await self.delete_parts(key)
        await self.delete(key)

    async def delete_parts(self, key: str) -> None:
        """Remove every part of the object, but not the object."""
        found = [stored.key async for stored in self.each(folder_of(key)) if whole_key(stored.key) == key]
        for each in found:
            if each != key:
                await self.delete(each)

    @asynccontextmanager
    async def on_disk(self, key: str) -> AsyncGenerator[Path]:
        """A path where this process or a child can read the object for the time of the block: the file itself, or of a
        bucket's object a copy, made piece by piece. Raises ObjectMissing.
        """
        if isinstance(self._store, LocalStore) and self._store.prefix is not None:
            await self.size(key)
            yield self._store.prefix / key
            return
        with NamedTemporaryFile(prefix="coursegen-", suffix=Path(key).suffix) as copy:
            async for piece in self.read(key):
                await asyncio.to_thread(copy.write, piece)
            copy.flush()
            yield Path(copy.name)

    async def size(self, key: str) -> int:
        """The object's bytes, counted. Raises ObjectMissing."""
        with _failures_declared(checked_key(key)):
            return int((await obstore.head_async(self._store, key))["size"])

    async def exists(self, key: str) -> bool:
        """Whether there is an object under the key."""
        try:
            await self.size(key)
        except ObjectMissing:
            return False
        return True

    async def list(self, folder: str = "") -> list[str]:
        """The keys of an organization (`{organization}`), a course (`{organization}/{course}`) or all, in order."""
        return sorted([stored.key async for stored in self.each(folder)])

    async def each(self, folder: str = "") -> AsyncIterator[StoredObject]:
        """The objects of a folder, as in `list`, in no order and never all at once in memory."""
        with _failures_declared(checked_folder(folder)):
            # pyarrow, one of its answers' types, is not installed
            async for some in obstore.list(self._store, folder or None):  # pyright: ignore[reportUnknownMemberType]
                for entry in some:
                    yield StoredObject(entry["path"], entry["size"], entry["last_modified"])

    async def forget_unfinished(self, older_than_seconds: float) -> int:
        """Remove what writers that were killed have left beside the objects, and say how much it was.

        A bucket does that by a rule of its own (AbortIncompleteMultipartUpload).
        """
        if not isinstance(self._store, LocalStore) or self._store.prefix is None:
            return 0
        before = datetime.now(UTC) - timedelta(seconds=older_than_seconds)
        return await asyncio.to_thread(forget_staged, self._store.prefix, before)

    async def signed_url(self, key: str, lifetime_seconds: int) -> str | None:
        """An address where anyone may read the object for so long; None for a local folder, which has none."""
        if not isinstance(self._store, S3Store):
            return None
        with _failures_declared(checked_key(key)):
            return await obstore.sign_async(self._store, "GET", key, timedelta(seconds=lifetime_seconds))


async def _pieces(key: str, result: "GetResult", size: int) -> AsyncIterator[bytes]:
    with _failures_declared(key):
        async for piece in result.stream(size):
            yield bytes(piece)


@contextmanager
def _failures_declared(key: str) -> Generator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise ObjectMissing(key) from error
    except (BaseError, OSError) as error:
        raise StorageUnavailable(str(error)) from error
