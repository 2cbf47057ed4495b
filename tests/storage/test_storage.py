"""Objects in a folder and in a bucket alike: whole or not at all, under keys of our own making alone."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from app.storage import ObjectMissing, Storage, object_key, part_key, whole_key
from tests.s3 import Endpoint


def new_key(organization: UUID | None = None, course: UUID | None = None) -> str:
    return object_key(organization or uuid4(), course or uuid4(), uuid4(), "pdf")


async def test_what_was_put_is_got_back(storage: Storage) -> None:
    key, content = new_key(), bytes(range(256)) * 40
    await storage.put(key, content)
    assert await storage.get(key) == content
    assert await storage.size(key) == len(content)


@pytest.mark.parametrize("size", [0, 1, 6 * 1024 * 1024])
async def test_an_object_of_any_size_is_stored_whole(storage: Storage, size: int) -> None:
    key = new_key()
    await storage.put(key, b"x" * size)
    assert len(await storage.get(key)) == size


async def test_a_second_put_takes_the_place_of_the_first(storage: Storage) -> None:
    key = new_key()
    await storage.put(key, b"first, and longer")
    await storage.put(key, b"second")
    assert await storage.get(key) == b"second"
    assert await storage.list() == [key]


async def test_of_parallel_puts_one_wins_whole(storage: Storage) -> None:
    key, contents = new_key(), [bytes([number]) * 100_000 for number in range(20)]
    await asyncio.gather(*(storage.put(key, content) for content in contents))
    assert await storage.get(key) in contents
    assert await storage.list() == [key]


async def pieces(*sizes: int, fails: Exception | None = None) -> AsyncIterator[bytes]:
    """Pieces of these sizes, each of a letter of its own, and then perhaps an error."""
    for number, size in enumerate(sizes):
        yield bytes([65 + number]) * size
    if fails:
        raise fails


async def test_an_object_is_made_of_pieces_of_any_size(storage: Storage) -> None:
    key = new_key()
    await storage.put(key, pieces(1, 0, 6_000_000, 3, 11_000_000))
    read = [piece async for piece in storage.read(key)]
    assert b"".join(read) == b"A" + b"C" * 6_000_000 + b"DDD" + b"E" * 11_000_000
    assert max(map(len, read)) < 17_000_004


async def test_an_object_may_come_in_no_pieces(storage: Storage) -> None:
    key = new_key()
    await storage.put(key, pieces())
    assert await storage.get(key) == b""


@pytest.mark.parametrize("sizes", [(10,), (6_000_000, 6_000_000)])
async def test_pieces_that_end_in_an_error_leave_nothing(storage: Storage, sizes: tuple[int, ...]) -> None:
    key = new_key()
    with pytest.raises(LookupError, match="cut off"):
        await storage.put(key, pieces(*sizes, fails=LookupError("cut off")))
    assert await storage.list() == []


async def test_a_part_becomes_its_object(storage: Storage) -> None:
    key = new_key()
    part = part_key(key, uuid4())
    await storage.put(part, b"x")
    assert await storage.list() == [part]
    await storage.rename(part, key)
    assert await storage.list() == [key]
    assert (await storage.get(key), whole_key(part), whole_key(key)) == (b"x", key, key)


async def test_a_part_that_is_not_there_becomes_nothing(storage: Storage) -> None:
    key = new_key()
    with pytest.raises(ObjectMissing):
        await storage.rename(part_key(key, uuid4()), key)
    assert not await storage.exists(key)


async def test_a_listing_tells_size_and_age(storage: Storage) -> None:
    key = new_key()
    await storage.put(key, b"12345")
    [stored] = [stored async for stored in storage.each()]
    assert (stored.key, stored.size) == (key, 5)
    assert abs((datetime.now(UTC) - stored.modified).total_seconds()) < 60


async def test_a_missing_object_is_said_to_be_missing(storage: Storage) -> None:
    key = new_key()
    with pytest.raises(ObjectMissing, match=key):
        await storage.get(key)
    assert not await storage.exists(key)


async def test_a_deleted_object_is_gone_and_can_be_deleted_again(storage: Storage) -> None:
    key = new_key()
    await storage.put(key, b"x")
    assert await storage.exists(key)
    for _ in range(2):
        await storage.delete(key)
        assert not await storage.exists(key)
    assert await storage.list() == []


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
async def test_a_key_that_was_not_made_here_reaches_no_file(storage: Storage, key: str) -> None:
    for call in (storage.get(key), storage.put(key, b"x"), storage.delete(key), storage.exists(key)):
        with pytest.raises(ValueError, match="not the key"):
            await call
    assert await storage.list() == []


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


async def test_the_parts_of_an_object_are_removed_and_those_of_others_stay(storage: Storage) -> None:
    organization, course = uuid4(), uuid4()
    key, other = new_key(organization, course), new_key(organization, course)
    parts = [part_key(key, uuid4()) for _ in range(3)]
    for each in (key, other, part_key(other, course), *parts):
        await storage.put(each, b"x")
    await storage.delete_parts(key)
    assert await storage.list() == sorted([key, other, part_key(other, course)])
    await storage.put(parts[0], b"x")
    await storage.delete_all(key)
    assert await storage.list() == sorted([other, part_key(other, course)])
    await storage.delete_all(key)
    with pytest.raises(ValueError, match="not the key"):
        await storage.delete_all(f"{organization}/{course}")


async def test_an_object_can_be_read_from_disk_for_a_while(storage: Storage) -> None:
    key = new_key()
    with pytest.raises(ObjectMissing):
        async with storage.on_disk(key):
            pass
    await storage.put(key, pieces(6_000_000, 3))
    async with storage.on_disk(key) as path:
        assert path.suffix == ".pdf"
        assert await asyncio.to_thread(path.read_bytes) == b"A" * 6_000_000 + b"BBB"
    assert await storage.get(key) == b"A" * 6_000_000 + b"BBB"


async def test_a_copy_on_disk_does_not_outlive_its_use(s3: Endpoint) -> None:
    bucket, key = Storage(s3.bucket()), new_key()
    await bucket.put(key, b"x")
    async with bucket.on_disk(key) as path:
        assert path.exists()
    assert not path.exists()
