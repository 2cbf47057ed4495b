"""Objects in a real folder: whole or not at all, and never outside of it."""

import asyncio
import resource
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from app.storage import ObjectMissing, Storage, StorageUnavailable, object_key


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files of courses"


@pytest.fixture
def storage(folder: Path) -> Storage:
    return Storage(folder.as_uri())


def new_key(organization: UUID | None = None, course: UUID | None = None) -> str:
    return object_key(organization or uuid4(), course or uuid4(), uuid4(), "pdf")


def entries_of(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_what_was_put_is_got_back(storage: Storage, folder: Path) -> None:
    key, content = new_key(), bytes(range(256)) * 40
    await storage.put(key, content)
    assert await storage.get(key) == content
    assert (folder / key).read_bytes() == content


@pytest.mark.parametrize("size", [0, 1, 6 * 1024 * 1024])
async def test_an_object_of_any_size_is_stored_whole(storage: Storage, size: int) -> None:
    key = new_key()
    await storage.put(key, b"x" * size)
    assert len(await storage.get(key)) == size


async def test_a_second_put_takes_the_place_of_the_first(storage: Storage, folder: Path) -> None:
    key = new_key()
    await storage.put(key, b"first, and longer")
    await storage.put(key, b"second")
    assert await storage.get(key) == b"second"
    assert len(files_in(folder)) == 1


async def test_of_parallel_puts_one_wins_whole(storage: Storage, folder: Path) -> None:
    key, contents = new_key(), [bytes([number]) * 100_000 for number in range(20)]
    await asyncio.gather(*(storage.put(key, content) for content in contents))
    assert await storage.get(key) in contents
    assert len(files_in(folder)) == 1


async def test_a_missing_object_is_said_to_be_missing(storage: Storage) -> None:
    key = new_key()
    with pytest.raises(ObjectMissing, match=key):
        await storage.get(key)
    assert not await storage.exists(key)


async def test_a_deleted_object_is_gone_and_can_be_deleted_again(storage: Storage, folder: Path) -> None:
    key = new_key()
    await storage.put(key, b"x")
    assert await storage.exists(key)
    for _ in range(2):
        await storage.delete(key)
        assert not await storage.exists(key)
    assert entries_of(folder) == []


async def test_an_organization_lists_its_own_objects_alone(storage: Storage) -> None:
    organization, course = uuid4(), uuid4()
    mine, sibling, other = new_key(organization, course), new_key(organization), new_key()
    for key in (mine, sibling, other):
        await storage.put(key, b"x")
    assert await storage.list(f"{organization}/{course}") == [mine]
    assert await storage.list(str(organization)) == sorted([mine, sibling])
    assert await storage.list() == sorted([mine, sibling, other])
    assert await storage.list(str(uuid4())) == []


ID = "0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9"
BAD_KEYS = [
    "",
    "/",
    "..",
    "../" + new_key(),
    "/etc/passwd",
    f"{ID}/{ID}/../{ID}.pdf",
    f"{ID}/{ID}/{ID}.pdf/..",
    f"{ID}/{ID}/..%2f{ID}.pdf",
    f"{ID}/{ID}/{ID}.pdf\0",
    f"{ID}/{ID}/{ID}.pdf\n",
    f"{ID}/{ID}/{ID}.p/f",
    f"{ID}/{ID}/{ID}.PDF",
    f"{ID}/{ID}/{ID}.abcdefghijk",
    f"{ID}/{ID}/{ID}.",
    f"{ID}\\{ID}\\{ID}.pdf",
    f"{ID}/{ID}",
    f"{ID}/{ID}/{ID}/{ID}",
    f"{ID.upper()}/{ID}/{ID}.pdf",
    f"file:///{ID}/{ID}/{ID}.pdf",
]


@pytest.mark.parametrize("key", BAD_KEYS)
async def test_a_key_that_was_not_made_here_reaches_no_file(storage: Storage, folder: Path, key: str) -> None:
    for call in (storage.get(key), storage.put(key, b"x"), storage.delete(key), storage.exists(key)):
        with pytest.raises(ValueError, match="not the key"):
            await call
    assert files_in(folder.parent) == []


@pytest.mark.parametrize("prefix", ["..", "/", "../..", ID + "/..", "*", ID + "/"])
async def test_a_folder_that_was_not_made_here_is_not_listed(storage: Storage, prefix: str) -> None:
    with pytest.raises(ValueError, match="not the folder"):
        await storage.list(prefix)


@pytest.mark.parametrize(
    ("extension", "ending"),
    [
        ("pdf", ".pdf"),
        (".pdf", ".pdf"),
        ("PDF", ".pdf"),
        ("", ""),
        (".", ""),
        ("../../etc/passwd", ".etcpasswd"),
        ("tar.gz", ".targz"),
        ("абв", ""),
        ("p\0d\nf", ".pdf"),
        ("averylongextension", ".averylonge"),
        ("%2e%2e", ".2e2e"),
    ],
)
async def test_an_extension_is_cut_to_plain_letters(storage: Storage, extension: str, ending: str) -> None:
    organization, course, file = uuid4(), uuid4(), uuid4()
    key = object_key(organization, course, file, extension)
    assert key == f"{organization}/{course}/{file}{ending}"
    await storage.put(key, b"x")


@pytest.mark.parametrize(
    "url",
    ["", "files", "file://files", "file:files", "http://bucket", "memory:///", "s3://", "gs://bucket", "s3:bucket"],
)
def test_another_kind_of_storage_is_refused_at_start(url: str) -> None:
    with pytest.raises(ValueError, match="file:///absolute/folder or s3://bucket"):
        Storage(url)


def test_a_bucket_needs_no_connection_to_be_named() -> None:
    assert isinstance(Storage("s3://bucket/prefix"), Storage)


def test_the_folder_is_closed_to_other_users(storage: Storage, folder: Path) -> None:
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
    storage: Storage, folder: Path, megabytes: int
) -> None:
    key = new_key()
    with pytest.raises(StorageUnavailable):
        await storage.put(key, b"x" * (megabytes * 1_000_000))
    assert not await storage.exists(key)
    assert await storage.list() == []
    assert files_in(folder) == []


@pytest.mark.usefixtures("nearly_full_disk")
async def test_a_failed_overwrite_leaves_the_earlier_object(storage: Storage) -> None:
    key = new_key()
    await storage.put(key, b"earlier")
    with pytest.raises(StorageUnavailable):
        await storage.put(key, b"x" * 1_000_000)
    assert await storage.get(key) == b"earlier"


@pytest.fixture
def folder_lost(storage: Storage, folder: Path) -> None:
    folder.rmdir()
    folder.write_text("not a folder")


@pytest.mark.usefixtures("folder_lost")
async def test_a_folder_that_became_a_file_is_unavailable(storage: Storage) -> None:
    with pytest.raises(StorageUnavailable):
        await storage.put(new_key(), b"x")
