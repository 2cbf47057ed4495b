"""A scrape while a server behind the service is away: it succeeds, says so, and tells what is still known."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from app.dev import Database
from tests.leases.server import Server
from tests.metrics.scraped import TOKEN, scrape
from tests.wire.served import Served, serve
from tests.wire.test_outages import database_away
from tests.work.harness import eventually


@pytest.fixture(scope="module")
def redis() -> Iterator[Server]:
    """A Redis of this module's own, which may be killed."""
    with TemporaryDirectory(prefix="redis-") as folder:
        server = Server(Path(folder))
        server.start()
        yield server
        server.kill()


@pytest.fixture(scope="module")
async def served(database: Database, redis: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """The application over a database and a Redis of its own."""
    folder = tmp_path_factory.mktemp("served")
    async with serve(database, redis.url, folder, metrics_token=TOKEN, db_timeout_seconds=2) as running:
        yield running


async def says(served: Served, dependency: str, up: float) -> None:
    async def said() -> bool:
        return (await scrape(served.http)).value("coursegen_up", dependency=dependency) == up

    await eventually(said)


async def test_the_database_is_away(served: Served, database: Database) -> None:
    await says(served, "database", 1)
    async with database_away(database):
        await says(served, "database", 0)
        found = await scrape(served.http)
        assert found.value("coursegen_up", dependency="redis") == 1
        assert found.value("coursegen_slots_held") == 0
        assert "coursegen_queue_jobs" not in found.names
    await says(served, "database", 1)
    assert "coursegen_queue_jobs" in (await scrape(served.http)).names


async def test_redis_is_away(served: Served, redis: Server) -> None:
    await says(served, "redis", 1)
    redis.kill()
    await says(served, "redis", 0)
    found = await scrape(served.http)
    assert found.value("coursegen_up", dependency="database") == 1
    assert "coursegen_queue_jobs" in found.names
    assert "coursegen_slots_held" not in found.names
    redis.start()
    await says(served, "redis", 1)
