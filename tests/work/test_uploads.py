"""What uploads have left that never ended: given back upload by upload, whatever becomes of the others."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from app.boot import open_resources
from app.context import SignedIn
from app.db.session import SERVICE
from app.storage import StorageUnavailable, object_key
from app.work.uploads import UploadRemains
from tests.faults.link import Link, opened
from tests.s3 import Endpoint, s3_endpoint
from tests.work.harness import eventually
from tests.work.life import Life

LOCKED = "select count(*) from pg_locks where relation = 'organizations'::regclass and mode = 'RowExclusiveLock'"


@pytest.fixture(scope="module")
def s3() -> Iterator[Endpoint]:
    """An endpoint of this module's own."""
    with s3_endpoint() as endpoint:
        yield endpoint


@pytest.fixture
async def remains(own_life: Life) -> AsyncIterator[UploadRemains]:
    """That duty of a worker over the test's own world."""
    settings = own_life.settings
    async with open_resources(settings, settings.worker_database_url, SERVICE) as resources:
        yield UploadRemains(resources)


async def half_made_upload(life: Life, owner: SignedIn, course: UUID, path: str | None, minutes: int = 11) -> UUID:
    """A row that an upload has left behind, so many minutes ago."""
    file_id: UUID = await life.sql.fetchval(
        "insert into file_catalog"
        " (id, course_id, uploaded_by, filename, mime_type, file_type, file_size, storage_path, created_at)"
        " values ($1, $2, $3, 'a.md', 'text/markdown', 'md', 100, $4, now() - make_interval(mins => $5)) returning id",
        uuid4(),
        course,
        owner.user_id,
        path,
        minutes,
    )
    return file_id


async def left(life: Life) -> tuple[int, int]:
    """How many uploads there are, and what they take of the quota, in bytes."""
    uploads: int = await life.sql.fetchval("select count(*) from file_catalog")
    used: int = await life.sql.fetchval("select sum(storage_used_bytes)::bigint from organizations")
    return uploads, used


def key(owner: SignedIn, course: UUID) -> str:
    return object_key(owner.claims.organization_id, course, uuid4(), ".md")


async def test_an_upload_that_was_never_finished_gives_its_quota_and_its_bytes_back(
    own_life: Life, remains: UploadRemains
) -> None:
    owner = await own_life.user()
    course = await own_life.course(owner)
    path = key(owner, course)
    await own_life.resources.storage.put(path, b"half of it")
    await half_made_upload(own_life, owner, course, path)
    await half_made_upload(own_life, owner, course, key(owner, course), minutes=9)
    await remains.expire()
    assert await left(own_life) == (1, 100)
    assert not await own_life.resources.storage.exists(path)


async def test_an_upload_whose_objects_can_not_be_deleted_stays_and_holds_no_other_up(
    own_life: Life, remains: UploadRemains, tmp_path: Path
) -> None:
    owner = await own_life.user()
    course = await own_life.course(owner)
    stuck = key(owner, course)
    for path in (key(owner, course), stuck, key(owner, course)):
        await half_made_upload(own_life, owner, course, path)
    (tmp_path / stuck).mkdir(parents=True)
    (tmp_path / stuck / "in the way").touch()
    with pytest.raises(StorageUnavailable):
        await remains.expire()
    assert await own_life.sql.fetchval("select storage_path from file_catalog") == stuck
    assert await left(own_life) == (1, 100)
    (tmp_path / stuck / "in the way").unlink()
    (tmp_path / stuck).rmdir()
    await remains.expire()
    assert await left(own_life) == (0, 0)


async def test_an_upload_that_is_stuck_does_not_keep_parts_of_whole_files(
    own_life: Life, remains: UploadRemains, tmp_path: Path
) -> None:
    owner = await own_life.user()
    course = await own_life.course(owner)
    stuck, whole = key(owner, course), key(owner, course)
    await half_made_upload(own_life, owner, course, stuck)
    (tmp_path / stuck).mkdir(parents=True)
    (tmp_path / stuck / "in the way").touch()
    await own_life.sql.execute(
        "update file_catalog set status = 'ready', parts = array[gen_random_uuid()], hash = repeat('0', 64)"
        " where id = $1",
        await half_made_upload(own_life, owner, course, whole),
    )
    going_on = asyncio.create_task(remains.run())

    async def dropped() -> bool:
        return bool(
            await own_life.sql.fetchval("select bool_and(parts = '{}') from file_catalog where status = 'ready'")
        )

    await eventually(dropped)
    assert await left(own_life) == (2, 200)
    going_on.cancel()
    await asyncio.wait({going_on})


@pytest.mark.parametrize("path", [None, "{0}/{1}/../../etc/passwd", "{0}/{1}/not a key"])
async def test_a_half_made_upload_with_a_wrong_path_is_expired_like_any_other(
    own_life: Life, remains: UploadRemains, path: str | None
) -> None:
    owner = await own_life.user()
    course = await own_life.course(owner)
    await half_made_upload(own_life, owner, course, path and path.format(owner.claims.organization_id, course))
    await remains.expire()
    assert await left(own_life) == (0, 0)


async def test_what_expired_is_counted(own_life: Life, remains: UploadRemains) -> None:
    owner = await own_life.user()
    for _ in range(2):
        await half_made_upload(own_life, owner, await own_life.course(owner), None)
    await remains.expire()
    counted = "select sum(amount)::int from app.counters where name = 'reaper' and label = 'uploads_expired'"
    assert await own_life.sql.fetchval(counted) == 2


async def test_a_bucket_that_is_silent_holds_up_neither_the_reaper_nor_an_organization(
    own_life: Life, s3: Endpoint
) -> None:
    owner = await own_life.user()
    course = await own_life.course(owner)
    await half_made_upload(own_life, owner, course, key(owner, course))
    link = Link(urlsplit(s3.url).port or 0)
    async with opened(link) as port, own_life.reaper() as reaper:
        url = s3.bucket().replace(s3.url, f"http://127.0.0.1:{port}")
        settings = replace(own_life.settings, storage_url=url, worker_db_timeout_seconds=0.5)
        async with open_resources(settings, settings.worker_database_url, SERVICE) as resources:
            link.stall()
            waiting = asyncio.create_task(UploadRemains(resources).run())
            await eventually(lambda: own_life.sql.fetchval(LOCKED))
            await reaper.once()
            assert not waiting.done()

            async def unlocked() -> bool:
                return not await own_life.sql.fetchval(LOCKED)

            await eventually(unlocked)
            assert await left(own_life) == (1, 100)
            link.resume()

            async def expired() -> bool:
                return await left(own_life) == (0, 0)

            await eventually(expired, within=30)
            waiting.cancel()
            await asyncio.wait({waiting})
