"""A file is never taken from a run: not by the function, not by a plain DELETE, not while the run is just starting."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import pytest

from app.dev import Database
from tests.sql.callers import (
    Connection,
    Person,
    acting_as,
    become,
    claim,
    colleague,
    connect,
    course,
    document,
    enqueue,
    instructor,
    progress_of,
    someone_waits_for_a_lock,
    start,
)

DELETE = "select app.delete_file($1)"
PLAIN = "delete from file_catalog where id = $1"


@pytest.fixture
async def second(database: Database) -> AsyncIterator[Connection]:
    connection = await connect(database.api)
    yield connection
    await connection.close()


@pytest.fixture
async def owner(root: Connection) -> Person:
    return await instructor(root)


async def deleted(api: Connection, caller: Person, file_id: UUID) -> str:
    async with acting_as(api, caller):
        return str((await api.fetchval(DELETE, file_id))["outcome"])


async def is_there(root: Connection, file_id: UUID) -> bool:
    return bool(await root.fetchval("select count(*) from file_catalog where id = $1", file_id))


async def used(root: Connection, owner: Person) -> int:
    query = "select storage_used_bytes from organizations where id = $1"
    return int(await root.fetchval(query, owner.organization_id))


async def test_a_deleted_file_gives_its_bytes_back_and_tells_where_its_object_is(
    root: Connection, api: Connection, owner: Person
) -> None:
    course_id = await course(root, owner)
    file_id = await document(root, course_id, size=700)
    await document(root, course_id, size=30)
    async with acting_as(api, owner):
        told = await api.fetchval(DELETE, file_id)
    path = f"{owner.organization_id}/{course_id}/{file_id}"
    assert told == {"outcome": "deleted", "storage_path": path, "freed_bytes": 700}
    assert await used(root, owner) == 30
    assert await deleted(api, owner, file_id) == "not_found"


async def test_a_superadmin_and_an_admin_delete_what_is_not_theirs(
    root: Connection, api: Connection, owner: Person
) -> None:
    course_id = await course(root, owner)
    elsewhere = Person((await instructor(root)).user_id, uuid4(), "superadmin")
    for caller in (await colleague(root, owner, "admin"), elsewhere):
        assert await deleted(api, caller, await document(root, course_id)) == "deleted"


async def test_a_live_run_keeps_its_files_and_an_ended_one_does_not(
    root: Connection, api: Connection, owner: Person
) -> None:
    course_id = await course(root, owner)
    file_id = await document(root, course_id)
    run = await start(api, owner, course_id)
    assert await deleted(api, owner, file_id) == "in_use"
    async with acting_as(api, owner):
        await api.execute("select app.cancel_run($1)", run.course_id)
    assert await deleted(api, owner, file_id) == "deleted"


@pytest.mark.parametrize("status", ["ready", "processing", "processed", "failed"])
async def test_no_role_deletes_a_file_in_use_past_the_function(
    root: Connection, api: Connection, worker: Connection, owner: Person, status: str
) -> None:
    course_id = await course(root, owner)
    file_id = await document(root, course_id, status)
    await start(api, owner, course_id)
    with pytest.raises(asyncpg.RestrictViolationError) as refused:
        async with acting_as(api, owner):
            await api.execute(PLAIN, file_id)
    assert refused.value.constraint_name == "file_catalog_kept_while_in_use"
    for connection in (worker, root):
        with pytest.raises(asyncpg.RestrictViolationError):
            await connection.execute(PLAIN, file_id)


async def test_an_upload_under_way_is_no_document_yet_and_can_go(
    root: Connection, api: Connection, owner: Person
) -> None:
    course_id = await course(root, owner)
    file_id = await document(root, course_id, "uploading")
    await start(api, owner, course_id)
    assert await deleted(api, owner, file_id) == "deleted"


async def test_an_upload_that_is_finished_meanwhile_is_kept(
    root: Connection, api: Connection, second: Connection, owner: Person
) -> None:
    course_id = await course(root, owner)
    file_id = await document(root, course_id, "uploading")
    await start(api, owner, course_id)
    async with root.transaction():
        await root.execute("update file_catalog set status = 'ready' where id = $1", file_id)
        waiting = asyncio.create_task(deleted(second, owner, file_id))
        await someone_waits_for_a_lock(root)
    assert await waiting == "in_use"


async def test_a_course_that_goes_takes_its_files_along_even_while_it_is_generated(
    root: Connection, api: Connection, owner: Person
) -> None:
    course_id = await course(root, owner)
    file_id = await document(root, course_id)
    await start(api, owner, course_id)
    await root.execute("delete from courses where id = $1", course_id)
    assert not await is_there(root, file_id)
    assert await used(root, owner) == 0


async def test_a_run_that_is_just_starting_keeps_its_files(
    root: Connection, api: Connection, second: Connection, owner: Person
) -> None:
    course_id = await course(root, owner)
    file_id = await document(root, course_id)
    async with acting_as(api, owner):
        claimed = await api.fetchval(
            "select app.claim_run($1, gen_random_uuid(), gen_random_uuid(), null, null, 'r')", course_id
        )
        await enqueue(api, UUID(claimed["run_id"]), "document_processing")
        waiting = asyncio.create_task(deleted(second, owner, file_id))
        await someone_waits_for_a_lock(root)
    assert claimed["has_documents"] is True
    assert await waiting == "in_use"


async def test_a_run_that_starts_while_its_file_goes_starts_without_it(
    root: Connection, api: Connection, second: Connection, owner: Person
) -> None:
    course_id = await course(root, owner)
    file_id = await document(root, course_id)
    async with acting_as(api, owner):
        assert (await api.fetchval(DELETE, file_id))["outcome"] == "deleted"
        waiting = asyncio.create_task(claim(second, owner, course_id))
        await someone_waits_for_a_lock(root)
    assert (await waiting)["has_documents"] is False
    assert (await progress_of(root, course_id))["files"] == []


@pytest.mark.parametrize("plain", [False, True])
async def test_of_a_deletion_and_a_start_that_race_either_the_run_has_the_file_or_there_is_none(
    root: Connection, api: Connection, second: Connection, owner: Person, plain: bool
) -> None:
    for _ in range(30):
        course_id = await course(root, owner)
        file_id = await document(root, course_id)

        async def delete(file_id: UUID = file_id) -> None:
            async with second.transaction():
                await become(second, owner)
                try:
                    await second.execute(PLAIN if plain else DELETE, file_id)
                except asyncpg.RestrictViolationError:
                    return

        _, claimed = await asyncio.gather(delete(), claim(api, owner, course_id))
        assert claimed["has_documents"] is await is_there(root, file_id)


async def test_a_lost_file_is_no_document_of_a_run(root: Connection, api: Connection, owner: Person) -> None:
    course_id = await course(root, owner)
    kept, lost = await document(root, course_id), await document(root, course_id)
    await root.execute("update file_catalog set status = 'failed', lost_at = now() where id = $1", lost)
    await start(api, owner, course_id)
    progress = await progress_of(root, course_id)
    assert (progress["has_documents"], [file["id"] for file in progress["files"]]) == (True, [str(kept)])
