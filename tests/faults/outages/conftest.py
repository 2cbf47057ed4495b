"""Servers of these tests' own, which they may stop, and a world over them with short times."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from redis.asyncio import Redis

from app.dev import Database
from tests.faults.outages.own_postgres import OwnPostgres
from tests.faults.outages.settling import Record, Settled, settling
from tests.faults.processes import Program
from tests.leases.server import Server
from tests.work.failpoints import Failpoints
from tests.work.life import Life, living
from tests.world import environment_for, settings_for

SHORT = {
    "global_concurrency_limit": 20,
    "lease_ttl_seconds": 1.5,
    "reaper_period_seconds": 0.3,
    "worker_grace_seconds": 5,
    "db_timeout_seconds": 1.5,
    "worker_db_timeout_seconds": 1.5,
}


@pytest.fixture(scope="session")
def postgres() -> Iterator[OwnPostgres]:
    """A PostgreSQL that tests may stop, if they start it again."""
    with TemporaryDirectory(prefix="coursegen-own-", ignore_cleanup_errors=True) as folder:
        server = OwnPostgres(Path(folder))
        try:
            server.make()
            yield server
        finally:
            server.close()


@pytest.fixture(scope="module")
def redis() -> Iterator[Server]:
    """A Redis of this module's own, which may be killed."""
    with TemporaryDirectory(prefix="redis-") as folder:
        server = Server(Path(folder))
        server.start()
        yield server
        server.kill()


@pytest.fixture
def fragile_database(postgres: OwnPostgres) -> Iterator[Database]:
    """A fresh database on the server that may be stopped."""
    with postgres.clone() as clone:
        yield clone


@pytest.fixture
async def life(fragile_database: Database, redis: Server, tmp_path: Path) -> AsyncIterator[Life]:
    """A test's own world on servers that may be stopped, in which no worker runs yet."""
    async with Redis.from_url(redis.url) as client:
        await client.flushall()
    async with living(settings_for(fragile_database, redis.url, tmp_path, **SHORT)) as made:
        yield made
        await made.sql.close()  # the one of `see_again`, where there is one


@pytest.fixture
def program(fragile_database: Database, redis: Server, tmp_path: Path) -> Program:
    """Starts processes over the same servers as `life`."""
    return Program(environment_for(fragile_database, redis.url, tmp_path, **SHORT, log_level="info"), tmp_path)


@pytest.fixture
def failpoints(life: Life) -> Failpoints:
    """The failpoints of this world."""
    return Failpoints(life.sql)


@pytest.fixture
def settled(life: Life, record_property: Record) -> Settled:
    """Waits until all is well; fails when that takes longer than I2 allows."""
    return settling(life, record_property)
