"""Real servers for the tests: one PostgreSQL and one Redis a run, a fresh clone of the migrated database for whom asks.

Without OWNER_DATABASE_URL and REDIS_URL they are private ones in a temp folder. Where set, they must name throw-away
servers: the tests make roles, drop databases and flush.
"""

import contextlib
import os
import uuid
from collections.abc import Callable, Generator, Iterator
from functools import partial
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from redis import Redis

from app.db.migrate import migrate
from app.dev import Addresses, Database, Databases, LocalServers

TEMPLATE = f"coursegen_template_{os.getpid()}"
_STARTED = pytest.StashKey[tuple[Addresses, str]]()


def _start(config: pytest.Config) -> tuple[Addresses, str]:
    """Start both servers and migrate the template, once; they end with pytest's process."""
    if _STARTED not in config.stash:
        exits = contextlib.ExitStack()
        config.add_cleanup(exits.close)
        folder = exits.enter_context(TemporaryDirectory(prefix="coursegen-test-", ignore_cleanup_errors=True))
        addresses = exits.enter_context(LocalServers(Path(folder))).addresses
        databases = Databases(addresses.postgres_dsn)
        exits.callback(databases.drop, TEMPLATE)
        migrate(databases.create(TEMPLATE).superuser)
        config.stash[_STARTED] = (addresses, TEMPLATE)
    return config.stash[_STARTED]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """xdist's controller starts the servers, so that they outlive each worker, and tells each where they are."""
    addresses, template = _start(node.config)
    node.workerinput["servers"] = (addresses.postgres_dsn, addresses.redis_url, template)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a test shows of the fault matrix goes into its report."""
    for item in items:
        item.user_properties.extend(("fault", mark.args[0]) for mark in item.iter_markers("fault"))


@pytest.fixture(scope="session")
def _run(request: pytest.FixtureRequest) -> tuple[Addresses, str]:
    told = getattr(request.config, "workerinput", {}).get("servers")
    return (Addresses(*told[:2]), told[2]) if told else _start(request.config)


@pytest.fixture(scope="session")
def servers(_run: tuple[Addresses, str]) -> Addresses:
    """Where the run's PostgreSQL (as a superuser) and Redis are."""
    return _run[0]


@contextlib.contextmanager
def _clone(run: tuple[Addresses, str]) -> Generator[Database]:
    addresses, template = run
    databases = Databases(addresses.postgres_dsn)
    name = f"test_{uuid.uuid4().hex[:16]}"
    yield databases.create(name, template=template)
    databases.drop(name)


@pytest.fixture(scope="session")
def cloned(_run: tuple[Addresses, str]) -> Callable[[], contextlib.AbstractContextManager[Database]]:
    """Makes a fresh clone of the migrated database, for as long as whoever asks wants it."""
    return partial(_clone, _run)


@pytest.fixture(scope="module")
def database(_run: tuple[Addresses, str]) -> Iterator[Database]:
    """A fresh clone of the migrated database for this module: `.name`, and URLs `.superuser`, `.api`, `.worker`."""
    with _clone(_run) as clone:
        yield clone


@pytest.fixture
def own_database(_run: tuple[Addresses, str]) -> Iterator[Database]:
    """A fresh clone of the migrated database for this test alone (0.1 s)."""
    with _clone(_run) as clone:
        yield clone


@pytest.fixture(scope="session")
def redis_urls(request: pytest.FixtureRequest, servers: Addresses) -> Iterator[str]:
    """Addresses of Redis databases that no other worker uses, flushed; they come round again after hundreds."""
    worker = getattr(request.config, "workerinput", {"workerid": "gw0", "workercount": 1})
    with Redis.from_url(servers.redis_url) as redis:
        count = int(str(redis.config_get("databases")["databases"]))
    numbers = range(int(worker["workerid"].removeprefix("gw")), count, worker["workercount"])
    return (_flushed(servers.redis_url, number) for number in cycle(numbers))


def _flushed(url: str, number: int) -> str:
    place, _, query = url.partition("?")
    numbered = f"{place}?{urlencode(dict(parse_qsl(query)) | {'db': number})}"
    with Redis.from_url(numbered) as redis:
        redis.flushdb()
    return numbered


@pytest.fixture(scope="module")
def redis_url(redis_urls: Iterator[str]) -> str:
    """An empty Redis database for this module."""
    return next(redis_urls)


@pytest.fixture
def own_redis_url(redis_urls: Iterator[str]) -> str:
    """An empty Redis database for this test alone."""
    return next(redis_urls)


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of documents that ship with the tests."""
    return Path(__file__).parent / "data"
