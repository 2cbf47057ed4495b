"""A migrated database with the rows of two organizations, and connections to it."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from app.dev import Database
from tests.isolation.callers import Connection
from tests.isolation.rows import seed


@pytest.fixture(scope="module")
async def root(database: Database) -> AsyncIterator[Connection]:
    """A superuser's connection to the seeded database of this module."""
    connection: Connection = await asyncpg.connect(database.superuser)
    await seed(connection)
    yield connection
    await connection.close()


@pytest.fixture(scope="module")
async def logins(root: Connection, database: Database) -> AsyncIterator[dict[str, Connection]]:
    """The two logins of the service, after the seed: "api" and "worker"."""
    connections = {"api": await asyncpg.connect(database.api), "worker": await asyncpg.connect(database.worker)}
    yield connections
    for connection in connections.values():
        await connection.close()
