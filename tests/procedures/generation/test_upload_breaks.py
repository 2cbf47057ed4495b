"""generation.uploadFile as a form that breaks off, is overtaken or comes with many others: nothing of it stays."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from app.boot import open_resources
from app.context import SignedIn
from app.db.session import SERVICE
from app.rpc import RpcError
from app.rpc.protocol_errors import BodyCut, BodyTimeout, MalformedRequest
from app.work.uploads import UploadRemains
from procedures.generation import _upload_errors as errors
from procedures.generation.upload_file import upload_file
from tests.procedures.eventually import eventually
from tests.procedures.generation.uploading import (
    TEXT,
    Left,
    form,
    leave_quota,
    left,
    owner_and_course,
    pieces_of,
)
from tests.world import World

NOTHING = Left(0, 0, 0)
MEBIBYTE = 1024 * 1024


async def refused(world: World, owner: SignedIn, input: Any, error: type[Exception]) -> Exception:
    """The refusal of an upload, which must leave all as it was."""
    before = await left(world, owner, input.course_id)
    with pytest.raises(error) as told:
        await upload_file(owner, input)
    assert await left(world, owner, input.course_id) == before
    return told.value


@pytest.mark.parametrize("size", [0, 500, 300_000, 7 * MEBIBYTE])
@pytest.mark.parametrize("error", [BodyCut(), BodyTimeout(), MalformedRequest(reason="no form")], ids=repr)
async def test_a_stream_that_breaks_off_undoes_the_upload(world: World, size: int, error: Exception) -> None:
    owner, course = await owner_and_course(world)
    content = pieces_of(b"x" * size, 65_536, error)
    assert await refused(world, owner, form(course, content, "a.txt"), type(error)) is error


async def test_an_upload_that_is_cancelled_is_undone(world: World) -> None:
    owner, course = await owner_and_course(world)
    waiting = asyncio.Event()

    async def stalling() -> AsyncIterator[bytes]:
        yield TEXT
        waiting.set()
        await asyncio.Event().wait()

    task = asyncio.ensure_future(upload_file(owner, form(course, stalling())))
    await waiting.wait()
    assert (await left(world, owner, course)).rows == 1
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled()
    assert await left(world, owner, course) == NOTHING


async def test_a_full_quota_refuses_a_stream_that_may_not_fit(world: World) -> None:
    owner, course = await owner_and_course(world)
    await leave_quota(world, owner, 100)
    await refused(world, owner, form(course, at_most=101), errors.StorageQuotaExceeded)
    await upload_file(owner, form(course, at_most=100))


async def test_twenty_parallel_forms_are_as_many_files_as_the_tier_allows(world: World) -> None:
    owner, course = await owner_and_course(world, "standard")
    together = asyncio.Barrier(20)

    async def outcome() -> str:
        await together.wait()
        try:
            await upload_file(owner, form(course, pieces_of(TEXT, 10)))
        except RpcError as error:
            return type(error).__name__
        return "stored"

    outcomes = await asyncio.gather(*(outcome() for _ in range(20)))
    assert (outcomes.count("stored"), outcomes.count(errors.FileLimitReached.__name__)) == (3, 17)
    assert await left(world, owner, course) == Left(3 * len(TEXT), 3, 3)


async def test_a_course_that_is_deleted_meanwhile_leaves_no_object(world: World) -> None:
    owner, course = await owner_and_course(world)

    async def deleting() -> AsyncIterator[bytes]:
        yield TEXT
        await world.sql.execute("delete from courses where id = $1", course)

    with pytest.raises(errors.StorageFailed):
        await upload_file(owner, form(course, deleting()))
    assert await left(world, owner, course) == NOTHING


async def test_the_reaper_passes_by_an_upload_that_is_being_made_final(own_world: World) -> None:
    """Its row is locked by the transaction that moves its object."""
    owner, course = await owner_and_course(own_world)
    settings = own_world.resources.settings
    async with open_resources(settings, settings.worker_database_url, SERVICE) as resources:
        remains = UploadRemains(resources)

        async def expiring() -> AsyncIterator[bytes]:
            yield TEXT
            await own_world.sql.execute("update file_catalog set created_at = now() - interval '1 hour'")

        async with held_at_its_end(own_world) as someone_waits:
            upload = asyncio.ensure_future(upload_file(owner, form(course, expiring())))
            await eventually(someone_waits)
            await remains.expire()
        await upload
    assert await left(own_world, owner, course) == Left(len(TEXT), 1, 1)


@asynccontextmanager
async def held_at_its_end(world: World) -> AsyncGenerator[Callable[[], Awaitable[bool]]]:
    """Hold uploads for the time of the block at the statement that makes one a file; whether one is there."""
    holder = await asyncpg.connect(world.resources.settings.owner_database_url)
    await holder.execute(
        "create function test_hold() returns trigger language plpgsql as"
        " 'begin perform pg_advisory_xact_lock(77); return new; end';"
        " create trigger test_hold before update of hash on file_catalog for each row execute function test_hold()"
    )
    await holder.execute("select pg_advisory_lock(77)")

    async def someone_waits() -> bool:
        return bool(await holder.fetchval("select count(*) from pg_locks where locktype = 'advisory' and not granted"))

    try:
        yield someone_waits
    finally:
        await holder.close()


async def test_what_a_reaper_took_is_no_file(own_world: World) -> None:
    """The reverse: it was first, and the object is not moved to where no row names it."""
    owner, course = await owner_and_course(own_world)

    async def overtaken() -> AsyncIterator[bytes]:
        yield TEXT
        await own_world.sql.execute("delete from file_catalog")

    with pytest.raises(errors.StorageFailed):
        await upload_file(owner, form(course, overtaken()))
    assert await left(own_world, owner, course) == NOTHING
