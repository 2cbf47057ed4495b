"""An API process killed with SIGKILL at each step of an upload: one pass over what was left puts all in agreement."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from app.boot import open_resources
from app.context import SignedIn
from app.db.session import SERVICE
from app.work.uploads import UploadRemains
from tests.faults.processes import Program
from tests.faults.proxy import losing_proxy
from tests.faults.resuming import resuming
from tests.faults.uploading import begun_upload, objects_of, wrong
from tests.work.failpoints import Failpoints
from tests.work.harness import eventually
from tests.work.life import Life

CONTENT = b"Compost is made of leaves.\n" * 40_000
MEBIBYTE = 1024 * 1024


async def one_pass(life: Life) -> None:
    """What a worker does when the time of what was cut off is over."""
    await life.sql.execute("update file_catalog set created_at = now() - interval '1 hour' where status = 'uploading'")
    async with open_resources(life.settings, life.settings.worker_database_url, SERVICE) as resources:
        await UploadRemains(resources).expire()
    await life.resources.storage.forget_unfinished(0)


def files_of(folder: Path) -> list[Path]:
    """Everything that lies in the storage, half-written files too."""
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".log"]


async def reserved(life: Life) -> bool:
    """Whether an upload has its row."""
    return bool(await life.sql.fetchval("select count(*) from file_catalog where status = 'uploading'"))


@pytest.fixture
async def owner(life: Life) -> SignedIn:
    """Who uploads."""
    return await life.user()


@pytest.fixture
async def course(life: Life, owner: SignedIn) -> UUID:
    """To which course."""
    return await life.course(owner)


async def settles_to(life: Life, folder: Path, files: int) -> None:
    """Whether one pass leaves so many files, and nothing else."""
    await one_pass(life)
    assert await wrong(life) == []
    assert await life.sql.fetchval("select count(*) from file_catalog") == files
    assert len(files_of(folder)) == files


@pytest.mark.parametrize("sent", [0, 1, 600_000, len(CONTENT)], ids=["reserved", "begun", "amid", "all but the end"])
async def test_killed_while_the_file_arrives(
    life: Life, program: Program, tmp_path: Path, owner: SignedIn, course: UUID, sent: int
) -> None:
    async with program.api() as (api, port), begun_upload(port, owner, course, CONTENT, sent):
        await eventually(lambda: reserved(life))
        await api.kill_all()
    assert await life.sql.fetchval("select sum(storage_used_bytes)::bigint from organizations") > 0
    await settles_to(life, tmp_path, 0)


async def test_killed_when_the_object_is_written_as_a_part(
    life: Life, program: Program, failpoints: Failpoints, tmp_path: Path, owner: SignedIn, course: UUID
) -> None:
    async with program.api() as (api, port), begun_upload(port, owner, course, CONTENT, 600_000) as request:
        await eventually(lambda: reserved(life))
        async with failpoints.unreadable("file_catalog"):
            await request.finish()
            await eventually(lambda: objects_of(life))
            await failpoints.someone_waits()
            await api.kill_all()
    (part,) = await objects_of(life)
    assert part.endswith(".part")
    await settles_to(life, tmp_path, 0)


@pytest.mark.fault("Files: object stored and row rolled back")
async def test_killed_when_the_object_is_in_its_place_and_the_row_not_committed(
    life: Life, program: Program, failpoints: Failpoints, tmp_path: Path, owner: SignedIn, course: UUID
) -> None:
    async with (
        program.api() as (api, port),
        held_at_its_end(life),
        begun_upload(port, owner, course, CONTENT, 600_000) as request,
    ):
        await request.finish()
        await failpoints.someone_waits()
        await api.kill_all()
    (moved,) = await objects_of(life)
    assert moved.endswith(".txt")
    await settles_to(life, tmp_path, 0)


async def test_killed_when_the_row_is_committed_and_nobody_was_told(
    life: Life, program: Program, tmp_path: Path, owner: SignedIn, course: UUID
) -> None:
    async with losing_proxy(life.settings.database_url) as (proxy, dsn):
        proxy.release = asyncio.Event()
        async with (
            program.api(DATABASE_URL=dsn) as (api, port),
            begun_upload(port, owner, course, CONTENT, 600_000) as request,
        ):
            await eventually(lambda: reserved(life))
            proxy.to_lose = 1
            await request.finish()

            async def committed() -> bool:
                return proxy.lost == 1

            await eventually(committed)
            await api.kill_all()
        proxy.release.set()
    await settles_to(life, tmp_path, 1)
    assert await life.sql.fetchval("select hash from file_catalog") == hashlib.sha256(CONTENT).hexdigest()


async def test_a_commit_whose_answer_is_lost_leaves_all_or_nothing(
    life: Life, program: Program, tmp_path: Path, owner: SignedIn, course: UUID
) -> None:
    """The process lives on and undoes what it believes to have failed."""
    async with (
        losing_proxy(life.settings.database_url) as (proxy, dsn),
        program.api(DATABASE_URL=dsn) as (_, port),
        begun_upload(port, owner, course, CONTENT, 600_000) as request,
    ):
        await eventually(lambda: reserved(life))
        proxy.to_lose = 1
        await request.finish()
        assert await request.status() == 503
        assert await wrong(life) == []
    await settles_to(life, tmp_path, 0)


@asynccontextmanager
async def held_at_its_end(life: Life) -> AsyncGenerator[None]:
    """Hold uploads for the time of the block at the statement that makes one a file."""
    await life.sql.execute(
        "create function test_hold() returns trigger language plpgsql as"
        " 'begin perform pg_advisory_xact_lock(77); return new; end';"
        " create trigger test_hold before update of hash on file_catalog for each row execute function test_hold()"
    )
    await life.sql.execute("select pg_advisory_lock(77)")
    try:
        yield
    finally:
        await life.sql.execute("select pg_advisory_unlock(77)")


async def test_a_resumable_upload_survives_the_process(life: Life, program: Program, tmp_path: Path) -> None:
    """Killed amid a request, of which the counted segments stay, and killed once more while the file is made."""
    owner = await life.user(await life.organization("premium"))
    course = await life.course(owner)
    content = CONTENT * 20
    async with program.api() as (api, port), resuming(port, owner) as client:
        location = await client.create(course, len(content))

        killed = asyncio.Event()

        async def stalling() -> AsyncIterator[bytes]:
            yield content[: 17 * MEBIBYTE]
            await killed.wait()
            yield content[17 * MEBIBYTE :]

        sending = asyncio.create_task(client.append(location, 0, stalling()))
        received = "select received_bytes from file_catalog"

        async def two_segments() -> bool:
            return int(await life.sql.fetchval(received)) >= 16 * MEBIBYTE

        await eventually(two_segments)
        await api.kill_all()
        killed.set()
        with pytest.raises(httpx.TransportError):
            await sending
    async with program.api() as (api, port), held_at_its_end(life), resuming(port, owner) as client:
        offset = await client.offset(location)
        assert 16 * MEBIBYTE <= offset <= 17 * MEBIBYTE
        sending = asyncio.create_task(client.append(location, offset, content[offset:]))
        await Failpoints(life.sql).someone_waits()
        await api.kill_all()
        with pytest.raises(httpx.TransportError):
            await sending
    await one_pass(life)
    async with program.api() as (_, port), resuming(port, owner) as client:
        offset = await client.offset(location)
        assert 16 * MEBIBYTE <= offset < len(content)
        assert (await client.append(location, offset, content[offset:])).status_code == 204
        assert await client.offset(location) == len(content)
    await settles_to(life, tmp_path, 1)
    assert await life.sql.fetchval("select hash from file_catalog") == hashlib.sha256(content).hexdigest()
