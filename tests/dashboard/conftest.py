"""One server for each module, and a superadmin's session."""

from collections.abc import AsyncIterator

import pytest

from app.auth.claims import Role
from app.dev import Database
from tests.dashboard.visitor import Visitor, enter
from tests.wire.served import Served, serve


@pytest.fixture(scope="module")
async def served(database: Database, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """The application over a database and a Redis of this module's own."""
    async with serve(database, redis_url, tmp_path_factory.mktemp("served")) as running:
        yield running


@pytest.fixture
async def visitor(served: Served) -> Visitor:
    """A superadmin who has come in."""
    return await enter(served, await served.user(Role.SUPERADMIN))
