"""One process's connections to PostgreSQL."""

import asyncio
from typing import Any

import asyncpg
import msgspec

from app.db.audit import UNKNOWN, Call
from app.db.errors import translated
from app.db.session import ANONYMOUS, Identity, Limits, Session, opening


class Database:
    """A pool, and sessions over it. Statements are prepared once per connection; nothing outlives a transaction."""

    def __init__(self, pool: "asyncpg.Pool[Any]", limits: Limits) -> None:
        self._pool = pool
        self._limits = limits

    @classmethod
    async def connect(cls, url: str, *, size: int, limit: float, job_heartbeat: float) -> "Database":
        """A pool of up to `size` connections; statements, and waits for a connection, are limited to `limit` seconds.

        `job_heartbeat` is the longest silence, in seconds, after which an enqueued job's worker counts as dead.
        """
        with translated():
            pool = await asyncpg.create_pool(
                url,
                min_size=0,  # a floor that can't be restored while the server is away is logged with its stack
                max_size=size,
                command_timeout=limit,
                timeout=limit,
                init=prepare,
                reset=_keep,
                server_settings=server_limits(limit),
            )
        return cls(pool, Limits(limit, job_heartbeat))

    def session(self, identity: Identity, call: Call = UNKNOWN, *, confirm_role: bool = False) -> Session:
        """The database as this caller may see it; `call` is what a superadmin's transactions write down.

        `confirm_role` refuses a caller (ROLE_CHANGED) who has not the role of the token any more.
        """
        return Session(self._pool, opening(identity, call, confirm_role=confirm_role), self._limits)

    async def mark(self, identity: Identity = ANONYMOUS) -> str | None:
        """What the migrations left as the mark of the newest one; any identity may ask."""
        async with self.session(identity).begin() as tx:
            return await tx.optional("migration_mark", str)

    def use(self) -> tuple[int, int, int]:
        """Connections in use, open and idle, and at most."""
        idle = self._pool.get_idle_size()
        return self._pool.get_size() - idle, idle, self._pool.get_max_size()

    async def close(self) -> None:
        """Close the connections; those in use are given until the time-out."""
        try:
            await asyncio.wait_for(self._pool.close(), self._limits.timeout)
        except TimeoutError:
            self._pool.terminate()


def server_limits(limit: float) -> dict[str, str]:
    """What the server holds its side to, where the client waits `limit` seconds for a statement. It gives up first,
    on a lock before all else: its refusal leaves a connection that can be used, a client's time-out does not.
    """
    milliseconds = {
        "lock_timeout": limit * 800,
        "statement_timeout": limit * 900,
        "idle_in_transaction_session_timeout": limit * 2000,
    }
    return {"application_name": "coursegen"} | {name: str(int(value)) for name, value in milliseconds.items()}


def _encode_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


async def prepare(connection: Any) -> None:
    """Let a connection read and write JSON as values."""
    for name in ("json", "jsonb"):
        await connection.set_type_codec(name, schema="pg_catalog", encoder=_encode_json, decoder=msgspec.json.decode)


async def _keep(_connection: Any) -> None:
    """Nothing to reset, and no round trip for it: role and claims are local to each transaction."""
