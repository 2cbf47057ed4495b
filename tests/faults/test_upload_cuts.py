"""Connections cut in the middle of large uploads: a resumable one goes on to its end, a form leaves nothing."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app.context import SignedIn
from tests.bench.process import tree
from tests.faults.processes import Program, Running
from tests.faults.proxy import cutting_proxy
from tests.faults.resuming import resuming
from tests.faults.uploading import begun_upload, wrong
from tests.work.harness import eventually
from tests.work.life import Life

MEBIBYTE = 1024 * 1024
SIZE = 100 * MEBIBYTE
LINE = b"Compost is made of leaves, and of what is left of them.\n"
CUTS = [2 * MEBIBYTE, 17 * MEBIBYTE + 5, 3000, 40 * MEBIBYTE, 9 * MEBIBYTE - 1, 30 * MEBIBYTE]
GROWTH = 80 * MEBIBYTE


def slice_of_text(start: int) -> bytes:
    """The text's next MiB, made when it is needed."""
    skipped = start % len(LINE)
    return (LINE * (MEBIBYTE // len(LINE) + 2))[skipped : skipped + min(MEBIBYTE, SIZE - start)]


async def text_from(start: int) -> AsyncIterator[bytes]:
    """The text from a byte to its end."""
    while start < SIZE:
        piece = slice_of_text(start)
        start += len(piece)
        yield piece


def peak_bytes(api: Running) -> int:
    """The most memory that the serving process has held."""
    status = Path(f"/proc/{tree(api.process.pid)[-1]}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


@pytest.mark.fault("Files: upload cut")
async def test_a_hundred_mebibytes_arrive_over_a_connection_that_is_cut_again_and_again(
    life: Life, program: Program
) -> None:
    owner = await life.user(await life.organization("premium"))
    course = await life.course(owner)
    expected = hashlib.sha256()
    async for piece in text_from(0):
        expected.update(piece)
    async with program.api() as (api, port), cutting_proxy(port, []) as (proxy, way):
        async with resuming(way, owner) as client:
            location = await client.create(course, SIZE)
        before = peak_bytes(api)
        proxy.cut_next(CUTS)
        offset, requests = 0, 0
        while offset < SIZE:
            offset = await sent_from(way, owner, location, offset)
            requests += 1
        assert (proxy.cut, requests) == (len(CUTS), len(CUTS) + 1)
        assert peak_bytes(api) - before < GROWTH
    row = await life.row("select status, file_size, hash, parts from file_catalog")
    assert row == {"status": "ready", "file_size": SIZE, "hash": expected.hexdigest(), "parts": []}
    assert await wrong(life) == []


async def sent_from(way: int, owner: SignedIn, location: str, offset: int) -> int:
    """Send the rest until it ends or the connection does; where the upload is then."""
    async with resuming(way, owner) as client:
        try:
            response = await client.append(location, offset, text_from(offset))
            assert response.status_code == 204, response.text
        except httpx.TransportError:
            pass
    return await offset_after(way, owner, location, offset)


async def offset_after(way: int, owner: SignedIn, location: str, before: int) -> int:
    """The offset once the server has counted what had come; of a cut after nothing, the same as before."""
    found = before

    async def moved() -> bool:
        nonlocal found
        async with resuming(way, owner) as client:
            found = await client.offset(location)
        return found > before

    await eventually(moved)
    return found


@pytest.mark.fault("Files: upload cut")
async def test_a_form_that_is_cut_leaves_nothing(life: Life, program: Program) -> None:
    owner = await life.user(await life.organization("premium"))
    course = await life.course(owner)
    content = LINE * (3 * MEBIBYTE // len(LINE))
    async with program.api() as (_, port):
        for sent in (0, 1, MEBIBYTE, len(content)):
            async with begun_upload(port, owner, course, content, sent):
                await eventually(lambda: life.sql.fetchval("select count(*) = 1 from file_catalog"))
            await eventually(lambda: life.sql.fetchval("select count(*) = 0 from file_catalog"))
            assert await wrong(life) == []
            assert await life.sql.fetchval("select max(storage_used_bytes) from organizations") == 0
