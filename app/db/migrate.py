"""Apply sql/migrations with yoyo, safely from many processes at once.

yoyo's own lock is a row with a pid, left behind by a kill; and it commits a migration before it notes it as applied.
Here an advisory lock, which ends with its session, stands around everything, and the note is part of the migration's
own transaction. Session locks need a direct connection: not one through a transaction-mode pooler.
"""

import contextlib
import glob
import io
from collections.abc import Generator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg.sql import Literal
from yoyo import (  # pyright: ignore[reportMissingTypeStubs]  it ships no types; this is its only caller
    get_backend,  # pyright: ignore[reportUnknownVariableType]
    read_migrations,  # pyright: ignore[reportUnknownVariableType]
)

from app.db.migrations import MIGRATIONS, mark_of, migration_in, migration_names
from app.db.statements import statement


def migrate(dsn: str, folder: Path = MIGRATIONS) -> list[str]:
    """Apply what is pending, each migration in one transaction; the names applied, in order.

    `dsn` is a superuser's, or that of a login which may create roles and owns schema public. A second caller waits
    for the first, then has nothing left to do.
    """
    with _one_at_a_time(dsn) as connection, get_backend(_yoyo_url(dsn)) as backend:
        backend.break_lock()  # whoever left it is gone: we hold the lock that counts
        applied = [
            _apply(backend, migration) for migration in backend.to_apply(read_migrations(glob.escape(str(folder))))
        ]
        if applied:
            newest = migration_names(folder)[-1]
            connection.execute(statement("mark_migrated").format(mark=Literal(mark_of(newest))))
    return applied


def pending(dsn: str, folder: Path = MIGRATIONS) -> list[str]:
    """The names that `migrate` would apply to a database that only ever went forward; changes nothing."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        row = connection.execute(statement("read_mark").format()).fetchone()
    found = migration_in(row[0] if row else None)
    return [name for name in migration_names(folder) if name > found]


@contextlib.contextmanager
def _one_at_a_time(dsn: str) -> Generator[psycopg.Connection[tuple[Any, ...]]]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(statement("lock_migrations").format())
        yield connection


def _apply(backend: Any, migration: Any) -> str:
    migration.load()
    # yoyo prints the rows of every SELECT in a migration (set_config returns one) to standard output
    with contextlib.redirect_stdout(io.StringIO()), backend.transaction():
        for step in migration.steps:
            step.apply(backend)
        backend.mark_one(migration, log=False)  # its log wants the name of a user, which a container may not have
    return str(migration.id)


def _yoyo_url(dsn: str) -> str:
    parts = urlsplit(dsn)
    return urlunsplit(parts._replace(scheme="postgresql+psycopg"))
