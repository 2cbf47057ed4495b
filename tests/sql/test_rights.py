"""Who may run and write what: by the catalog for all of it, and by trying."""

from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from tests.sql.callers import Connection, acting_as, course, instructor

CALLERS = {"authenticated", "app_superadmin"}
WORKERS = {"service_role"}
# Every function that is anyone's to run but its owner's.
MAY_RUN = {
    "public.update_course_progress": WORKERS,
    "public.custom_access_token_hook": {"supabase_auth_admin"},
    "public.get_generation_summary": CALLERS | WORKERS,
    "app.abandon_run": CALLERS,
    "app.as_iso": WORKERS,
    "app.begin_superadmin_call": {"app_superadmin"},
    "app.cancel_job": CALLERS,
    "app.cancel_run": CALLERS,
    "app.change_role": CALLERS,
    "app.check_progress_event": WORKERS,
    "app.claim_job": WORKERS,
    "app.claim_run": CALLERS,
    "app.claim_webhooks": WORKERS,
    "app.complete_job": WORKERS,
    "app.confirm_role": CALLERS,
    "app.count_files": CALLERS,
    "app.count_reaper_work": WORKERS,
    "app.delete_file": CALLERS,
    "app.enqueue_job": CALLERS | WORKERS,
    "app.event_rank": WORKERS,
    "app.fail_run": WORKERS,
    "app.finish_run": WORKERS,
    "app.generation_moves": WORKERS,
    "app.generation_steps": WORKERS,
    "app.file_entry": WORKERS,
    "app.file_progress": WORKERS,
    "app.files_after": WORKERS,
    "app.initial_progress": WORKERS,
    "app.is_late": WORKERS,
    "app.live_workers": CALLERS | {"anon"},
    "app.lock_global_limit": {"app_superadmin"} | WORKERS,
    "app.lock_held_run": WORKERS,
    "app.lock_run": WORKERS,
    "app.operating_figures": {"anon"},
    "app.progress": WORKERS,
    "app.progress_after": WORKERS,
    "app.record_event": CALLERS | WORKERS,
    "app.record_webhook": WORKERS,
    "app.redeliver_webhook": CALLERS,
    "app.retry_exhausted_job": {"app_superadmin"},
    "app.retry_job": WORKERS,
    "app.rotate_webhook_secret": CALLERS,
    "app.status_after": WORKERS,
    "app.step_after": WORKERS,
    "app.stuck_after": CALLERS | WORKERS,
    "app.webhooks_waiting": {"anon"},
}
ROLES = ["anon", "authenticated", "app_superadmin", "service_role", "supabase_auth_admin"]
LOGINS = {"coursegen_api": {"anon", "authenticated", "app_superadmin"}, "coursegen_worker": {"service_role"}}
NEVER_WRITABLE = {
    "organizations": ["tier", "storage_used_bytes", "storage_quota_bytes", "id", "created_at"],
    "users": ["role", "created_at"],
    "courses": [
        "generation_progress",
        "generation_status",
        "generation_started_at",
        "generation_completed_at",
        "last_progress_update",
        "run_id",
        "webhook_url",
        "error_message",
        "error_details",
        "created_at",
    ],
    "file_catalog": ["extracted_text", "created_at", "lost_at"],
}
ONLY_READ = [
    "generation_runs",
    "job_status",
    "system_metrics",
    "generation_status_history",
    "webhook_deliveries",
    "app.tiers",
]
UNSEEN = ["app.counters", "app.webhook_secrets", "app.disabled_webhooks", "saq_jobs", "saq_stats", "saq_versions"]


async def test_each_function_is_for_those_named_and_nobody_else(root: Connection) -> None:
    rows = await root.fetch(
        """
        select n.nspname || '.' || p.proname as name, array(
            select role from unnest($1::text[]) as role where has_function_privilege(role, p.oid, 'execute')
        ) as roles
        from pg_proc p
        join pg_namespace n on n.oid = p.pronamespace
        where n.nspname in ('app', 'public')
        """,
        ROLES,
    )
    assert {row["name"]: set(row["roles"]) for row in rows if row["roles"]} == MAY_RUN


@pytest.mark.parametrize("login", LOGINS)
async def test_a_login_has_no_right_of_its_own_and_becomes_its_roles_alone(root: Connection, login: str) -> None:
    attributes = await root.fetchrow(
        "select rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication from pg_roles "
        "where rolname = $1",
        login,
    )
    assert attributes is not None
    assert not any(attributes)
    members = await root.fetch(
        "select roleid::regrole::text from pg_auth_members where member = $1::text::regrole", login
    )
    assert {row[0] for row in members} == LOGINS[login]


@pytest.mark.parametrize("login", LOGINS)
@pytest.mark.parametrize("statement", ["select count(*) from courses", "select app.stuck_after()"])
async def test_a_login_without_a_role_can_do_nothing(
    api: Connection, worker: Connection, login: str, statement: str
) -> None:
    connection = {"coursegen_api": api, "coursegen_worker": worker}[login]
    await connection.execute("reset role")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.fetchval(statement)


@pytest.mark.parametrize("role", ["service_role", "app_owner", "supabase_auth_admin"])
async def test_the_apis_login_never_becomes_a_role_that_sees_all(api: Connection, role: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await api.execute(f"set role {role}")


async def test_nobody_owns_or_passes_by_the_policies(root: Connection) -> None:
    rows = await root.fetch(
        "select rolname from pg_roles where rolname = any ($1) and (rolbypassrls or rolsuper or rolcanlogin)",
        [*ROLES, "app_owner"],
    )
    assert rows == []


async def test_anon_sees_no_table(root: Connection) -> None:
    rows = await root.fetch(
        """
        select c.oid::regclass::text
        from pg_class c
        where c.relnamespace in ('public'::regnamespace, 'app'::regnamespace)
          and c.relkind in ('r', 'v', 'S')
          and case c.relkind
              when 'S' then has_sequence_privilege('anon', c.oid, 'usage,select,update')
              else has_any_column_privilege('anon', c.oid, 'select,insert,update,references')
                  or has_table_privilege('anon', c.oid, 'delete,truncate,trigger')
          end
        """
    )
    assert rows == []


@pytest.mark.parametrize("verb", ["insert", "update"])
@pytest.mark.parametrize("table", NEVER_WRITABLE)
async def test_what_functions_keep_is_never_written_by_hand(root: Connection, table: str, verb: str) -> None:
    writable = [
        name
        for name in NEVER_WRITABLE[table]
        if await root.fetchval("select has_column_privilege('authenticated', $1, $2, $3)", table, name, verb)
    ]
    assert writable == []


@pytest.mark.parametrize("role", ["authenticated", "app_superadmin"])
async def test_a_file_is_never_moved(root: Connection, role: str) -> None:
    assert not await root.fetchval("select has_column_privilege($1, 'file_catalog', 'storage_path', 'update')", role)


@pytest.mark.parametrize("role", ["app_superadmin", "service_role"])
async def test_nobody_but_a_function_will_give_a_role(root: Connection, role: str) -> None:
    for verb in ("insert", "update"):
        assert not await root.fetchval("select has_column_privilege($1, 'users', 'role', $2)", role, verb)


@pytest.mark.parametrize("table", [*ONLY_READ, *UNSEEN])
async def test_callers_write_nothing_of_the_machinery(root: Connection, table: str) -> None:
    for right in ("insert", "update"):
        assert not await root.fetchval("select has_any_column_privilege('authenticated', $1, $2)", table, right)
    for right in ("delete", "truncate"):
        assert not await root.fetchval("select has_table_privilege('authenticated', $1, $2)", table, right)
    seen = await root.fetchval("select has_any_column_privilege('authenticated', $1, 'select')", table)
    assert seen is (table in ONLY_READ)


@pytest.mark.parametrize("secret", ["slot_token", "idempotency_key", "webhook_url"])
async def test_a_runs_secrets_are_not_for_reading(root: Connection, secret: str) -> None:
    for role in CALLERS:
        assert not await root.fetchval("select has_column_privilege($1, 'generation_runs', $2, 'select')", role, secret)


@pytest.mark.parametrize("role", ["anon", "authenticated", "app_superadmin"])
async def test_progress_is_for_workers_alone(api: Connection, role: str) -> None:
    async with api.transaction():
        await api.execute(f"set local role {role}")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await api.execute("select update_course_progress($1, 1, 'completed', 'x')", uuid4())


async def test_an_owner_can_not_write_their_courses_generation(root: Connection, api: Connection) -> None:
    owner = await instructor(root)
    course_id = await course(root, owner)
    for change in ("generation_status = 'completed'", "run_id = null", "generation_progress = '{}'"):
        async with acting_as(api, owner):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await api.execute(f"update courses set {change} where id = $1", course_id)  # noqa: S608  ours


async def test_children_of_a_course_take_its_tenant_and_owner_from_it(root: Connection, worker: Connection) -> None:
    owner = await instructor(root)
    course_id = await course(root, owner)
    section = await worker.fetchval(
        "insert into sections (course_id, title, order_index) values ($1, 'S', 1) returning id", course_id
    )
    lesson = await worker.fetchval(
        "insert into lessons (section_id, title, order_index) values ($1, 'L', 1) returning id", section
    )
    await worker.execute("insert into lesson_content (lesson_id, text_content) values ($1, 'text')", lesson)
    for table in ("sections", "lessons", "lesson_content"):
        row: Any = await root.fetchrow(
            f"select organization_id, course_id, course_user_id from {table} where course_id = $1",  # noqa: S608  ours
            course_id,
        )
        assert tuple(row) == (owner.organization_id, course_id, owner.user_id)


async def test_a_child_can_not_be_put_under_another_tenants_course(root: Connection, api: Connection) -> None:
    owner, stranger = await instructor(root), await instructor(root)
    course_id = await course(root, owner)
    insert = """
        insert into sections (organization_id, course_id, course_user_id, title, order_index)
        values ($1, $2, $3, 'S', 1)
    """
    claims = [(owner.organization_id, owner.user_id), (stranger.organization_id, stranger.user_id), (None, None)]
    for organization_id, user_id in claims:
        with pytest.raises(asyncpg.PostgresError):
            async with acting_as(api, stranger):
                await api.execute(insert, organization_id, course_id, user_id)
    assert await root.fetchval("select count(*) from sections where course_id = $1", course_id) == 0
