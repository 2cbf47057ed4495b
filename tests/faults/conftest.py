"""A world of its own for each fault, with times so short that what is lost is found soon."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.dev import Database
from tests.faults.processes import Program
from tests.work.failpoints import Failpoints
from tests.work.life import Life, living
from tests.world import environment_for, settings_for

SHORT = {
    "global_concurrency_limit": 20,
    "lease_ttl_seconds": 1.5,
    "reaper_period_seconds": 0.3,
    "worker_grace_seconds": 5,
    "db_timeout_seconds": 3,
    "worker_db_timeout_seconds": 3,
}


@pytest.fixture
async def life(own_database: Database, own_redis_url: str, tmp_path: Path) -> AsyncIterator[Life]:
    """A test's own world, in which no worker runs yet."""
    async with living(settings_for(own_database, own_redis_url, tmp_path, **SHORT)) as made:
        yield made


@pytest.fixture
def program(own_database: Database, own_redis_url: str, tmp_path: Path) -> Program:
    """Starts processes over the same servers as `life`."""
    return Program(environment_for(own_database, own_redis_url, tmp_path, **SHORT, log_level="info"), tmp_path)


@pytest.fixture
def failpoints(life: Life) -> Failpoints:
    """The failpoints of this world."""
    return Failpoints(life.sql)
