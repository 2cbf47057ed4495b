"""What is noted and told: system_metrics, the history of statuses, the news of progress."""

import asyncio
import json
from datetime import datetime
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from tests.sql.callers import (
    Connection,
    Person,
    acting_as,
    colleague,
    course,
    instructor,
    organization,
    person,
    start,
)

TYPES = [
    "job_rollback",
    "orphaned_job_recovery",
    "concurrency_limit_hit",
    "worker_timeout",
    "rpc_retry_exhausted",
    "duplicate_job_detected",
]
RECORD = "select app.record_event($1, $2, $3, $4, $5)"


@pytest.fixture
async def owner(root: Connection) -> Person:
    return await instructor(root)


async def event(root: Connection, event_id: object) -> dict[str, Any]:
    row = await root.fetchrow("select * from system_metrics where id = $1", event_id)
    assert row is not None
    return dict(row)


@pytest.mark.parametrize("event_type", TYPES)
async def test_an_event_names_its_caller_and_their_course(
    root: Connection, api: Connection, owner: Person, event_type: str
) -> None:
    course_id = await course(root, owner)
    async with acting_as(api, owner):
        event_id = await api.fetchval(RECORD, event_type, "warn", course_id, "job-1", {"tier": "FREE"})
    row = await event(root, event_id)
    assert (row["user_id"], row["organization_id"], row["course_id"]) == (
        owner.user_id,
        owner.organization_id,
        course_id,
    )
    assert (row["event_type"], row["severity"], row["job_id"], row["metadata"]) == (
        event_type,
        "warn",
        "job-1",
        {"tier": "FREE"},
    )


async def test_a_workers_event_names_the_courses_owner(root: Connection, worker: Connection, owner: Person) -> None:
    course_id = await course(root, owner)
    row = await event(root, await worker.fetchval(RECORD, "worker_timeout", "error", course_id, "job-1", {}))
    assert (row["user_id"], row["organization_id"]) == (owner.user_id, owner.organization_id)


async def test_another_organizations_course_is_left_out_of_an_event(
    root: Connection, api: Connection, owner: Person
) -> None:
    foreign = await course(root, await instructor(root))
    async with acting_as(api, owner):
        event_id = await api.fetchval(RECORD, "job_rollback", "error", foreign, None, None)
    row = await event(root, event_id)
    assert (row["course_id"], row["organization_id"], row["user_id"]) == (None, owner.organization_id, owner.user_id)


async def test_only_a_superadmin_notes_superadmin_actions(root: Connection, api: Connection, owner: Person) -> None:
    superadmin = await person(root, await organization(root), "superadmin")
    course_id = await course(root, owner)
    async with acting_as(api, superadmin):
        event_id = await api.fetchval(RECORD, "superadmin_action", "info", course_id, None, {"what": "read"})
    row = await event(root, event_id)
    assert (row["user_id"], row["organization_id"]) == (superadmin.user_id, owner.organization_id)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with acting_as(api, await colleague(root, owner, "admin")):
            await api.fetchval(RECORD, "superadmin_action", "info", None, None, None)


@pytest.mark.parametrize("claims", [None, "", '{"user_id": null, "role": "admin"}', '{"role": "superadmin"}'])
@pytest.mark.parametrize("role", ["authenticated", "app_superadmin"])
async def test_nobody_without_a_user_notes_an_event(api: Connection, role: str, claims: str | None) -> None:
    async with api.transaction():
        await api.execute(f"set local role {role}")
        if claims is not None:
            await api.execute("select set_config('request.jwt.claims', $1, true)", claims)
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="signed-in"):
            await api.fetchval(RECORD, "job_rollback", "error", None, None, None)


@pytest.mark.parametrize(("event_type", "severity"), [("other", "info"), ("job_rollback", "debug")])
async def test_an_unknown_type_or_severity_is_refused(
    api: Connection, owner: Person, event_type: str, severity: str
) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        async with acting_as(api, owner):
            await api.fetchval(RECORD, event_type, severity, None, None, None)


@pytest.mark.parametrize("statement", ["update {} set metadata = '{{}}'", "delete from {}"])
@pytest.mark.parametrize("table", ["system_metrics", "generation_status_history"])
@pytest.mark.parametrize("role", ["authenticated", "app_superadmin", "service_role"])
async def test_nobody_changes_what_was_noted(root: Connection, role: str, table: str, statement: str) -> None:
    async with root.transaction():
        await root.execute(f"set local role {role}")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await root.execute(statement.format(table))


@pytest.mark.parametrize("statement", ["update {} set metadata = '{{}}'", "delete from {}"])
@pytest.mark.parametrize("table", ["system_metrics", "generation_status_history"])
async def test_a_function_of_the_owner_changes_nothing_either(
    root: Connection, api: Connection, owner: Person, table: str, statement: str
) -> None:
    await start(api, owner, await course(root, owner))
    async with root.transaction():
        await root.execute("set local role app_owner")
        assert (await root.execute(statement.format(table))).split()[-1] == "0"


async def test_an_event_outlives_its_course(root: Connection, api: Connection, owner: Person) -> None:
    course_id = await course(root, owner)
    async with acting_as(api, owner):
        event_id = await api.fetchval(RECORD, "job_rollback", "error", course_id, None, None)
    await root.execute("delete from courses where id = $1", course_id)
    assert (await event(root, event_id))["course_id"] == course_id


async def test_the_history_tells_who_moved_a_course_and_from_where(
    root: Connection, api: Connection, worker: Connection, owner: Person
) -> None:
    run = await start(api, owner, await course(root, owner))
    await worker.fetchval("select app.fail_run($1, 'lost')", run.run_id)
    rows = await root.fetch(
        "select * from generation_status_history where course_id = $1 order by changed_at", run.course_id
    )
    assert [(r["old_status"], r["new_status"], r["changed_by"], r["trigger_source"]) for r in rows] == [
        (None, "pending", owner.user_id, "authenticated"),
        ("pending", "initializing", owner.user_id, "authenticated"),
        ("initializing", "failed", None, "service_role"),
    ]
    assert {r["metadata"]["run_id"] for r in rows} == {str(run.run_id)}
    assert {(r["organization_id"], r["course_user_id"]) for r in rows} == {(owner.organization_id, owner.user_id)}


async def test_a_course_made_with_a_status_has_it_in_its_history(root: Connection, owner: Person) -> None:
    made = await course(root, owner, generation_status="pending")
    await course(root, owner)
    rows = await root.fetch("select h.* from generation_status_history h where h.course_user_id = $1", owner.user_id)
    assert [(r["course_id"], r["old_status"], r["new_status"]) for r in rows] == [(made, None, "pending")]


async def test_the_history_goes_with_its_course_and_follows_its_owner(
    root: Connection, api: Connection, owner: Person
) -> None:
    run = await start(api, owner, await course(root, owner))
    other = await colleague(root, owner)
    await root.execute("update courses set user_id = $2 where id = $1", run.course_id, other.user_id)
    count = "select count(*) from generation_status_history where course_id = $1 and course_user_id = $2"
    assert await root.fetchval(count, run.course_id, other.user_id) == 2
    await root.execute("delete from courses where id = $1", run.course_id)
    assert await root.fetchval(count, run.course_id, other.user_id) == 0


async def news_of(root: Connection) -> "asyncio.Queue[Any]":
    told: asyncio.Queue[Any] = asyncio.Queue()
    await root.add_listener("coursegen_progress", lambda *news: told.put_nowait(json.loads(str(news[3]))))
    return told


async def test_every_change_of_progress_is_told_without_files_and_metadata(
    root: Connection, api: Connection, worker: Connection, owner: Person
) -> None:
    run = await start(api, owner, await course(root, owner))
    told = await news_of(root)
    shown = await worker.fetchval(
        "select update_course_progress($1, 2, 'in_progress', 'Анализ задачи начался', p_metadata => $2)",
        run.course_id,
        {"model": "a"},
    )
    news = await asyncio.wait_for(told.get(), 5)
    when = await root.fetchval("select last_progress_update from courses where id = $1", run.course_id)
    assert datetime.fromisoformat(news.pop("updated_at")) == when
    assert news == {
        "course_id": str(run.course_id),
        "run_id": str(run.run_id),
        "generation_status": "analyzing_task",
        "progress": {key: value for key, value in shown.items() if key not in ("files", "metadata")},
    }


async def test_a_progress_too_large_to_tell_is_told_as_a_hint(
    root: Connection, worker: Connection, owner: Person
) -> None:
    course_id = await course(root, owner)
    told = await news_of(root)
    await worker.execute("select update_course_progress($1, 1, 'completed', $2)", course_id, "ж" * 4000)
    assert await asyncio.wait_for(told.get(), 5) == {"course_id": str(course_id), "refetch": True}


async def test_a_change_of_other_columns_is_not_told(root: Connection, owner: Person) -> None:
    course_id = await course(root, owner)
    told = await news_of(root)
    await root.execute("update courses set title = 'Other', generation_status = null where id = $1", course_id)
    await root.execute("select pg_notify('coursegen_progress', $1)", json.dumps(str(uuid4())))
    assert isinstance(await asyncio.wait_for(told.get(), 5), str)
