"""The oracle sees what it is there for: each invariant is broken by hand, and named."""

from uuid import uuid4

import pytest

from app.leases import Lease
from tests.faults.oracle import violations
from tests.work.life import Life

pytestmark = pytest.mark.unwatched("what is wrong here is meant to be")

BREAKS = {
    "I2": "delete from saq_jobs",
    "I3: step": "insert into job_status"
    " (job_id, run_id, job_type, organization_id, course_id, user_id, status, priority, max_attempts)"
    " select number, run_id, 'finalization', organization_id, course_id, user_id, 'completed', 1, 1"
    " from job_status, unnest('{a,b}'::text[]) as number",
    "I3: user": "alter table generation_runs drop constraint generation_runs_user_id_idempotency_key_key;"
    " insert into generation_runs"
    " (course_id, organization_id, user_id, tier, slot_token, idempotency_key, state, ended_at)"
    " select course_id, organization_id, user_id, tier, slot_token, 'one', 'failed', now()"
    " from generation_runs, generate_series(1, 2)",
    "I4: run": "alter table generation_runs disable trigger all; insert into users (id, email, organization_id, role)"
    " select gen_random_uuid(), 'other@example.org', organization_id, 'instructor' from generation_runs;"
    " update generation_runs set user_id = (select id from users where email = 'other@example.org')",
    "I4: job": "alter table job_status disable trigger all; update job_status set user_id = gen_random_uuid()",
    "I4: file": "alter table file_catalog disable trigger all; insert into file_catalog"
    " (id, organization_id, course_id, course_user_id, uploaded_by, filename, mime_type, file_type, file_size)"
    " select gen_random_uuid(), gen_random_uuid(), id, user_id, user_id, 'a', 'b', 'md', 1 from courses",
    "I8: action": "alter table system_metrics disable trigger link_audit; insert into system_metrics"
    " (event_type, severity, metadata) values ('superadmin_action', 'info', '{}')",
    "I8: the global limit": "update app.global_limit set concurrent_runs = 9",
    "I5: run": "update generation_runs set state = 'failed', ended_at = now()",
    "I7: the move": "update generation_runs set webhook_url = 'https://lms.example.org/'",
    "I7: webhook": "insert into webhook_deliveries"
    " (organization_id, course_id, course_user_id, run_id, url, payload, next_attempt_at)"
    " select organization_id, course_id, user_id, id, 'https://lms.example.org/', '{}', now() - interval '2 min'"
    " from generation_runs",
    "I5: course": "update courses set generation_status = 'failed'",
}


async def test_a_world_at_rest_breaks_nothing(life: Life) -> None:
    assert await violations(life) == []
    await life.started()
    assert await violations(life) == []


@pytest.mark.parametrize("invariant", BREAKS)
async def test_the_oracle_names_what_is_broken_in_the_database(life: Life, invariant: str) -> None:
    await life.started()
    await life.sql.execute(BREAKS[invariant])
    assert any(line.startswith(invariant) for line in await violations(life))


async def test_the_oracle_sees_a_slot_without_a_run_and_a_run_without_a_slot(life: Life) -> None:
    course = await life.started()
    leaked, user, token = uuid4(), uuid4(), uuid4()
    assert isinstance(await life.slots.acquire(leaked, user, token, "free", 1), Lease)
    assert await violations(life) == [f"I1: a slot is held by run {leaked}, which is not live"]
    await life.slots.release(leaked, token)
    run = await life.run_of(course)
    await life.slots.release(run, await life.sql.fetchval("select slot_token from generation_runs"))
    assert await violations(life) == [f"I1: run {run} is live and holds no slot"]


async def test_the_oracle_sees_a_limit_that_is_passed(life: Life) -> None:
    await life.started()
    await life.started()
    await life.slots.set_global_limit(1)
    assert await violations(life) == ["I1: 2 slots are held, 1 is the limit"]


async def test_the_oracle_sees_a_tier_whose_limit_is_passed(life: Life) -> None:
    owner = await life.user(await life.organization("free"))
    await life.started(owner)
    await life.slots.acquire(uuid4(), owner.user_id, uuid4(), "free", 2)
    assert f"I1: user {owner.user_id} holds 2 slots, 1 is the tier's limit" in await violations(life)
