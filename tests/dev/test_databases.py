"""Databases on a throw-away server: clones are independent, dropping ends whoever is inside."""

import uuid
from collections.abc import Iterator

import psycopg
import pytest

from app.dev import Addresses, Database, Databases


@pytest.fixture
def databases(servers: Addresses) -> Databases:
    return Databases(servers.postgres_dsn)


@pytest.fixture
def name(databases: Databases) -> Iterator[str]:
    name = f'odd "name" {uuid.uuid4().hex}'
    yield name
    databases.drop(name)


def test_a_clone_has_the_tables_of_its_template_and_keeps_its_own_rows(
    databases: Databases, own_database: Database, name: str
) -> None:
    with psycopg.connect(own_database.superuser, autocommit=True) as template:
        template.execute("create table public.cloned (n int)")
    clone = databases.create(name, template=own_database.name)
    with psycopg.connect(clone.superuser) as connection:
        connection.execute("insert into public.cloned values (1)")
    with psycopg.connect(own_database.superuser) as template:
        assert template.execute("select count(*) from public.cloned").fetchone() == (0,)


def test_ensuring_a_database_twice_keeps_what_is_in_it(databases: Databases, name: str) -> None:
    with psycopg.connect(databases.ensure(name).superuser) as connection:
        connection.execute("create table public.kept (n int)")
    with psycopg.connect(databases.ensure(name).superuser) as connection:
        assert connection.execute("select count(*) from public.kept").fetchone() == (0,)


def test_dropping_a_database_ends_the_sessions_in_it(databases: Databases, name: str) -> None:
    with psycopg.connect(databases.create(name).superuser) as connection:
        databases.drop(name)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("select 1")


def test_each_caller_of_a_clone_has_a_url_with_its_own_login() -> None:
    database = Databases("postgresql://root:secret@host:5433/postgres?sslmode=require").named("a b")
    assert database.superuser == "postgresql://root:secret@host:5433/a%20b?sslmode=require"
    assert database.api == "postgresql://coursegen_api@host:5433/a%20b?sslmode=require"
    assert database.worker == "postgresql://coursegen_worker@host:5433/a%20b?sslmode=require"
