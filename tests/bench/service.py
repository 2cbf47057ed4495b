"""The real service for a benchmark: private PostgreSQL and Redis, and `coursegen serve` over them."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import httpx
import msgspec

from app.db.migrate import migrate
from app.dev import Database, Databases, LocalServers
from app.leases import Slots, connect
from tests.bench.process import tree
from tests.transports.server import free_port, until
from tests.world import environment_for

NO_LIMIT = 10_000_000


class Place(msgspec.Struct, frozen=True):
    """Servers with a migrated database and slots for everybody, and the environment of a process over them."""

    database: Database
    redis_url: str
    environment: dict[str, str]
    log: Path


@contextmanager
def place(folder: Path) -> Generator[Place]:
    """Servers of the benchmark's own, in `folder`, for the time of the block."""
    with LocalServers(folder, environment={}) as servers:
        database = Databases(servers.addresses.postgres_dsn).create("bench")
        migrate(database.superuser)
        redis_url = servers.addresses.redis_url
        environment = environment_for(
            database,
            redis_url,
            folder / "storage",
            environment="production",
            log_level="info",
            lease_ttl_seconds=30,  # these three as by default: tests have shorter times, and more work of their own
            reaper_period_seconds=5,
            worker_niceness=10,
            port=free_port(),
        )
        asyncio.run(allow_slots(redis_url, database.superuser))
        yield Place(database, redis_url, environment, folder / "service.log")


async def allow_slots(redis_url: str, superuser: str) -> None:
    """What a worker's reaper and an administrator do: slots can be taken, and far more of them than runs will be, and
    than an administrator may allow.
    """
    root = await asyncpg.connect(superuser)
    await root.execute("alter table app.global_limit drop constraint global_limit_concurrent_runs_check")
    await root.execute("update app.global_limit set concurrent_runs = $1", NO_LIMIT)
    await root.close()
    async with connect(redis_url) as redis:
        slots = Slots(redis, ttl_seconds=3600, default_global_limit=1)
        await slots.reconcile(await slots.held(), [], [])
        await slots.set_global_limit(NO_LIMIT)


class Service(msgspec.Struct, frozen=True):
    """A running `coursegen serve`, one API process; `started_in` is the seconds to its first answer."""

    port: int
    started_in: float
    pid: int

    @property
    def api_process(self) -> int:
        """The process that serves: the last of the tree, below its supervisor."""
        return tree(self.pid)[-1]


@contextmanager
def service(place: Place) -> Generator[Service]:
    """The service, for the time of the block, with its log in a file as in production."""
    port = int(place.environment["PORT"])
    program = Path(sys.executable).with_name("coursegen")
    began = time.perf_counter()
    with place.log.open("ab") as log:
        process = subprocess.Popen([program, "serve"], env={**os.environ, **place.environment}, stdout=log, stderr=log)
    try:
        until(lambda: _is_healthy(port), "the service answers", seconds=20)
        yield Service(port, time.perf_counter() - began, process.pid)
    finally:
        process.terminate()
        process.wait(20)


def _is_healthy(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False).is_success
    except httpx.TransportError:
        return False
