"""Resumable uploads: a file in several requests, and what is kept of those that break off."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.rpc import RpcError
from app.rpc.protocol_errors import BodyCut, BodyTimeout
from procedures.generation import _upload_errors as errors
from procedures.generation._upload_view import Upload
from procedures.generation.append_to_upload import AppendInput, append_to_upload
from procedures.generation.get_upload import GetUploadInput, get_upload
from tests.procedures.generation.resuming import append, begun, offset_of
from tests.procedures.generation.uploading import TEXT, Left, left, owner_and_course, pieces_of
from tests.world import World

NOTHING = Left(0, 0, 0)
MEBIBYTE = 1024 * 1024


async def test_requests_end_in_the_row_and_the_object_of_one_file(world: World) -> None:
    owner, course = await owner_and_course(world)
    upload = await begun(owner, course)
    assert await left(world, owner, course) == Left(len(TEXT), 1, 0)
    answers = [await append(owner, upload, start, TEXT[start : start + 20]) for start in range(0, len(TEXT), 20)]
    assert [answer.offset for answer in answers] == [20, 40, 60, len(TEXT)]
    told = answers[-1]
    assert told.uploaded is not None
    assert told.uploaded.hash == hashlib.sha256(TEXT).hexdigest()
    assert told == await get_upload(owner, GetUploadInput(upload_id=upload))
    assert (told.uploaded.file_id, told.expires_at) == (upload, None)
    assert await world.resources.storage.get(told.uploaded.storage_path) == TEXT
    assert await left(world, owner, course) == Left(len(TEXT), 1, 1)
    row = await world.row("select status, received_bytes, parts, hash from file_catalog where id = $1", upload)
    assert row == {"status": "ready", "received_bytes": len(TEXT), "parts": [], "hash": told.uploaded.hash}


async def test_base64_in_json_may_be_mixed_with_streams(world: World) -> None:
    owner, course = await owner_and_course(world)
    upload = await begun(owner, course)
    await append(owner, upload, 0, TEXT[:30])
    rest = base64.b64encode(TEXT[30:]).decode()
    told = await append_to_upload(owner, AppendInput(upload_id=upload, offset=30, content=rest))
    assert told.uploaded is not None
    with pytest.raises(errors.FileContentInvalid):
        await append_to_upload(owner, AppendInput(upload_id=await begun(owner, course), offset=0, content="!"))


@pytest.mark.parametrize("error", [BodyCut(), BodyTimeout()], ids=repr)
async def test_what_came_before_a_connection_broke_is_kept(world: World, error: RpcError) -> None:
    owner, course = await owner_and_course(world)
    upload = await begun(owner, course)
    with pytest.raises(type(error)):
        await append(owner, upload, 0, pieces_of(TEXT[:23], 10, error))
    assert await offset_of(owner, upload) == 23
    with pytest.raises(type(error)):
        await append(owner, upload, 23, pieces_of(b"", error=error))
    assert await offset_of(owner, upload) == 23
    told = await append(owner, upload, 23, TEXT[23:])
    assert told.uploaded is not None
    assert await world.resources.storage.get(told.uploaded.storage_path) == TEXT


async def test_a_connection_that_breaks_after_the_last_byte_has_brought_the_file(world: World) -> None:
    owner, course = await owner_and_course(world)
    upload = await begun(owner, course)
    with pytest.raises(BodyCut):
        await append(owner, upload, 0, pieces_of(TEXT, error=BodyCut()))
    assert (await get_upload(owner, GetUploadInput(upload_id=upload))).uploaded is not None


async def test_a_long_request_counts_segment_by_segment(world: World) -> None:
    owner, course = await owner_and_course(world, "premium")
    size, seen = 20 * MEBIBYTE, list[int]()
    upload = await begun(owner, course, size)

    async def looking() -> AsyncIterator[bytes]:
        for _ in range(20):
            seen.append(await offset_of(owner, upload))
            yield b"x" * MEBIBYTE

    told = await append(owner, upload, 0, looking())
    assert seen == [*[0] * 8, *[8 * MEBIBYTE] * 8, *[16 * MEBIBYTE] * 4]
    assert told.uploaded is not None
    assert told.uploaded.hash == hashlib.sha256(b"x" * size).hexdigest()
    assert await left(world, owner, course) == Left(size, 1, 1)


async def test_a_wrong_offset_is_told_with_the_right_one(world: World) -> None:
    owner, course = await owner_and_course(world)
    upload = await begun(owner, course)
    await append(owner, upload, 0, TEXT[:10])
    for wrong in (0, 9, 11, len(TEXT)):
        with pytest.raises(errors.OffsetMismatch) as told:
            await append(owner, upload, wrong, pieces_of(b"", error=AssertionError("it was read")))
        assert (told.value.offset, told.value.code.http_status) == (10, 409)
    assert await left(world, owner, course) == Left(len(TEXT), 1, 1)


async def test_of_requests_at_once_one_counts_and_the_others_leave_nothing(world: World) -> None:
    owner, course = await owner_and_course(world)
    upload = await begun(owner, course)
    together = asyncio.Barrier(5)

    async def piece() -> AsyncIterator[bytes]:
        await together.wait()
        yield TEXT[:10]

    outcomes = await asyncio.gather(*(append(owner, upload, 0, piece()) for _ in range(5)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in outcomes) == ["Upload", *["UploadChanged"] * 4]
    assert await left(world, owner, course) == Left(len(TEXT), 1, 1)
    told = await append(owner, upload, 10, TEXT[10:])
    assert told.uploaded is not None


async def test_of_last_requests_at_once_one_makes_the_file(world: World) -> None:
    owner, course = await owner_and_course(world)
    upload = await begun(owner, course)
    together = asyncio.Barrier(5)

    async def whole() -> AsyncIterator[bytes]:
        await together.wait()
        yield TEXT

    outcomes = await asyncio.gather(*(append(owner, upload, 0, whole()) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(each, Upload) for each in outcomes) == 1
    # whose parts were deleted with those of the file before they were read has to ask again, too
    assert {type(each) for each in outcomes} <= {Upload, errors.UploadChanged, errors.StorageFailed}
    assert await left(world, owner, course) == Left(len(TEXT), 1, 1)


def digest(algorithm: str, content: bytes) -> str:
    """The checksum of these bytes, as clients send it."""
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, content).digest()).decode()}"


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
async def test_a_request_with_a_checksum_counts_whole_or_not_at_all(world: World, algorithm: str) -> None:
    owner, course = await owner_and_course(world)
    upload = await begun(owner, course)
    for content in (TEXT[:30], TEXT):
        with pytest.raises(errors.ChecksumMismatch):
            await append(owner, upload, 0, content, digest(algorithm, b"another"))
    with pytest.raises(BodyCut):
        await append(owner, upload, 0, pieces_of(TEXT[:30], error=BodyCut()), digest(algorithm, TEXT))
    assert await offset_of(owner, upload) == 0
    assert await left(world, owner, course) == Left(len(TEXT), 1, 0)
    await append(owner, upload, 0, TEXT[:30], digest(algorithm, TEXT[:30]))
    told = await append(owner, upload, 30, TEXT[30:], digest(algorithm, TEXT[30:]))
    assert told.uploaded is not None


@pytest.mark.parametrize("checksum", ["", "sha1", "md5 YQ==", "sha1 !", "SHA1 YQ==", "crc32 AAAAAA==", "YQ=="])
async def test_a_checksum_that_is_none_is_refused_unread(world: World, checksum: str) -> None:
    owner, course = await owner_and_course(world)
    upload = await begun(owner, course)
    with pytest.raises(errors.ChecksumInvalid) as told:
        await append(owner, upload, 0, pieces_of(b"", error=AssertionError("it was read")), checksum)
    assert told.value.message == (
        "A checksum is the name of an algorithm, sha1 or sha256, a space, and the digest in base64"
    )


async def test_more_than_was_announced_is_refused(world: World) -> None:
    owner, course = await owner_and_course(world)
    upload = await begun(owner, course)
    with pytest.raises(errors.FileSizeMismatch):
        await append(owner, upload, 0, TEXT + b"x")
    assert await offset_of(owner, upload) == 0
    assert await left(world, owner, course) == Left(len(TEXT), 1, 0)


async def test_a_file_that_is_not_what_it_was_said_to_be_ends_its_upload(world: World) -> None:
    owner, course = await owner_and_course(world)
    upload = await begun(owner, course, 5000)
    await append(owner, upload, 0, b"x" * 4999)
    with pytest.raises(errors.FileTypeMismatch):
        await append(owner, upload, 4999, b"\0")
    assert await left(world, owner, course) == NOTHING
    with pytest.raises(errors.UploadNotFound):
        await offset_of(owner, upload)


async def test_a_storage_that_fails_at_the_end_costs_the_last_request_alone(world: World) -> None:
    owner, course = await owner_and_course(world)
    upload = await begun(owner, course)
    await append(owner, upload, 0, TEXT[:50])
    storage = Path(world.resources.settings.storage_url.removeprefix("file://"))
    (part,) = (storage / str(owner.claims.organization_id) / str(course)).iterdir()
    part.rename(storage / "away")
    with pytest.raises(errors.StorageFailed):
        await append(owner, upload, 50, TEXT[50:])
    part.parent.mkdir(parents=True, exist_ok=True)
    (storage / "away").rename(part)
    assert await offset_of(owner, upload) == 50
    told = await append(owner, upload, 50, TEXT[50:])
    assert told.uploaded is not None
    assert await left(world, owner, course) == Left(len(TEXT), 1, 1)
