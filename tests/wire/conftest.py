"""One server for each module."""

from collections.abc import AsyncIterator

import pytest

from app.dev import Database
from tests.wire.served import Served, serve
from tests.wire.tus_client import Tus


@pytest.fixture(scope="module")
async def served(database: Database, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """The application over a database and a Redis of this module's own."""
    async with serve(database, redis_url, tmp_path_factory.mktemp("served")) as running:
        yield running


@pytest.fixture
async def tus(served: Served) -> Tus:
    """A client of a new user."""
    owner = await served.user()
    return Tus(served, owner, await served.world.course(owner))
