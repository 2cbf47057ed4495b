"""generation.uploadFile: parallel uploads stay within the limits; a failure undoes all; half-made uploads expire."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from app.boot import open_resources
from app.context import SignedIn
from app.db.errors import DatabaseRefused
from app.db.session import SERVICE
from app.rpc import RpcError
from app.storage import object_key, part_key
from app.work.uploads import UploadRemains
from procedures.generation._reservation import Described, Whole, finish, read_allowance, reserve
from procedures.generation._upload_errors import FileLimitReached, StorageFailed, StorageQuotaExceeded
from procedures.generation.initiate import InitiateInput, initiate
from procedures.generation.upload_file import upload_file
from tests.procedures.generation.uploading import TEXT, Left, document, leave_quota, left, owner_and_course
from tests.world import World

NOTHING = Left(0, 0, 0)
NOTES = Described("a.md", "text/markdown", len(TEXT))


async def outcome(owner: SignedIn, course: UUID) -> str:
    try:
        await upload_file(owner, document(course))
    except RpcError as refused:
        return type(refused).__name__
    return "stored"


async def test_twenty_parallel_uploads_are_as_many_files_as_the_tier_allows(world: World) -> None:
    owner, course = await owner_and_course(world, "standard")
    outcomes = await asyncio.gather(*(outcome(owner, course) for _ in range(20)))
    assert (outcomes.count("stored"), outcomes.count(FileLimitReached.__name__)) == (3, 17)
    assert await left(world, owner, course) == Left(3 * len(TEXT), 3, 3)


async def test_twenty_parallel_uploads_to_as_many_courses_never_pass_the_quota(world: World) -> None:
    owner, course = await owner_and_course(world, "basic")
    courses = [course, *[await world.course(owner) for _ in range(19)]]
    await leave_quota(world, owner, 2 * len(TEXT) + len(TEXT) // 2)
    before = (await left(world, owner, course)).used
    outcomes = await asyncio.gather(*(outcome(owner, each) for each in courses))
    assert (outcomes.count("stored"), outcomes.count(StorageQuotaExceeded.__name__)) == (2, 18)
    assert (await left(world, owner, course)).used == before + 2 * len(TEXT)


async def test_a_storage_that_fails_undoes_the_upload(world: World) -> None:
    owner, course = await owner_and_course(world)
    folder = Path(world.resources.settings.storage_url.removeprefix("file://"))
    in_the_way = folder / str(owner.claims.organization_id)
    in_the_way.write_text("a file where the organization's folder should be")
    with pytest.raises(StorageFailed) as failed:
        await upload_file(owner, document(course))
    assert failed.value.message == "The file could not be stored. Please try again"
    assert (failed.value.code.http_status, failed.value.retry_after) == (503, 5)
    in_the_way.unlink()
    assert await left(world, owner, course) == NOTHING
    await upload_file(owner, document(course))


async def test_a_database_that_refuses_the_finished_file_undoes_the_object_too(own_world: World) -> None:
    owner, course = await owner_and_course(own_world)
    await own_world.sql.execute("alter table file_catalog add constraint test_refused check (status <> 'ready')")
    with pytest.raises(DatabaseRefused):
        await upload_file(owner, document(course))
    assert await left(own_world, owner, course) == NOTHING


async def test_an_upload_that_the_reaper_overtook_is_told_and_undone(own_world: World) -> None:
    owner, course = await owner_and_course(own_world)
    await own_world.sql.execute(
        "create function test_overtaken() returns trigger language plpgsql as 'begin return null; end';"
        " create trigger test_overtaken before update on file_catalog"
        " for each row execute function test_overtaken()"
    )
    with pytest.raises(StorageFailed):
        await upload_file(owner, document(course))
    assert await left(own_world, owner, course) == NOTHING


@pytest.fixture
async def remains(own_world: World) -> AsyncIterator[UploadRemains]:
    """That duty of a worker over the test's own world."""
    settings = own_world.resources.settings
    async with open_resources(settings, settings.worker_database_url, SERVICE) as resources:
        yield UploadRemains(resources)


async def half_upload(world: World, owner: SignedIn, course: UUID, *, age_seconds: float) -> UUID:
    """An upload whose process died after writing the object, so long ago; its file's id."""
    reserved = await reserve(owner, await read_allowance(owner, course), NOTES)
    await world.resources.storage.put(reserved.storage_path, TEXT)
    await world.sql.execute(
        "update file_catalog set created_at = now() - make_interval(secs => $1) where id = $2",
        age_seconds,
        reserved.file_id,
    )
    return reserved.file_id


async def test_a_half_made_upload_expires_with_its_quota_and_its_object(
    own_world: World, remains: UploadRemains
) -> None:
    owner, course = await owner_and_course(own_world)
    await half_upload(own_world, owner, course, age_seconds=601)
    assert await left(own_world, owner, course) == Left(len(TEXT), 1, 1)
    await remains.expire()
    assert await left(own_world, owner, course) == NOTHING


async def test_an_upload_under_way_and_a_finished_one_stay(own_world: World, remains: UploadRemains) -> None:
    owner, course = await owner_and_course(own_world)
    await half_upload(own_world, owner, course, age_seconds=590)
    await upload_file(owner, document(course))
    await own_world.sql.execute("update file_catalog set created_at = now() - interval '1 day' where status = 'ready'")
    await remains.expire()
    assert await left(own_world, owner, course) == Left(2 * len(TEXT), 2, 2)


async def test_an_upload_that_finishes_after_it_has_expired_is_told(own_world: World, remains: UploadRemains) -> None:
    owner, course = await owner_and_course(own_world)
    allowance = await read_allowance(owner, course)
    reserved = await reserve(owner, allowance, NOTES)
    part = part_key(reserved.storage_path, uuid4())
    await own_world.resources.storage.put(part, TEXT)
    await own_world.sql.execute("update file_catalog set created_at = now() - interval '1 hour'")
    await remains.expire()
    with pytest.raises(StorageFailed):
        await finish(owner, allowance, Whole(reserved.file_id, reserved.storage_path, part, len(TEXT), "0" * 64))
    assert (await left(own_world, owner, course)).used == 0


async def test_an_upload_under_way_is_no_document_of_a_run(own_world: World) -> None:
    owner, course = await owner_and_course(own_world)
    await half_upload(own_world, owner, course, age_seconds=0)
    await initiate(owner, InitiateInput(course_id=course))
    progress = await own_world.progress(course)
    assert (progress["has_documents"], progress["files"]) == (False, [])


async def test_an_expired_upload_whose_object_was_never_written_is_no_failure(
    own_world: World, remains: UploadRemains
) -> None:
    owner, course = await owner_and_course(own_world)
    file_id = await half_upload(own_world, owner, course, age_seconds=700)
    key = object_key(owner.claims.organization_id, course, file_id, "md")
    await own_world.resources.storage.delete(key)
    await remains.expire()
    assert await left(own_world, owner, course) == NOTHING
