"""A pool of one connection: whoever borrows it next gets nothing of whom it served before."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, cast

import asyncpg
import pytest

from app.db.errors import DatabaseRefused
from app.db.pool import Database as Pool
from app.db.session import Identity
from app.dev import Database
from tests.isolation.callers import CALLERS, Connection
from tests.isolation.cells import Case
from tests.isolation.running import outcome
from tests.isolation.tables import TABLES

_BORROWERS = [caller.name for caller in CALLERS.values() if caller.identity]
_READING = ("select", "count", "copy")


@pytest.fixture(scope="module")
async def pools(root: Connection, database: Database) -> AsyncIterator[dict[str, Pool]]:
    """For each login a pool of one connection."""
    urls = {"api": database.api, "worker": database.worker}
    opened = {name: await Pool.connect(url, size=1, limit=10, job_heartbeat=60) for name, url in urls.items()}
    yield opened
    for pool in opened.values():
        await pool.close()


async def _commits(pool: Pool, identity: Identity) -> None:
    async with pool.session(identity).begin() as tx:
        await tx.optional("migration_mark", str)


async def _raises(pool: Pool, identity: Identity) -> None:
    with pytest.raises(LookupError):
        async with pool.session(identity).begin():
            raise LookupError


async def _is_refused(pool: Pool, identity: Identity) -> None:
    with pytest.raises((DatabaseRefused, asyncpg.PostgresError)):
        async with pool.session(identity).begin() as tx:
            await tx._connection.execute("truncate public.courses")


async def _is_cancelled(pool: Pool, identity: Identity) -> None:
    """Cancelled while the database still works on a statement."""
    begun = asyncio.Event()

    async def wait() -> None:
        async with pool.session(identity).begin() as tx:
            begun.set()
            await tx._connection.execute("select pg_sleep(60)")

    task = asyncio.create_task(wait())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("end", [_commits, _raises, _is_refused, _is_cancelled])
@pytest.mark.parametrize("first", _BORROWERS)
async def test_the_next_borrower_of_a_connection_is_nobody(
    pools: dict[str, Pool], first: str, end: Callable[[Pool, Identity], Coroutine[Any, Any, None]]
) -> None:
    caller = CALLERS[first]
    assert caller.identity is not None
    pool = pools[caller.login]
    await end(pool, caller.identity)
    async with pool._pool.acquire() as connection:
        assert await connection.fetchval("select current_user = session_user and current_setting('role') = 'none'")
        assert await connection.fetchval("select coalesce(current_setting('request.jwt.claims', true), '')") == ""
        assert not connection.is_in_transaction()


@pytest.mark.parametrize("second", ["anon", "unscoped", "unset", "rival"])
@pytest.mark.parametrize("first", [name for name in _BORROWERS if CALLERS[name].login == "api"])
async def test_the_next_borrower_reads_only_what_is_its_own(pools: dict[str, Pool], first: str, second: str) -> None:
    identity = CALLERS[first].identity
    assert identity is not None
    await _commits(pools["api"], identity)
    async with pools["api"]._pool.acquire() as borrowed:
        connection = cast(Connection, borrowed)  # a proxy with all of its methods
        for table in TABLES.values():
            case = Case(CALLERS[second], table)
            for cell in case.cells():
                if cell.name.startswith(_READING):
                    assert await outcome(connection, case, cell) in cell.expected, cell.name
