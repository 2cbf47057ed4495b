"""Connections to a migrated database: as its superuser, as the API's login and as a worker."""

from collections.abc import AsyncIterator

import pytest

from app.dev import Database
from tests.sql.callers import Connection, connect


@pytest.fixture
async def root(database: Database) -> AsyncIterator[Connection]:
    connection = await connect(database.superuser)
    yield connection
    await connection.close()


@pytest.fixture
async def api(database: Database) -> AsyncIterator[Connection]:
    connection = await connect(database.api)
    yield connection
    await connection.close()


@pytest.fixture
async def worker(database: Database) -> AsyncIterator[Connection]:
    connection = await connect(database.worker)
    await connection.execute("set role service_role")
    yield connection
    await connection.close()
