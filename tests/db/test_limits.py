"""PostgreSQL's own limits of the service's sessions: they hold when the client that set its own is gone or asleep."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import psycopg
import pytest

from app.db.pool import server_limits
from app.dev import Database
from app.work.statements import worker_conninfo


@pytest.fixture
async def session(own_database: Database) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """One of the API, without limits of the client's."""
    connection = await asyncpg.connect(own_database.api, server_settings=server_limits(0.2))
    yield connection
    connection.terminate()


async def test_the_server_ends_a_statement_that_takes_too_long(
    session: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    with pytest.raises(asyncpg.QueryCanceledError, match="statement timeout"):
        await session.execute("select pg_sleep(20)")


async def test_the_server_ends_a_wait_for_a_lock_sooner(
    session: "asyncpg.Connection[asyncpg.Record]", own_database: Database
) -> None:
    holder = await asyncpg.connect(own_database.api)
    async with holder.transaction():
        await holder.execute("select pg_advisory_xact_lock(1)")
        with pytest.raises(asyncpg.LockNotAvailableError):
            await session.execute("select pg_advisory_xact_lock(1)")
    await holder.close()


async def test_the_server_ends_a_session_that_is_silent_in_a_transaction(
    session: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    ended = asyncio.Event()
    session.add_termination_listener(lambda _: ended.set())
    await session.execute("begin")
    async with asyncio.timeout(20):
        await ended.wait()


async def test_the_queues_sessions_have_all_three(own_database: Database) -> None:
    names = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"]
    async with await psycopg.AsyncConnection.connect(worker_conninfo(own_database.worker)) as connection:
        shown = await connection.execute("select setting::int from pg_settings where name = any(%s)", [names])
        limits = [milliseconds for (milliseconds,) in await shown.fetchall()]
    assert len(limits) == len(names)
    assert all(0 < limit <= 5000 for limit in limits)
