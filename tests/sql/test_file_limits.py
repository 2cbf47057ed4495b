"""The quota of an organization and the files of a course hold against uploads that come at the same time."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import pytest

from app.dev import Database
from tests.sql.callers import Connection, Person, acting_as, colleague, connect, course, document, instructor

GIB = 1024**3
MIB = 1024**2


@pytest.fixture
async def twenty(database: Database) -> AsyncIterator[list[Connection]]:
    connections = [await connect(database.api) for _ in range(20)]
    yield connections
    await asyncio.gather(*(connection.close() for connection in connections))


async def used(root: Connection, owner: Person) -> int:
    """The organization's account, after checking it against its files."""
    row = await root.fetchrow(
        """
        select
            storage_used_bytes as account,
            (select coalesce(sum(file_size), 0) from file_catalog f where f.organization_id = o.id) as files
        from organizations o
        where id = $1
        """,
        owner.organization_id,
    )
    assert row is not None
    assert row["account"] == row["files"]
    return int(row["account"])


async def upload(api: Connection, owner: Person, course_id: UUID, size: int) -> str:
    """Reserve a file as its uploader; what became of it."""
    try:
        async with acting_as(api, owner):
            await api.execute(
                """
                insert into file_catalog (
                    organization_id, course_id, uploaded_by, filename, mime_type, file_type, file_size
                )
                values ($1, $2, $3, 'a.txt', 'text/plain', 'txt', $4)
                """,
                owner.organization_id,
                course_id,
                owner.user_id,
                size,
            )
    except asyncpg.PostgresError as error:
        return str(error.sqlstate)
    return "stored"


@pytest.mark.parametrize(
    ("tier", "quota", "files"),
    [
        ("trial", GIB, 3),
        ("free", 10 * MIB, 0),
        ("basic", 100 * MIB, 1),
        ("standard", GIB, 3),
        ("premium", 10 * GIB, 10),
    ],
)
async def test_twenty_parallel_uploads_stop_at_the_tiers_number_of_files(
    root: Connection, twenty: list[Connection], tier: str, quota: int, files: int
) -> None:
    owner = await instructor(root, tier)
    course_id = await course(root, owner)
    results = Counter(await asyncio.gather(*(upload(api, owner, course_id, 1000) for api in twenty)))
    assert results == Counter({"stored": files, "CG001": 20 - files})
    assert await used(root, owner) == 1000 * files
    assert await root.fetchval(
        "select storage_quota_bytes from organizations where id = $1", owner.organization_id
    ) == (quota)


async def test_twenty_parallel_uploads_to_many_courses_stop_at_the_quota(
    root: Connection, twenty: list[Connection]
) -> None:
    owner = await instructor(root, "basic")
    courses = [await course(root, owner) for _ in twenty]
    results = Counter(
        await asyncio.gather(
            *(upload(api, owner, course_id, 9 * MIB) for api, course_id in zip(twenty, courses, strict=True))
        )
    )
    assert results == Counter({"stored": 11, asyncpg.CheckViolationError.sqlstate: 9})
    assert await used(root, owner) == 99 * MIB


async def test_the_refusal_names_the_limit_and_the_quotas_constraint(root: Connection, api: Connection) -> None:
    owner = await instructor(root, "basic")
    course_id = await course(root, owner)
    with pytest.raises(asyncpg.CheckViolationError) as refusal:
        await document(root, course_id, size=101 * MIB)
    assert refusal.value.constraint_name == "organizations_storage_within_quota"
    await document(root, course_id)
    with pytest.raises(asyncpg.PostgresError, match="tier basic allows 1 files per course"):
        await document(root, course_id)


async def test_the_account_follows_growing_shrinking_and_deleted_files(root: Connection) -> None:
    owner = await instructor(root)
    course_id = await course(root, owner)
    files = [await document(root, course_id, size=size) for size in (100, 200, 300)]
    assert await used(root, owner) == 600
    await root.execute("update file_catalog set file_size = 50 where id = $1", files[0])
    assert await used(root, owner) == 550
    await root.execute("update file_catalog set file_size = 250, extracted_text = 'x' where id = $1", files[0])
    assert await used(root, owner) == 750
    await root.execute("delete from file_catalog where id = $1", files[1])
    assert await used(root, owner) == 550
    await root.execute("delete from courses where id = $1", course_id)
    assert await used(root, owner) == 0


async def test_the_quota_follows_the_tier_and_a_tier_too_small_is_refused(root: Connection) -> None:
    owner = await instructor(root)
    await document(root, await course(root, owner), size=50 * MIB)
    await root.execute("update organizations set tier = 'basic' where id = $1", owner.organization_id)
    quota = await root.fetchval("select storage_quota_bytes from organizations where id = $1", owner.organization_id)
    assert quota == 100 * MIB
    with pytest.raises(asyncpg.CheckViolationError, match="organizations_storage_within_quota"):
        await root.execute("update organizations set tier = 'free' where id = $1", owner.organization_id)


async def test_an_unknown_tier_is_no_tier(root: Connection) -> None:
    owner = await instructor(root)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await root.execute("update organizations set tier = 'gold' where id = $1", owner.organization_id)


async def test_an_organization_without_a_tier_is_free(root: Connection) -> None:
    assert await root.fetchval("insert into organizations (name) values ($1) returning tier", str(uuid4())) == "free"


async def test_nobody_uploads_for_another_person_or_into_a_colleagues_course(root: Connection, api: Connection) -> None:
    owner = await instructor(root)
    course_id = await course(root, owner)
    other = await colleague(root, owner)
    denied = asyncpg.InsufficientPrivilegeError.sqlstate
    assert await upload(api, other, course_id, 10) == denied
    assert await upload(api, Person(owner.user_id, owner.organization_id, "student"), course_id, 10) != "stored"
    assert await upload(api, await colleague(root, owner, "admin"), course_id, 10) == "stored"


async def test_a_file_is_ready_only_with_its_hash_and_its_place(root: Connection) -> None:
    file_id = await document(root, await course(root, await instructor(root)))
    for column in ("hash", "storage_path"):
        with pytest.raises(asyncpg.CheckViolationError):
            await root.execute(f"update file_catalog set {column} = null where id = $1", file_id)  # noqa: S608  ours
    with pytest.raises(asyncpg.CheckViolationError, match="file_catalog_hash_check"):
        await root.execute("update file_catalog set hash = 'abc' where id = $1", file_id)


@pytest.mark.parametrize("path", ["{0}/{1}", "{1}/{0}/a", "{0}/{0}/a", "/{0}/{1}/a", "a", ""])
async def test_a_file_stands_under_its_organization_and_course(root: Connection, path: str) -> None:
    owner = await instructor(root)
    course_id = await course(root, owner)
    file_id = await document(root, course_id)
    moved = path.format(owner.organization_id, course_id)
    with pytest.raises(asyncpg.CheckViolationError, match="file_catalog_stored_under_its_course"):
        await root.execute("update file_catalog set storage_path = $2 where id = $1", file_id, moved)
