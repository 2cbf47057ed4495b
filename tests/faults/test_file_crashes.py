"""kill -9 between a file's row and its object: the pairing of files finds what is left."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from app.boot import open_resources
from app.context import SignedIn
from app.db.session import SERVICE
from app.dev import Database
from app.work.pairing import FilePairing, Paired
from tests.faults.conftest import SHORT
from tests.faults.processes import Program
from tests.s3 import Endpoint, s3_endpoint
from tests.sql.callers import someone_waits_for_a_lock
from tests.work.life import Life, living, upload
from tests.world import environment_for, settings_for


@pytest.fixture(scope="module")
def s3() -> Iterator[Endpoint]:
    with s3_endpoint() as endpoint:
        yield endpoint


@pytest.fixture
def bucket(s3: Endpoint) -> str:
    return s3.bucket()


@pytest.fixture
async def life(own_database: Database, own_redis_url: str, tmp_path: Path, bucket: str) -> AsyncIterator[Life]:
    """A world with its files in a bucket, where whatever is there is old enough to be paired."""
    changes = {**SHORT, "storage_url": bucket, "upload_ttl_seconds": 0.001}
    async with living(settings_for(own_database, own_redis_url, tmp_path, **changes)) as made:
        yield made


@asynccontextmanager
async def deaf_endpoint() -> AsyncGenerator[tuple[str, asyncio.Event]]:
    """An endpoint that never answers, and whether it was asked anything."""
    asked = asyncio.Event()

    async def listen(reader: StreamReader, writer: StreamWriter) -> None:
        await reader.readline()
        asked.set()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked


async def pair(life: Life) -> Paired:
    async with open_resources(life.settings, life.settings.worker_database_url, SERVICE) as resources:
        return await FilePairing(resources).once()


async def stored(life: Life, data: Path) -> tuple[SignedIn, UUID]:
    owner = await life.user()
    await upload(owner, await life.course(owner), data / "hleb-na-zakvaske.md")
    return owner, await life.sql.fetchval("select id from file_catalog")


async def rows_and_bytes(life: Life) -> tuple[int, int]:
    row = await life.row(
        "select (select count(*) from file_catalog), sum(storage_used_bytes)::bigint as used from organizations"
    )
    return row["count"], row["used"]


@pytest.mark.fault("Files: object stored and row rolled back")
async def test_a_process_that_dies_between_the_row_and_the_object_leaves_an_object_that_is_found(
    life: Life, bucket: str, own_database: Database, own_redis_url: str, tmp_path: Path, data: Path
) -> None:
    owner, file_id = await stored(life, data)
    async with deaf_endpoint() as (deaf, asked):
        url = bucket.replace(urlsplit(bucket).query, f"endpoint={deaf}")
        program = Program(environment_for(own_database, own_redis_url, tmp_path, **SHORT, storage_url=url), tmp_path)
        async with program.call("delete_file", owner, file_id) as call, asyncio.timeout(20):
            await asked.wait()
            await call.kill()
    assert await rows_and_bytes(life) == (0, 0)
    assert len(await life.resources.storage.list()) == 1
    assert await pair(life) == Paired(1, 0, 0)
    assert await life.resources.storage.list() == []


async def test_a_process_that_dies_before_the_commit_leaves_both(life: Life, program: Program, data: Path) -> None:
    owner, file_id = await stored(life, data)
    async with life.sql.transaction():
        await life.sql.execute("select from organizations for update")  # the row's bytes are given back there
        async with program.call("delete_file", owner, file_id) as call:
            assert await call.says() == "calling"
            await someone_waits_for_a_lock(life.sql)
            await call.kill()
    assert (await rows_and_bytes(life))[0] == 1
    assert await pair(life) == Paired(0, 0, 0)
    assert len(await life.resources.storage.list()) == 1
