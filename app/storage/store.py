"""Stored files: a local folder or an S3 bucket behind one class, by obstore."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from app.storage.keys import checked_folder, checked_key


class ObjectMissing(Exception):
    """There is no object under this key."""


class StorageUnavailable(Exception):
    """The storage does not answer, is full, or refuses."""


class Storage:
    """Objects by key. Keys are those of `object_key`, others are a ValueError; failures are StorageUnavailable.

    An object is there whole or not at all: S3 shows it when it is complete, and a local file is written beside its
    place and then renamed.
    """

    def __init__(self, url: str) -> None:
        """`file:///absolute/folder`, made if missing, or `s3://bucket/prefix`, with AWS_* variables for the rest.

        Raises ValueError for another URL.
        """
        self._store = _open(url)

    async def put(self, key: str, content: bytes) -> None:
        """Store the object, in place of an earlier one."""
        with _failures_declared(checked_key(key)):
            await obstore.put_async(self._store, key, content)

    async def get(self, key: str) -> bytes:
        """The object's bytes. Raises ObjectMissing."""
        with _failures_declared(checked_key(key)):
            result = await obstore.get_async(self._store, key)
            return bytes(await result.bytes_async())

    async def delete(self, key: str) -> None:
        """Remove the object; one that is not there is removed already."""
        try:
            with _failures_declared(checked_key(key)):
                await obstore.delete_async(self._store, key)
        except ObjectMissing:
            return

    async def exists(self, key: str) -> bool:
        """Whether there is an object under the key."""
        try:
            with _failures_declared(checked_key(key)):
                await obstore.head_async(self._store, key)
        except ObjectMissing:
            return False
        return True

    async def list(self, folder: str = "") -> list[str]:
        """The keys of an organization (`{organization}`), a course (`{organization}/{course}`) or all, in order."""
        with _failures_declared(checked_folder(folder)):
            # pyarrow, one of its answers' types, is not installed
            stream = obstore.list(self._store, folder or None)  # pyright: ignore[reportUnknownMemberType]
            found = await stream.collect_async()
        return sorted(entry["path"] for entry in found)


def _open(url: str) -> ObjectStore:
    parts = urlsplit(url)
    folder = Path(unquote(parts.path))
    if parts.scheme == "file" and not parts.netloc and folder.is_absolute():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return LocalStore(folder, automatic_cleanup=True)
    if parts.scheme == "s3" and parts.netloc:
        return S3Store.from_url(
            url,
            client_options={"connect_timeout": "3s", "timeout": "60s"},
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=30)},
        )
    raise ValueError("storage is file:///absolute/folder or s3://bucket/prefix")


@contextmanager
def _failures_declared(key: str) -> Generator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise ObjectMissing(key) from error
    except (BaseError, OSError) as error:
        raise StorageUnavailable(str(error)) from error
