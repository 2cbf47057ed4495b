"""sql/schema.sql is what the migrations make, and what they make keeps the rules of reliability.md section 4."""

import re
from pathlib import Path
from typing import Any

import pytest
import sqlparse

import sql
from app.dev import Database
from tests.sql.callers import Connection
from tests.sql.dump import schema_of

FOLDER = Path(sql.__path__[0])

# Tables that carry no organization_id, and why.
NO_TENANT = {
    "app.counters": "sums over all tenants, for /metrics",
    "app.tiers": "reference data, the same for all",
    "app.audit_chain": "hashes of the platform's own audit trail; the tenant stands in the event",
    "app.audit_head": "one row: where the chain ends",
    "app.global_limit": "one row: the platform's",
    "public.organizations": "is the tenant: its id",
    "public.saq_jobs": "the queue's: read by workers alone, the tenant stands in job_status",
    "public.saq_stats": "the queue's: workers",
    "public.saq_versions": "the queue's: one number",
}
# Functions that run with their owner's rights, and why.
DEFINERS = {
    "app.abandon_run": "a caller gives up a run of their own",
    "app.account_storage": "storage_used_bytes is nobody's to write",
    "app.cancel_job": "runs and jobs are nobody's to write",
    "app.cancel_run": "runs and jobs are nobody's to write",
    "app.claim_webhooks": "what signs and what is sent are for workers alone, and nobody's to write",
    "app.change_role": "users.role is nobody's to write",
    "app.claim_run": "runs and progress are nobody's to write",
    "app.confirm_role": "reads the caller's own row, whatever the token says of them",
    "app.count_files": "all of an organization know the number, not all may read the rows",
    "app.count_ended_run": "the counters are nobody's to write",
    "app.count_event": "the counters are nobody's to write",
    "app.count_reaper_work": "the counters are nobody's to write",
    "app.delete_file": "tells who may see the course why its file stays, under a lock of the course",
    "app.enqueue_job": "the queue is nobody's to write",
    "app.keep_a_superadmin": "looks for superadmins in every organization",
    "app.keep_files_in_use": "looks for a run and locks a course, whoever deletes the file",
    "app.limit_files_per_course": "locks a course that the uploader may not write",
    "app.link_audit": "the chain of the audit trail is nobody's to write",
    "app.note_webhook": "the outbox is nobody's to write",
    "app.record_webhook": "the outbox is nobody's to write",
    "app.redeliver_webhook": "the outbox is nobody's to write",
    "app.rotate_webhook_secret": "what signs is nobody's to read or write",
    "app.webhooks_waiting": "/metrics tells sums over all tenants, and has no user",
    "app.live_workers": "readiness is asked for before anyone has signed in",
    "app.operating_figures": "/metrics tells sums over all tenants, and has no user",
    "app.record_event": "system_metrics is nobody's to write",
    "app.retry_exhausted_job": "the queue is nobody's to write",
    "app.record_status_change": "the history is nobody's to write",
    "app.record_superadmin_change": "system_metrics is nobody's to write",
}
# Those of them that callers who are signed in can run, and a superadmin besides.
DEFINERS_FOR_CALLERS = {
    *("app.abandon_run", "app.cancel_job", "app.cancel_run", "app.change_role", "app.claim_run", "app.confirm_role"),
    *("app.count_files", "app.delete_file", "app.enqueue_job", "app.live_workers", "app.record_event"),
    *("app.redeliver_webhook", "app.rotate_webhook_secret"),
}
DEFINERS_FOR = {
    "authenticated": DEFINERS_FOR_CALLERS,
    "app_superadmin": DEFINERS_FOR_CALLERS | {"app.retry_exhausted_job"},
}
OURS = "pg_catalog.pg_get_userbyid(c.relowner) = 'app_owner' and c.relkind = 'r'"


async def column(root: Connection, query: str, *values: Any) -> list[Any]:
    return [row[0] for row in await root.fetch(query, *values)]


async def test_the_dump_equals_the_migrations(root: Connection, database: Database) -> None:
    if root.get_server_version().major < 16:
        pytest.skip("PostgreSQL 15 prints the same view in other words")
    assert schema_of(database.superuser) == (FOLDER / "schema.sql").read_text(encoding="utf-8"), (
        "run `python -m tests.sql.dump > sql/schema.sql`"
    )


def test_each_migration_has_a_version_of_its_own() -> None:
    """The Supabase CLI keeps the digits alone as a migration's key."""
    names = [path.stem for path in (FOLDER / "migrations").glob("*.sql")]
    versions = [name.split("_", 1)[0] for name in names]
    assert all(len(version) == 14 and version.isdigit() for version in versions)
    assert len(set(versions)) == len(versions)


def test_yoyos_splitter_loses_nothing_of_a_migration() -> None:
    for path in (FOLDER / "migrations").glob("*.sql"):
        text = path.read_text(encoding="utf-8")
        statements = sqlparse.split(text)
        assert "".join("".join(statements).split()) == "".join(text.split())
        assert all(statement.count("$$") % 2 == 0 for statement in statements), path.name


async def test_every_table_is_ours_or_yoyos(root: Connection) -> None:
    others = await column(
        root,
        "select relname from pg_class c where relkind in ('r', 'p') and relnamespace in "
        "('public'::regnamespace, 'app'::regnamespace, 'auth'::regnamespace) "
        "and pg_get_userbyid(relowner) <> 'app_owner'",
    )
    assert all("yoyo" in name for name in others)


async def test_every_table_enables_and_forces_row_level_security(root: Connection) -> None:
    tables = await root.fetch(
        f"select oid::regclass, relrowsecurity, relforcerowsecurity from pg_class c where {OURS}"  # noqa: S608  ours
    )
    assert tables
    assert [row[0] for row in tables if not (row[1] and row[2])] == []


async def test_every_table_names_its_tenant_first_in_an_index(root: Connection) -> None:
    """Policies compare organization_id: without an index each would read the whole table."""
    tables = await root.fetch(
        f"""
        select n.nspname || '.' || c.relname as name, a.attnum is not null as carries, exists (
            select from pg_index i where i.indrelid = c.oid and i.indkey[0] = a.attnum
        ) as indexed
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        left join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id'
        where {OURS}
        """  # noqa: S608  a constant from above
    )
    assert {row["name"] for row in tables if not row["carries"]} == set(NO_TENANT)
    unindexed = [row["name"] for row in tables if row["carries"] and not row["indexed"]]
    assert unindexed == []


async def test_foreign_keys_between_tenants_tables_hold_the_tenant_too(root: Connection) -> None:
    """The checks of foreign keys bypass row-level security: one by id alone could point into another organization."""
    keys = await column(
        root,
        """
        select conrelid::regclass || ': ' || pg_get_constraintdef(k.oid)
        from pg_constraint k
        join pg_attribute a on a.attrelid = k.conrelid and a.attname = 'organization_id'
        where contype = 'f' and confrelid <> 'public.organizations'::regclass and not a.attnum = any (conkey)
        """,
    )
    assert keys == []


async def test_no_policy_is_for_everybody_and_each_role_has_one_per_verb(root: Connection) -> None:
    policies = await root.fetch("select schemaname, tablename, roles::text[], cmd, permissive from pg_policies")
    keys = [(row["schemaname"], row["tablename"], role, row["cmd"]) for row in policies for role in row["roles"]]
    assert {role for _, _, role, _ in keys} <= {
        "authenticated",
        "app_superadmin",
        "service_role",
        "app_owner",
        "supabase_auth_admin",
    }
    assert len(keys) == len(set(keys))
    assert all(row["permissive"] == "PERMISSIVE" and len(row["roles"]) == 1 for row in policies)
    assert {role for _, _, role, verb in keys if verb == "ALL"} == {"service_role", "app_owner"}  # machines see all


async def test_no_policy_says_its_condition_twice(root: Connection) -> None:
    """USING alone holds for the changed row too; a copy of it in WITH CHECK could only come to differ."""
    query = "select tablename || '.' || policyname from pg_policies where qual = with_check"
    assert await column(root, query) == []


async def test_tenants_policies_compare_columns_with_claims_read_once(root: Connection) -> None:
    """Claims stand in scalar sub-selects, which run once a statement, and nothing else is called."""
    policies = await root.fetch(
        "select tablename, cmd, coalesce(qual, '') || ' ' || coalesce(with_check, '') as text from pg_policies "
        "where roles = '{authenticated}' and schemaname = 'public'"
    )
    assert policies
    for policy in policies:
        text = policy["text"]
        assert "organization_id" in text
        calls = text.count("current_setting(")
        assert calls == text.count("request.jwt.claims")
        assert calls == len(re.findall(r"\( SELECT \(+NULLIF\(current_setting\(", text))
        assert "app." not in text
        assert "users" not in text


async def test_no_function_is_for_everybody_or_finds_names_by_the_callers_path(root: Connection) -> None:
    functions = await root.fetch(
        """
        select
            n.nspname || '.' || p.proname as name,
            p.prosecdef,
            p.proconfig,
            exists (
                select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee = 0
            ) as open
        from pg_proc p
        join pg_namespace n on n.oid = p.pronamespace
        where n.nspname in ('app', 'public', 'auth')
        """
    )
    assert [row["name"] for row in functions if row["open"]] == []
    assert [row["name"] for row in functions if row["proconfig"] != ['search_path=""']] == []
    assert {row["name"] for row in functions if row["prosecdef"]} == set(DEFINERS)


@pytest.mark.parametrize("role", DEFINERS_FOR)
async def test_a_caller_runs_few_functions_with_their_owners_rights(root: Connection, role: str) -> None:
    functions = await column(
        root,
        """
        select pronamespace::regnamespace || '.' || proname
        from pg_proc
        where prosecdef
          and pronamespace::regnamespace::text in ('app', 'public', 'auth')
          and has_function_privilege($1, oid, 'execute')
        """,
        role,
    )
    assert set(functions) == DEFINERS_FOR[role]


async def test_no_policy_calls_a_function_of_ours(root: Connection) -> None:
    """Whoever it is for: it would run for each row, and hide what the policy says."""
    policies = await root.fetch(
        "select policyname, coalesce(qual, '') || ' ' || coalesce(with_check, '') as text from pg_policies"
    )
    ours = await column(root, "select proname from pg_proc where pronamespace::regnamespace::text in ('app', 'public')")
    called = [(policy["policyname"], name) for policy in policies for name in ours if f"{name}(" in policy["text"]]
    assert called == []


async def test_views_act_for_their_reader(root: Connection) -> None:
    views = await root.fetch(
        "select relname, reloptions from pg_class where relkind in ('v', 'm') and relnamespace = 'public'::regnamespace"
    )
    assert [(row["relname"], row["reloptions"]) for row in views] == [
        ("admin_generation_dashboard", ["security_invoker=true"])
    ]


async def test_the_queues_tables_are_those_of_the_pinned_version(root: Connection) -> None:
    """Else SAQ would migrate them itself at connect."""
    from psycopg.sql import Identifier
    from saq.queue.postgres_migrations import get_migrations

    newest = get_migrations(Identifier("saq_jobs"), Identifier("saq_stats"))[-1][0]
    assert await column(root, "select version from saq_versions") == [newest]
