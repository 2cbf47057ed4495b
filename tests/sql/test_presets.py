"""A hosted database may preset that everybody may do everything with new tables; ours end with our grants alone."""

import uuid
from collections.abc import Iterator

import pytest

from app.db.migrate import migrate
from app.db.migrations import MIGRATIONS, migration_names
from app.dev import Addresses, Database, Databases
from tests.sql.callers import Connection, connect

# Supabase's, for whatever its `postgres` makes in schema public; and the worst case, for PUBLIC.
PRESETS = """
    alter default privileges in schema public grant all on tables to anon, authenticated, service_role, public;
    alter default privileges in schema public grant all on sequences to anon, authenticated, service_role, public;
    alter default privileges in schema public grant all on functions to anon, authenticated, service_role;
"""
GRANTS = """
    select c.oid::regclass::text as thing, grantee::regrole::text, privilege_type
    from pg_class c
    cross join aclexplode(coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner)))
    where relnamespace::regnamespace::text in ('public', 'app', 'auth') and relkind in ('r', 'p', 'v', 'm', 'S')
    union all
    select attrelid::regclass || '.' || attname, grantee::regrole::text, privilege_type
    from pg_attribute
    join pg_class c on c.oid = attrelid
    cross join aclexplode(attacl)
    where relnamespace::regnamespace::text in ('public', 'app', 'auth')
    union all
    select p.oid::regprocedure::text, grantee::regrole::text, privilege_type
    from pg_proc p
    cross join aclexplode(coalesce(proacl, acldefault('f', proowner)))
    where pronamespace::regnamespace::text in ('public', 'app', 'auth')
    union all
    select nspname, grantee::regrole::text, privilege_type
    from pg_namespace
    cross join aclexplode(nspacl)
    where nspname in ('public', 'app', 'auth')
"""


@pytest.fixture
def empty(servers: Addresses) -> Iterator[Database]:
    databases = Databases(servers.postgres_dsn)
    name = f"preset_{uuid.uuid4().hex}"
    yield databases.create(name)
    databases.drop(name)


async def grants(connection: Connection) -> set[tuple[str, ...]]:
    return {tuple(row) for row in await connection.fetch(GRANTS)}


async def test_presets_of_a_hosted_database_give_nobody_a_right(root: Connection, empty: Database) -> None:
    hosted = await connect(empty.superuser)
    await hosted.execute(PRESETS)
    migrate(empty.superuser)
    found = await grants(hosted)
    await hosted.close()
    assert any("yoyo" in thing for thing, *_ in found)
    assert found == await grants(root)


async def test_without_yoyo_the_migrations_grant_the_same(root: Connection, empty: Database) -> None:
    """By psql and the Supabase CLI its tables are not there."""
    by_hand = await connect(empty.superuser)
    for name in migration_names():
        async with by_hand.transaction():
            await by_hand.execute((MIGRATIONS / f"{name}.sql").read_text(encoding="utf-8"))
    found = await grants(by_hand)
    await by_hand.close()
    assert found == {grant for grant in await grants(root) if "yoyo" not in grant[0]}
