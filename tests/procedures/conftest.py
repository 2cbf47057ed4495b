"""A world for each test module, and one of its own for a test that needs it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.dev import Database
from tests.world import World, make_world, settings_for


@pytest.fixture(scope="module")
async def world(database: Database, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Shared by a module's tests: each makes organizations and users of its own in it."""
    storage = tmp_path_factory.mktemp("storage")
    async with make_world(settings_for(database, redis_url, storage, global_concurrency_limit=100)) as made:
        yield made


@pytest.fixture
async def own_world(own_database: Database, own_redis_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """A test's own: slots, limits and failures in it are nobody else's."""
    async with make_world(settings_for(own_database, own_redis_url, tmp_path)) as made:
        yield made
