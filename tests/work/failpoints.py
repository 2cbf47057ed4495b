"""Where a test makes the database hold, fail, lose or change what the service writes (failpoints.sql)."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import asyncpg
import msgspec

from tests.work.harness import eventually

SOURCE = Path(__file__).with_name("failpoints.sql")
WAITING = """
select count(*) from pg_locks
where not granted and database = (select oid from pg_database where datname = current_database())
"""


class Failpoints:
    """The failpoints of one database, over a superuser's connection."""

    def __init__(self, sql: "asyncpg.Connection[Any]") -> None:
        self._sql = sql

    @asynccontextmanager
    async def gate(self, table: str, *, after: int = 0) -> AsyncGenerator[None]:
        """Hold inserts into the table once it has `after` rows; whoever waits is let go at the end (statements time
        out after 5 s).
        """
        await self._before_insert(table, "test_gate", str(after))
        await self._sql.execute("select pg_advisory_lock(hashtext($1))", table)
        try:
            yield
        finally:
            await self._sql.execute("select pg_advisory_unlock(hashtext($1))", table)

    @asynccontextmanager
    async def unreadable(self, table: str) -> AsyncGenerator[None]:
        """Hold every statement that reads or writes the table, by a lock that leaves no row locked."""
        async with self._sql.transaction():
            await self._sql.execute(f"lock table {table} in access exclusive mode")
            yield

    async def someone_waits(self) -> None:
        """Until a statement is held."""
        await eventually(lambda: self._sql.fetchval(WAITING))

    async def fail(self, table: str, times: int = 1_000_000) -> None:
        """Make the next inserts into the table fail, so many times."""
        await self._before_insert(table, "test_fail")
        await self._sql.execute("insert into test_failures values ($1)", times)

    async def mend(self) -> None:
        """No more failures."""
        await self._sql.execute("delete from test_failures")

    async def lose(self, table: str) -> None:
        """Keep rows out of the table without an error."""
        await self._before_insert(table, "test_lose")

    async def change_jobs(self, function: str, **numbers: float) -> None:
        """Put other numbers (timeout, retries, retry_delay, heartbeat) into jobs of this type from now on."""
        await self._make()
        encoded = msgspec.json.encode(numbers).decode()
        await self._sql.execute("insert into test_numbers values ($1, $2)", function, encoded)

    async def _before_insert(
        self, table: str, function: Literal["test_gate", "test_fail", "test_lose"], argument: str = ""
    ) -> None:
        await self._make()
        await self._sql.execute(
            f"create or replace trigger {function} before insert on {table}"
            f" for each row execute function {function}('{argument}')"
        )

    async def _make(self) -> None:
        if await self._sql.fetchval("select to_regclass('test_numbers') is null"):
            await self._sql.execute(SOURCE.read_text())
