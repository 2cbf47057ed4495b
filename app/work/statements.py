"""The queue's statements (sql/queries/queue.sql) and how workers connect for them."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cache
from importlib.resources import files
from typing import Any, Final

import aiosql
import psycopg
from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

Row = dict[str, Any]
Pool = AsyncConnectionPool[AsyncConnection[TupleRow]]

OUTAGE: Final = (psycopg.Error, TimeoutError)
"""What a database that is away, failing over or stalled looks like to a worker: it waits and tries again."""

CONNECT_SECONDS: Final = 2
STATEMENT_SECONDS: Final = 5.0
SILENCE_SECONDS: Final = 1.0
"""What may pass between the statements of a transaction, in which nothing else is done: a worker that is asleep in one
holds its locks no longer.
"""
CALL_SECONDS: Final = CONNECT_SECONDS + STATEMENT_SECONDS
"""After which psycopg asks the server to cancel, and closes a connection that does not answer that in 5 s either."""


@cache
def _queries() -> Any:
    text = (files("sql") / "queries" / "queue.sql").read_text()
    return aiosql.from_str(text, "psycopg")  # pyright: ignore[reportUnknownMemberType]  a parameter is a bare dict


@cache
def statement(name: str) -> bytes:
    """The text of a named query with psycopg's placeholders. aiosql has no adapter for psycopg's async side."""
    text: str = getattr(_queries(), name).sql
    return text.encode()


def worker_conninfo(dsn: str) -> str:
    """libpq's connection string of a worker: as service_role, with time-outs, so that a stalled link ends as an error.

    The role is a start-up option of the connection: workers have one identity, there is nothing to switch.
    """
    given = conninfo_to_dict(dsn)
    limits = {
        "lock_timeout": STATEMENT_SECONDS * 800,
        "statement_timeout": STATEMENT_SECONDS * 900,
        "idle_in_transaction_session_timeout": SILENCE_SECONDS * 1000,
    }
    options = " ".join(["-c role=service_role", *(f"-c {name}={int(value)}" for name, value in limits.items())])
    return make_conninfo(
        dsn,
        application_name="coursegen-worker",
        connect_timeout=CONNECT_SECONDS,
        keepalives=1,
        keepalives_idle=10,
        keepalives_interval=5,
        keepalives_count=3,
        tcp_user_timeout=int(STATEMENT_SECONDS * 1000),
        options=f"{given.get('options') or ''} {options}".strip(),
    )


def worker_pool(conninfo: str) -> Pool:
    """A pool that is not open yet. It gives up on a new connection after a second, because its back-off doubles: after
    a long outage it would sleep for as long again. Whoever needs a connection begins anew.
    """
    return AsyncConnectionPool(
        conninfo, open=False, timeout=CONNECT_SECONDS, reconnect_timeout=1.0, kwargs={"autocommit": True}
    )


@asynccontextmanager
async def checked_out(pool: Pool) -> AsyncGenerator[AsyncConnection[TupleRow], None]:
    """A connection with a deadline for all that is done with it. If it proves dead, the idle ones are replaced too: a
    restart of the server leaves several. (The pool's own check at each checkout sleeps a second for every one of them.)
    """
    try:
        async with asyncio.timeout(CALL_SECONDS), pool.connection() as connection:
            yield connection
    except PoolTimeout:
        raise
    except (psycopg.OperationalError, TimeoutError):
        await pool.drain()
        raise


async def execute(connection: AsyncConnection[TupleRow], query: str, **values: Any) -> list[Row]:
    """Run a named query; its rows."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(statement(query), values)
        return await cursor.fetchall() if cursor.description else []
