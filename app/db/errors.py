"""What the database can answer instead of rows."""

from collections.abc import Generator
from contextlib import contextmanager

import asyncpg

from app.rpc import Code, RpcError

# SQLSTATE classes and codes (PostgreSQL documentation, appendix A) that pass by themselves or by a fail-over.
_PASSING = ("08", "53", "57P", "25006", "40", "55P03", "57014")
# The last is what asyncpg raises for a connection that was just killed and does not know it yet.
_LOST = (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.InternalClientError)


class DatabaseUnavailable(RpcError, code=Code.SERVICE_UNAVAILABLE):
    """The database is not available right now. Please try again"""

    @property
    def retry_after(self) -> int:
        """A second is enough for a restarted pool."""
        return 1


class DatabaseRefused(Exception):
    """The database refused a statement: a constraint, a trigger, a policy or a right.

    `sqlstate` is the five-character code, `constraint` the violated constraint's name, if one was.
    """

    def __init__(self, sqlstate: str, constraint: str | None, message: str) -> None:
        super().__init__(f"{sqlstate} {message}")
        self.sqlstate = sqlstate
        self.constraint = constraint
        self.message = message


@contextmanager
def translated() -> Generator[None]:
    """asyncpg's errors as ours: what passes as DatabaseUnavailable, what stays as DatabaseRefused."""
    try:
        yield
    except asyncpg.PostgresError as error:
        raise _of(error) from error
    except _LOST as error:
        raise DatabaseUnavailable() from error


def _of(error: asyncpg.PostgresError) -> DatabaseUnavailable | DatabaseRefused:
    state = str(error.sqlstate)
    if state.startswith(_PASSING):
        return DatabaseUnavailable()
    return DatabaseRefused(state, getattr(error, "constraint_name", None), str(error))
