"""A scripted server and both halves of the runtime against it; and the service itself."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.dev import Database
from tests.clients.python.either import Either
from tests.clients.python.scripted import Scripted, scripted
from tests.faults.processes import Program
from tests.wire.served import Served, serve
from tests.world import environment_for

Calling = Callable[..., Either]
SETTINGS = {"environment": "production", "log_level": "info", "global_concurrency_limit": 100}


@pytest.fixture
def server() -> Iterator[Scripted]:
    """A server whose answers the test writes down."""
    with scripted() as running:
        yield running


@pytest.fixture(params=["async", "sync"])
async def calling(request: pytest.FixtureRequest, server: Scripted) -> AsyncIterator[Calling]:
    """Makes a transport of either half, with a policy's `timeout`, `retries`, `patience`; to another `url` if given."""
    made: list[Either] = []

    def make(url: str = server.url, **policy: Any) -> Either:
        made.append(Either(url, request.param, **policy))
        return made[-1]

    yield make
    for each in made:
        await each.close()


@pytest.fixture(scope="module")
async def served(database: Database, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """The API; what it starts nobody works on."""
    async with serve(database, redis_url, tmp_path_factory.mktemp("served")) as running:
        yield running


@pytest.fixture
async def working(own_database: Database, own_redis_url: str, tmp_path: Path) -> AsyncIterator[Served]:
    """The API, and a worker process."""
    environment = environment_for(own_database, own_redis_url, tmp_path / "storage", **SETTINGS)
    async with serve(own_database, own_redis_url, tmp_path) as running, Program(environment, tmp_path).worker():
        yield running


@pytest.fixture(scope="session")
def large_text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A text of 30 MiB."""
    file = tmp_path_factory.mktemp("large") / "large.txt"
    line = "Хлеб на закваске, день за днем.\n".encode()
    file.write_bytes((line * (1 + (30 << 20) // len(line)))[: 30 << 20])
    return file


def url_of(served: Served) -> str:
    """Where a client finds it."""
    return f"http://127.0.0.1:{served.port}"
