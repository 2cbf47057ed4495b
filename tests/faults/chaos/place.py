"""Where chaos happens: servers of its own, and the service behind links to them."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import NamedTuple

from app.db.migrate import migrate
from app.dev import Database, Databases, LocalServers
from tests.faults.chaos.crew import Member, crew
from tests.faults.chaos.injector import Injector
from tests.faults.link import Link, opened, over, redis_over
from tests.transports.server import free_port, listens
from tests.work.harness import eventually
from tests.world import environment_for

SETTINGS = {
    "lease_ttl_seconds": 3,
    "reaper_period_seconds": 0.5,
    "worker_db_timeout_seconds": 1.4,
    "db_timeout_seconds": 1.4,  # PostgreSQL ends idle transactions after twice that: within the lease's time
    "redis_timeout_seconds": 0.7,
    "worker_grace_seconds": 3,
    "upload_ttl_seconds": 5,
    "file_pairing_seconds": 2,
    "global_concurrency_limit": 30,
    "webhook_timeout_seconds": 1,
    "log_level": "info",
}


class Place(NamedTuple):
    """Servers with a migrated database, and the environment of a process that reaches them directly."""

    folder: Path
    database: Database
    redis_url: str
    hook_port: int
    environment: dict[str, str]


class Service(NamedTuple):
    """A running service: where its API processes listen, and what can be done to it."""

    ports: list[int]
    members: list[Member]
    injector: Injector

    @property
    def restarts(self) -> int:
        """How often one of its processes was started again."""
        return sum(member.starts - 1 for member in self.members)


@contextmanager
def place(folder: Path) -> Generator[Place]:
    """Servers in this folder, for the time of the block."""
    with LocalServers(folder, environment={}) as servers:
        database = Databases(servers.addresses.postgres_dsn).create("chaos")
        migrate(database.superuser)
        redis_url, hook_port = servers.addresses.redis_url, free_port()
        settings = {**SETTINGS, "webhook_test_hosts": f"127.0.0.1:{hook_port}"}
        environment = environment_for(database, redis_url, folder / "storage", **settings)
        yield Place(folder, database, redis_url, hook_port, environment)


@asynccontextmanager
async def serving(place: Place) -> AsyncGenerator[Service]:
    """Two API processes and two workers over links to the servers, once all of them are there."""
    postgres, redis = Link.to_postgres(place.database.api), Link.to_redis(place.redis_url)
    async with opened(postgres) as to_postgres, opened(redis) as to_redis:
        environment = {
            **place.environment,
            "DATABASE_URL": over(place.database.api, to_postgres),
            "WORKER_DATABASE_URL": over(place.database.worker, to_postgres),
            "REDIS_URL": redis_over(place.redis_url, to_redis),
        }
        ports = [free_port() for _ in range(2)]
        apis = [
            Member("serve", {**environment, "PORT": str(port)}, place.folder / f"api-{number}.log")
            for number, port in enumerate(ports)
        ]
        workers = [Member("work", environment, place.folder / f"worker-{number}.log") for number in range(2)]
        injector = Injector(apis, workers, postgres, redis, place.database.superuser, place.redis_url)
        async with crew([*apis, *workers]):

            async def all_listen() -> bool:
                return all([await asyncio.to_thread(listens, port) for port in ports])

            await eventually(all_listen, within=60)
            yield Service(ports, [*apis, *workers], injector)
