"""Worlds in which runs live: one a module, and one of its own for a test that needs it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.dev import Database
from tests.work.life import Life, living
from tests.world import settings_for

SETTINGS = {"global_concurrency_limit": 100, "worker_grace_seconds": 1, "reaper_period_seconds": 0.3}


@pytest.fixture(scope="module")
async def life(database: Database, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Life]:
    """Shared by a module's tests, with a worker that runs all the time."""
    settings = settings_for(database, redis_url, tmp_path_factory.mktemp("storage"), **SETTINGS)
    async with living(settings) as made, made.worker():
        yield made


@pytest.fixture
async def own_life(own_database: Database, own_redis_url: str, tmp_path: Path) -> AsyncIterator[Life]:
    """A test's own world, in which no worker runs yet."""
    async with living(settings_for(own_database, own_redis_url, tmp_path, **SETTINGS)) as made:
        yield made
