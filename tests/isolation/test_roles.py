"""What the two logins can become, what PUBLIC may do, and how the schema is locked."""

import asyncpg
import pytest

from tests.isolation.callers import CALLERS, Connection

MAY_BECOME = {"api": {"anon", "authenticated", "app_superadmin"}, "worker": {"service_role"}}
_OURS = "nspname in ('public', 'app', 'auth')"


@pytest.mark.parametrize("login", MAY_BECOME)
async def test_a_login_becomes_only_the_roles_it_was_given(
    root: Connection, logins: dict[str, Connection], login: str
) -> None:
    roles = {record["rolname"] for record in await root.fetch("select rolname from pg_roles")}
    became = {role for role in roles if await _succeeds(logins[login], f'set local role "{role}"')}
    assert became == MAY_BECOME[login] | {f"coursegen_{login}"}


@pytest.mark.parametrize("caller", CALLERS)
async def test_after_reset_role_a_transaction_becomes_nobody_else(logins: dict[str, Connection], caller: str) -> None:
    connection = logins[CALLERS[caller].login]
    other = "service_role" if CALLERS[caller].login == "api" else "app_superadmin"
    for role in (other, "app_owner", "supabase_auth_admin"):
        assert not await _succeeds(connection, f"{CALLERS[caller].begin}; reset role; set role {role}")
        assert not await _succeeds(connection, f"{CALLERS[caller].begin}; set session authorization {role}")


@pytest.mark.parametrize("login", MAY_BECOME)
async def test_a_login_has_no_right_of_its_own(root: Connection, logins: dict[str, Connection], login: str) -> None:
    for table in await _names(root, "relation", "relkind in ('r', 'v')"):
        assert not await _succeeds(logins[login], f"select from {table}")


async def test_no_role_of_ours_passes_by_the_policies(root: Connection) -> None:
    wanted = [*MAY_BECOME["api"], *MAY_BECOME["worker"], "app_owner", "coursegen_api", "coursegen_worker"]
    strong = "rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication or rolinherit"
    query = f"select rolname from pg_roles where rolname = any ($1) and ({strong})"  # noqa: S608  a constant
    assert await root.fetch(query, wanted) == []


async def test_public_may_execute_read_or_create_nothing_of_ours(root: Connection) -> None:
    found = await root.fetch(
        f"""
        select p.oid::regprocedure::text as name, privilege_type
        from pg_proc p
        join pg_namespace n on n.oid = pronamespace
        cross join aclexplode(coalesce(proacl, acldefault('f', proowner)))
        where grantee = 0 and {_OURS}
        union all
        select c.oid::regclass::text, privilege_type
        from pg_class c
        join pg_namespace n on n.oid = relnamespace
        cross join aclexplode(relacl)
        where grantee = 0 and {_OURS}
        union all
        select nspname, privilege_type
        from pg_namespace
        cross join aclexplode(nspacl)
        where grantee = 0 and {_OURS} and (nspname, privilege_type) <> ('public', 'USAGE')
        """  # noqa: S608  a constant
    )
    assert [tuple(record) for record in found] == []


async def test_a_function_made_later_is_for_nobody_by_default(root: Connection) -> None:
    async with _rolled_back(root):
        await root.execute("set local role app_owner; create function app.later() returns int language sql return 1")
        assert not await root.fetchval("select has_function_privilege('anon', 'app.later()', 'execute')")


async def test_every_table_forces_its_policies_and_every_view_asks_as_its_reader(root: Connection) -> None:
    ours = "relowner = 'app_owner'::regrole"
    assert (
        await _names(root, "relation", f"relkind = 'r' and {ours} and not (relrowsecurity and relforcerowsecurity)")
        == []
    )
    views = "relkind in ('v', 'm') and not coalesce(reloptions @> '{security_invoker=true}', false)"
    assert await _names(root, "relation", views) == []


async def test_every_function_that_runs_as_its_owner_has_a_fixed_search_path(root: Connection) -> None:
    found = await root.fetch(
        f"""
        select p.oid::regprocedure::text as name
        from pg_proc p
        join pg_namespace n on n.oid = pronamespace
        where {_OURS} and prosecdef
            and (proowner <> 'app_owner'::regrole or not coalesce('search_path=""' = any (proconfig), false))
        """  # noqa: S608  a constant
    )
    assert [record["name"] for record in found] == []


async def test_every_policy_names_its_role_and_those_of_tenants_one_verb(root: Connection) -> None:
    found = await root.fetch(
        """
        select tablename, policyname
        from pg_policies
        where 'public' = any (roles) or permissive <> 'PERMISSIVE' or ('authenticated' = any (roles) and cmd = 'ALL')
        """
    )
    assert [tuple(record) for record in found] == []


async def _names(root: Connection, column: str, where: str) -> list[str]:
    query = f"""
        select c.oid::regclass::text as {column}
        from pg_class c
        join pg_namespace n on n.oid = relnamespace
        where {_OURS} and {where}
    """  # noqa: S608  constants of this file
    return [record[column] for record in await root.fetch(query)]


class _rolled_back:
    """A transaction that leaves nothing."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def __aenter__(self) -> None:
        await self._connection.execute("BEGIN")

    async def __aexit__(self, *_: object) -> None:
        await self._connection.execute("ROLLBACK")


async def _succeeds(connection: Connection, sql: str) -> bool:
    opened = sql if sql.startswith("BEGIN") else f"BEGIN; {sql}"
    try:
        await connection.execute(opened)
    except asyncpg.InsufficientPrivilegeError:
        return False
    finally:
        await connection.execute("ROLLBACK")
    return True
