"""What is a folder's alone: its place, its rights, a full disk, and what a killed writer left."""

import asyncio
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from app.storage import Storage, StorageUnavailable, object_key

KILLED = """
import asyncio, sys
from app.storage import Storage

async def pieces():
    yield b"x" * 12_000_000
    print("half", flush=True)
    await asyncio.Event().wait()

asyncio.run(Storage(sys.argv[1]).put(sys.argv[2], pieces()))
"""


def new_key(organization: UUID | None = None, course: UUID | None = None) -> str:
    return object_key(organization or uuid4(), course or uuid4(), uuid4(), "pdf")


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "files",
        "file://files",
        "file:files",
        "http://bucket",
        "memory:///",
        "s3://",
        "gs://bucket",
        "s3:bucket",
        "s3://b?endpoint=",
        "s3://b?endpoint=ftp://x",
        "s3://b?anonymous=1",
    ],
)
def test_another_kind_of_storage_is_refused_at_start(url: str) -> None:
    with pytest.raises(ValueError, match="file:///absolute/folder or s3://bucket"):
        Storage(url)


async def test_a_deleted_object_leaves_no_folder(local: Storage, folder: Path) -> None:
    key = new_key()
    await local.put(key, b"x")
    assert (folder / key).read_bytes() == b"x"
    await local.delete(key)
    assert files_in(folder.parent) == []
    assert not (folder / key).parent.exists()


async def test_what_a_killed_writer_left_is_forgotten_when_it_is_old_enough(local: Storage, folder: Path) -> None:
    key = new_key()
    await local.put(key, b"x")
    left = folder / f"{key}.{uuid4().hex}.part#1"
    left.write_bytes(b"half of it")
    assert await local.list() == [key]
    assert await local.forget_unfinished(3600) == 0
    assert left.exists()
    assert await local.forget_unfinished(-1) == 1
    assert files_in(folder) == [folder / key]


async def test_a_writer_that_is_killed_leaves_what_is_forgotten_and_no_object(folder: Path, local: Storage) -> None:
    key = new_key()
    writer = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", KILLED, folder.as_uri(), key), stdout=subprocess.PIPE
    )
    assert writer.stdout is not None
    assert await writer.stdout.readline() == b"half\n"
    writer.kill()
    await writer.wait()
    assert not await local.exists(key)
    assert len(files_in(folder)) == 1
    assert await local.forget_unfinished(-1) == 1
    assert files_in(folder.parent) == []


async def test_a_folder_has_no_addresses_to_give_away(local: Storage) -> None:
    assert await local.signed_url(new_key(), 60) is None


def test_a_bucket_needs_no_connection_to_be_named() -> None:
    assert isinstance(Storage("s3://bucket/prefix"), Storage)


def test_the_folder_is_closed_to_other_users(local: Storage, folder: Path) -> None:
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.fixture
def nearly_full_disk() -> Iterator[None]:
    """No file may grow beyond 64 KiB: a write fails half-way, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("nearly_full_disk")
@pytest.mark.parametrize("megabytes", [1, 12])
async def test_an_object_that_could_not_be_written_whole_leaves_nothing(
    local: Storage, folder: Path, megabytes: int
) -> None:
    key = new_key()
    with pytest.raises(StorageUnavailable):
        await local.put(key, b"x" * (megabytes * 1_000_000))
    assert not await local.exists(key)
    assert await local.list() == []
    assert files_in(folder) == []


@pytest.mark.usefixtures("nearly_full_disk")
async def test_a_failed_overwrite_leaves_the_earlier_object(local: Storage) -> None:
    key = new_key()
    await local.put(key, b"earlier")
    with pytest.raises(StorageUnavailable):
        await local.put(key, b"x" * 1_000_000)
    assert await local.get(key) == b"earlier"


@pytest.fixture
def folder_lost(local: Storage, folder: Path) -> None:
    folder.rmdir()
    folder.write_text("not a folder")


@pytest.mark.usefixtures("folder_lost")
async def test_a_folder_that_became_a_file_is_unavailable(local: Storage) -> None:
    with pytest.raises(StorageUnavailable):
        await local.put(new_key(), b"x")
