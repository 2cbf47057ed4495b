"""Transactions that carry the caller's identity. There is no other way to a connection."""

from collections.abc import AsyncGenerator, Hashable, Mapping
from contextlib import asynccontextmanager, suppress
from functools import cache
from typing import Any, Literal, TypeVar, cast
from uuid import UUID

import asyncpg
import msgspec

from app.db.audit import Call, recording
from app.db.errors import DatabaseUnavailable, translated
from app.db.jobs import JobCall, encode_job
from app.db.queries import load_queries
from app.rpc import Procedure
from app.tracing import Carrier, carrier

ROLLBACK_SECONDS = 0.3
"""What it may take to leave a transaction, and to have a statement cancelled, before the connection is thrown away."""
ROLE_CHANGED = "CG020"
"""The SQLSTATE of a transaction that its caller has no right to begin any more."""
CONFIRM_ROLE = "SELECT app.confirm_role()"
In = TypeVar("In")
T = TypeVar("T")
DatabaseRole = Literal["anon", "authenticated", "app_superadmin", "service_role"]


class Identity(msgspec.Struct, frozen=True):
    """Who a transaction acts for: the database role, and the claims that the policies read."""

    database_role: DatabaseRole
    user_id: UUID | None = None
    organization_id: UUID | None = None
    role: str | None = None


ANONYMOUS = Identity("anon")
SERVICE = Identity("service_role")


class Transaction:
    """One transaction of one caller. Rows are converted to the type asked for; a wrong row is a bug."""

    def __init__(self, connection: Any, heartbeat: float) -> None:
        self._connection = connection
        self._heartbeat = heartbeat
        self._queries = load_queries()

    async def all(self, query: str, into: type[T], **values: Any) -> list[T]:
        """Every row of a named query."""
        with translated():
            rows = await self._connection.fetch(*self._prepared(query, values))
        return [_converted(row, into) for row in rows]

    async def maybe(self, query: str, into: type[T], **values: Any) -> T | None:
        """The first row of a named query, or None."""
        with translated():
            row = await self._connection.fetchrow(*self._prepared(query, values))
        return None if row is None else _converted(row, into)

    async def value(self, query: str, into: type[T], **values: Any) -> T:
        """The first column of the first row of a named query."""
        return msgspec.convert(await self._fetch_value(query, values), into)

    async def optional(self, query: str, into: type[T], **values: Any) -> T | None:
        """As `value`; NULL and no row are None."""
        value = await self._fetch_value(query, values)
        return None if value is None else msgspec.convert(value, into)

    async def _fetch_value(self, query: str, values: dict[str, Any]) -> Any:
        with translated():
            return await self._connection.fetchval(*self._prepared(query, values))

    async def run(self, query: str, **values: Any) -> None:
        """A named query for what it does."""
        with translated():
            await self._connection.execute(*self._prepared(query, values))

    async def run_many(self, query: str, rows: list[dict[str, Any]]) -> None:
        """A named query once per row of values, in one round trip."""
        if not rows:
            return
        statements = [self._prepared(query, values) for values in rows]
        with translated():
            await self._connection.executemany(statements[0][0], [tuple(s[1:]) for s in statements])

    async def enqueue(
        self, job: Procedure[Any, [In], Any], input: In, *, run_id: UUID, job_id: str, priority: int
    ) -> None:
        """Put a job of a run into this transaction: it exists exactly if the transaction commits.

        `priority` is the tier's (higher runs first); the queue stores 100 minus it, since it runs lower first.
        """
        options, stored_priority = job.options, 100 - priority
        call = JobCall(
            name=job.__name__,
            kwargs={"input": msgspec.to_builtins(input), **({"trace": place} if (place := carrier()) else {})},
            timeout=options.timeout,
            attempts=options.attempts,
            backoff=options.backoff,
        )
        payload = encode_job(call, key=job_id, priority=stored_priority, heartbeat=self._heartbeat)
        await self.run(
            "enqueue_job",
            run_id=run_id,
            job_id=job_id,
            job_type=job.__name__,
            job=payload,
            priority=stored_priority,
            max_attempts=options.attempts,
        )

    def _prepared(self, query: str, values: dict[str, Any]) -> tuple[Any, ...]:
        """The statement of a named query and its values in their order."""
        named = getattr(self._queries, query)
        order = self._queries.driver_adapter.var_sorted[query]
        return (named.sql, *(values[name] for name in order))


def _converted(row: Mapping[str, Any], into: type[T]) -> T:
    """A row as a struct: columns have the names of its fields, whatever these are called on the wire."""
    names = _wire_names(cast(Hashable, into))
    return msgspec.convert({names[column]: value for column, value in row.items()}, into)


@cache
def _wire_names(into: Hashable) -> dict[str, str]:
    return {field.name: field.encode_name for field in msgspec.structs.fields(cast(type[msgspec.Struct], into))}


class Limits(msgspec.Struct, frozen=True):
    """`timeout`: the longest wait for a connection, seconds. `job_heartbeat`: a job's longest silence, seconds."""

    timeout: float
    job_heartbeat: float


class Session:
    """The database as one caller may see it."""

    def __init__(self, pool: "asyncpg.Pool[Any]", opening: str, limits: "Limits") -> None:
        self._pool = pool
        self._opening = opening
        self._limits = limits

    @asynccontextmanager
    async def begin(self) -> AsyncGenerator[Transaction]:
        """A transaction: committed when the block ends, rolled back when it raises. The identity is set in the round
        trip that begins it. Raises DatabaseUnavailable when the database is away, COMMIT's lost answer included.
        """
        with translated():
            connection = await self._pool.acquire(timeout=self._limits.timeout)
        try:
            with translated():
                await connection.execute(self._opening + _placed(carrier()))
            yield Transaction(connection, self._limits.job_heartbeat)
            with translated():
                await connection.execute("COMMIT")
        finally:
            await self._give_back(connection)

    async def _give_back(self, connection: Any) -> None:
        """Roll back what is open. A connection that can't, at once, is thrown away: a cancelled statement may go on,
        since the server does not hear a cancel request that comes before the statement.
        """
        try:
            with suppress(asyncpg.InterfaceError):  # one that broke has left the pool: there is nothing to roll back
                if not connection.is_closed() and connection.is_in_transaction():
                    with translated():
                        await connection.execute("ROLLBACK", timeout=ROLLBACK_SECONDS)
        except DatabaseUnavailable:
            with suppress(asyncpg.InterfaceError):  # a connection that broke meanwhile has left the pool by itself
                connection.terminate()
        finally:
            with suppress(TimeoutError):  # its cancelled statement was not answered: asyncpg has thrown it away
                await self._pool.release(connection, timeout=ROLLBACK_SECONDS)


def opening(identity: Identity, call: Call, *, confirm_role: bool) -> str:
    """All that begins a transaction, in one round trip: the identity, whether it still holds, and what a superadmin
    is about to do. None of a superadmin's transactions can begin without that, and none can end well if it fails.
    """
    statements = [prelude(identity)]
    if confirm_role:
        statements.append(CONFIRM_ROLE)
    if identity.database_role == "app_superadmin":
        statements.append(recording(call))
    return "; ".join(statements)


def _placed(place: Carrier) -> str:
    """Where the transaction belongs in a trace, for what it leaves to be sent later; nothing without tracing."""
    if not place:
        return ""
    literal = msgspec.json.encode(place).decode().replace("'", "''")
    return f"; SET LOCAL coursegen.trace = '{literal}'"


def prelude(identity: Identity) -> str:
    """The statements that begin a transaction as `identity`, as one message of the simple query protocol.

    The claims are made of UUIDs and a role name, so that quoting them as a literal is safe.
    """
    claims = {
        "sub": identity.user_id,
        "user_id": identity.user_id,
        "role": identity.role,
        "organization_id": identity.organization_id,
    }
    text = msgspec.json.encode({key: value for key, value in claims.items() if value is not None}).decode()
    literal = text.replace("'", "''")
    return f"BEGIN; SET LOCAL ROLE {identity.database_role}; SET LOCAL request.jwt.claims = '{literal}'"
