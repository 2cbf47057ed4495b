"""Slots on a real server: an empty database for each test, and a server that a test may kill."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from app.leases import Slots, connect
from tests.leases.callers import Caller, ready
from tests.leases.server import Server


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = connect(redis_url)
    await client.flushdb()
    yield client
    await client.aclose()


@pytest.fixture
async def slots(redis: Redis) -> Slots:
    return await ready(Slots(redis, 30.0, 3))


@pytest.fixture
def caller(slots: Slots) -> Caller:
    return Caller(slots)


@pytest.fixture
def eventually() -> Callable[[Callable[[], Awaitable[bool]]], Awaitable[None]]:
    async def poll(condition: Callable[[], Awaitable[bool]]) -> None:
        deadline = time.monotonic() + 5
        while not await condition():
            assert time.monotonic() < deadline, "it did not come true in time"
            await asyncio.sleep(0.01)

    return poll


@pytest.fixture
def server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder:  # not tmp_path: a unix socket's path is limited to 107 bytes
        server = Server(Path(folder))
        server.start()
        yield server
        server.kill()


@pytest.fixture
async def own_redis(server: Server) -> AsyncIterator[Redis]:
    client = connect(server.url)
    yield client
    await client.aclose()


@pytest.fixture
async def own_slots(own_redis: Redis) -> Slots:
    return await ready(Slots(own_redis, 30.0, 3))
