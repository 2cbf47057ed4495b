"""Resumable uploads: how they end without a file, their limits and owners, and what the reaper does for them."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from app.boot import open_resources
from app.db.session import SERVICE
from app.dev import Database
from app.rpc.protocol_errors import BodyCut
from app.storage import part_key
from app.work.uploads import UploadRemains
from procedures.generation import _upload_errors as errors
from procedures.generation._appending import SEGMENT_BYTES
from procedures.generation.cancel_upload import CancelUploadInput, cancel_upload
from procedures.generation.get_upload import GetUploadInput, get_upload
from procedures.generation.uploads import LARGEST_FILE
from tests.procedures.generation.contents.making import ole, zipped
from tests.procedures.generation.resuming import append, begun, offset_of
from tests.procedures.generation.uploading import TEXT, Left, left, owner_and_course, pieces_of
from tests.s3 import s3_endpoint
from tests.world import World, make_world, settings_for

NOTHING = Left(0, 0, 0)
MEBIBYTE = 1024 * 1024


@pytest.fixture
async def remains(own_world: World) -> AsyncIterator[UploadRemains]:
    """That duty of a worker over the test's own world."""
    settings = own_world.resources.settings
    async with open_resources(settings, settings.worker_database_url, SERVICE) as resources:
        yield UploadRemains(resources)


async def test_a_cancelled_upload_gives_everything_back(world: World) -> None:
    owner, course = await owner_and_course(world)
    upload = await begun(owner, course)
    await append(owner, upload, 0, TEXT[:50])
    assert (await cancel_upload(owner, CancelUploadInput(upload_id=upload))).upload_id == upload
    assert await left(world, owner, course) == NOTHING
    for gone in (upload, uuid4()):
        with pytest.raises(errors.UploadNotFound) as told:
            await cancel_upload(owner, CancelUploadInput(upload_id=gone))
    assert told.value.code.http_status == 404


async def test_a_file_is_no_upload_to_cancel(world: World) -> None:
    owner, course = await owner_and_course(world)
    upload = await begun(owner, course)
    await append(owner, upload, 0, TEXT)
    with pytest.raises(errors.UploadNotFound):
        await cancel_upload(owner, CancelUploadInput(upload_id=upload))
    assert await left(world, owner, course) == Left(len(TEXT), 1, 1)


async def test_uploads_are_their_beginners_own(world: World) -> None:
    owner, course = await owner_and_course(world)
    upload = await begun(owner, course)
    for stranger in (await world.user(owner.claims.organization_id), await world.user()):
        for attempt in (
            offset_of(stranger, upload),
            append(stranger, upload, 0, TEXT),
            cancel_upload(stranger, CancelUploadInput(upload_id=upload)),
        ):
            with pytest.raises(errors.UploadNotFound):
                await attempt
    assert await left(world, owner, course) == Left(len(TEXT), 1, 0)


async def test_an_expired_upload_is_gone_before_and_after_the_reaper(own_world: World, remains: UploadRemains) -> None:
    owner, course = await owner_and_course(own_world)
    upload, other = await begun(owner, course), await begun(owner, course)
    for each in (upload, other):
        await append(owner, each, 0, TEXT[:50])
    await own_world.sql.execute(
        "update file_catalog set expires_at = now() - interval '1 second' where id = $1", upload
    )
    for _ in range(2):
        with pytest.raises(errors.UploadNotFound):
            await offset_of(owner, upload)
        with pytest.raises(errors.UploadNotFound):
            await append(owner, upload, 50, TEXT[50:])
        await remains.expire()
    assert await left(own_world, owner, course) == Left(len(TEXT), 1, 1)
    assert await offset_of(owner, other) == 50


async def test_a_resumable_upload_outlives_what_one_request_may_take(own_world: World, remains: UploadRemains) -> None:
    owner, course = await owner_and_course(own_world)
    upload = await begun(owner, course)
    told = await get_upload(owner, GetUploadInput(upload_id=upload))
    await own_world.sql.execute("update file_catalog set created_at = now() - interval '23 hours'")
    await remains.expire()
    assert told == await get_upload(owner, GetUploadInput(upload_id=upload))
    lasts = "select extract(epoch from expires_at - now())::float8 from file_catalog"
    assert 86_000 < await own_world.sql.fetchval(lasts) <= 86_400


async def test_parts_that_a_crash_left_beside_a_file_are_dropped_by_the_reaper(
    own_world: World, remains: UploadRemains
) -> None:
    owner, course = await owner_and_course(own_world)
    upload = await begun(owner, course)
    told = await append(owner, upload, 0, TEXT)
    assert told.uploaded is not None
    named, unnamed = uuid4(), uuid4()
    for part in (named, unnamed):
        await own_world.resources.storage.put(part_key(told.uploaded.storage_path, part), TEXT)
    await own_world.sql.execute("update file_catalog set parts = array[$1::uuid]", named)
    await remains.drop_parts()
    assert await left(own_world, owner, course) == Left(len(TEXT), 1, 1)
    assert await own_world.sql.fetchval("select parts from file_catalog") == []
    assert (await get_upload(owner, GetUploadInput(upload_id=upload))).uploaded is not None


@pytest.mark.parametrize(
    ("content", "refusal"),
    [(ole(encrypted=True), errors.FileEncrypted), (zipped({"a.txt": b"x"}), errors.FileTypeMismatch)],
)
async def test_a_file_that_is_refused_only_as_a_whole_ends_its_upload(
    world: World, content: bytes, refusal: type[errors.FileEncrypted] | type[errors.FileTypeMismatch]
) -> None:
    owner, course = await owner_and_course(world)
    docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    upload = await begun(owner, course, len(content), "notes.docx", mime_type=docx)
    await append(owner, upload, 0, content[:50])
    with pytest.raises(refusal):
        await append(owner, upload, 50, content[50:])
    assert await left(world, owner, course) == Left(0, 0, 0)


async def test_the_limits_of_the_tier_are_those_of_other_uploads(world: World) -> None:
    owner, course = await owner_and_course(world, "basic")
    with pytest.raises(errors.FileTypeRefused):
        await begun(owner, course, name="a.exe")
    with pytest.raises(errors.FileTooLarge):
        await begun(owner, course, 10 * 1024 * 1024 + 1)
    with pytest.raises(errors.FileNameInvalid):
        await begun(owner, course, name="../a.md")
    await begun(owner, course)
    with pytest.raises(errors.FileLimitReached):
        await begun(owner, course)
    free, free_course = await owner_and_course(world, "free")
    with pytest.raises(errors.UploadsNotInPlan):
        await begun(free, free_course)


async def test_an_upload_has_no_more_parts_than_its_row_can_name(world: World) -> None:
    owner, course = await owner_and_course(world)
    upload = await begun(owner, course)
    await world.sql.execute(
        "update file_catalog set received_bytes = 9, parts = array_fill(gen_random_uuid(), array[9999]) where id = $1",
        upload,
    )
    await append(owner, upload, 9, b"x")
    with pytest.raises(errors.UploadInTooManyParts):
        await append(owner, upload, 10, b"x")


async def test_the_largest_file_that_is_announced_is_the_largest_of_all_tiers(world: World) -> None:
    assert await world.sql.fetchval("select max(max_file_bytes) from app.tiers") == LARGEST_FILE


async def test_parts_in_a_bucket_become_a_file_as_in_a_folder(
    database: Database, redis_url: str, tmp_path: Path
) -> None:
    with s3_endpoint() as endpoint:
        settings = settings_for(database, redis_url, tmp_path, storage_url=endpoint.bucket())
        async with make_world(settings) as world:
            owner, course = await owner_and_course(world)
            upload = await begun(owner, course)
            with pytest.raises(BodyCut):
                await append(owner, upload, 0, pieces_of(TEXT[:35], 5, BodyCut()))
            assert await offset_of(owner, upload) == 35
            told = await append(owner, upload, 35, TEXT[35:])
            assert told.uploaded is not None
            assert await world.resources.storage.get(told.uploaded.storage_path) == TEXT
            assert await left(world, owner, course) == Left(len(TEXT), 1, 1)


def test_a_segment_is_no_smaller_than_what_storage_writes_at_once() -> None:
    assert SEGMENT_BYTES >= 5 * 1024 * 1024
