"""Databases on a throw-away server: made empty or as a clone of a template, dropped with whoever is in them."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg.sql import Identifier, Literal

from app.db.statements import statement

API_LOGIN = "coursegen_api"
WORKER_LOGIN = "coursegen_worker"


@dataclass(frozen=True, slots=True)
class Database:
    """One database, as a URL for each of its three callers; asyncpg, psycopg and yoyo understand all of them.

    The migrations make the two logins, without passwords: the server must trust its clients, as a private one does.
    """

    name: str
    superuser: str
    api: str
    worker: str


class Databases:
    """The databases of the server that `dsn` reaches as a login which may create them."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    def named(self, name: str) -> Database:
        """The URLs of a database; asks the server nothing."""
        return Database(
            name=name,
            superuser=_elsewhere(self._dsn, name),
            api=_elsewhere(self._dsn, name, API_LOGIN),
            worker=_elsewhere(self._dsn, name, WORKER_LOGIN),
        )

    def create(self, name: str, template: str = "template1") -> Database:
        """A new database, a copy of `template`, in which nobody may be connected meanwhile.

        Raises:
            psycopg.errors.DuplicateDatabase: the name is taken.
        """
        self._run("create_database", name=Identifier(name), template=Identifier(template))
        return self.named(name)

    def ensure(self, name: str) -> Database:
        """The database of this name, made empty if there is none."""
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            found = connection.execute(statement("database_exists").format(name=Literal(name))).fetchone()
        return self.create(name) if found is None else self.named(name)

    def drop(self, name: str) -> None:
        """Remove the database if it exists, ending every session in it."""
        self._run("drop_database", name=Identifier(name))

    def _run(self, text: str, **parts: Identifier) -> None:
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            connection.execute(statement(text).format(**parts))


def _elsewhere(dsn: str, database: str, user: str | None = None) -> str:
    parts = urlsplit(dsn)
    userinfo, at, host = parts.netloc.rpartition("@")
    login = f"{quote(user)}@" if user else f"{userinfo}{at}"
    return urlunsplit(parts._replace(netloc=login + host, path=f"/{quote(database)}"))


def seed_demo(database: Database) -> None:
    """Put the demo's organizations and users into a migrated database; again changes nothing."""
    with psycopg.connect(database.superuser) as connection:
        connection.execute(statement("seed_demo"))


def forget_workers(dsn: str) -> None:
    """Let nobody take the workers of an earlier start for alive."""
    with psycopg.connect(dsn) as connection:
        connection.execute(statement("forget_workers"))


def hook_claims(dsn: str, email: str) -> dict[str, Any] | None:
    """The claims that the database's token hook gives the user of this email; None if there is no such user."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute(statement("token_claims"), {"email": email}).fetchone()
    return None if row is None else dict(row[0])
