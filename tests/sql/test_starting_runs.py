"""claim_run and enqueue_job: one run per key and per course, whoever comes at the same time."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from app.dev import Database
from tests.sql.callers import (
    PAYLOAD,
    Connection,
    Person,
    acting_as,
    become,
    claim,
    colleague,
    connect,
    course,
    document,
    enqueue,
    instructor,
    organization,
    person,
    progress_of,
    someone_waits_for_a_lock,
    start,
    status_of,
)


@pytest.fixture
async def owner(root: Connection) -> Person:
    return await instructor(root)


@pytest.fixture
async def course_id(root: Connection, owner: Person) -> UUID:
    return await course(root, owner)


@pytest.fixture
async def fifty(database: Database) -> AsyncIterator[list[Connection]]:
    connections = [await connect(database.api) for _ in range(50)]
    yield connections
    await asyncio.gather(*(connection.close() for connection in connections))


async def start_or_learn(api: Connection, caller: Person, course_id: UUID, key: str | None) -> dict[str, Any]:
    """Claim and enqueue in one transaction, as the service does."""
    async with acting_as(api, caller):
        outcome: dict[str, Any] = await api.fetchval(
            "select app.claim_run($1, $2, $3, $4, null, 'request-1')", course_id, uuid4(), uuid4(), key
        )
        if outcome["outcome"] == "claimed":
            await enqueue(api, UUID(outcome["run_id"]), "structure_analysis")
    return outcome


async def test_a_claim_answers_with_all_that_initiate_needs(root: Connection, api: Connection) -> None:
    owner = await instructor(root, "premium")
    fields = {
        "title": "Основы SQL",
        "language": "en",
        "style": "plain",
        "course_description": "about",
        "target_audience": "all",
        "difficulty": "easy",
        "learning_outcomes": "much",
        "estimated_lessons": 8,
        "estimated_sections": 2,
        "content_strategy": "auto",
        "output_formats": ["text"],
    }
    course_id = await course(root, owner, **fields, settings={"lesson_duration_minutes": 15})
    run_id = uuid4()
    assert await claim(api, owner, course_id, run_id=run_id) == {
        "outcome": "claimed",
        "run_id": str(run_id),
        "tier": "premium",
        "user_limit": 5,
        "priority": 10,
        "has_documents": False,
        "course": fields
        | {
            "id": str(course_id),
            "lesson_duration_minutes": 15,
            "organization_id": str(owner.organization_id),
            "user_id": str(owner.user_id),
        },
    }


async def test_a_lesson_duration_that_is_no_number_is_left_out(
    root: Connection, api: Connection, owner: Person
) -> None:
    course_id = await course(root, owner, settings={"lesson_duration_minutes": "long"})
    assert (await claim(api, owner, course_id))["course"]["lesson_duration_minutes"] is None


async def test_a_claim_brings_the_course_to_step_one_completed(
    root: Connection, api: Connection, owner: Person, course_id: UUID
) -> None:
    outcome = await claim(api, owner, course_id, webhook="https://example.com/hook")
    row = await root.fetchrow("select * from courses where id = $1", course_id)
    assert row is not None
    assert str(row["run_id"]) == outcome["run_id"]
    assert (row["generation_status"], row["webhook_url"]) == ("initializing", "https://example.com/hook")
    assert row["generation_started_at"] is not None
    assert row["generation_completed_at"] is None
    progress = row["generation_progress"]
    assert (progress["message"], progress["percentage"]) == ("Инициализация завершена", 20)
    assert [step["status"] for step in progress["steps"]] == ["completed"] + ["pending"] * 4


async def test_a_run_belongs_to_the_courses_owner_and_has_the_tier_of_the_moment(
    root: Connection, api: Connection, owner: Person, course_id: UUID
) -> None:
    run_id = UUID((await claim(api, owner, course_id))["run_id"])
    await root.execute("update organizations set tier = 'basic' where id = $1", owner.organization_id)
    run = await root.fetchrow("select * from generation_runs where id = $1", run_id)
    assert run is not None
    assert (run["user_id"], run["organization_id"]) == (owner.user_id, owner.organization_id)
    assert (run["tier"], run["state"], run["epoch"], run["request_id"]) == ("standard", "reserving", 0, "request-1")


async def test_a_new_run_starts_afresh_after_one_that_failed(
    root: Connection, api: Connection, worker: Connection, owner: Person, course_id: UUID
) -> None:
    first = await start(api, owner, course_id)
    await worker.fetchval("select app.fail_run($1, 'lost')", first.run_id)
    await document(root, course_id)
    assert (await claim(api, owner, course_id))["has_documents"] is True
    row = await root.fetchrow("select * from courses where id = $1", course_id)
    assert row is not None
    assert (row["error_message"], row["generation_completed_at"]) == (None, None)
    assert (row["generation_progress"]["percentage"], row["generation_progress"]["has_documents"]) == (20, True)
    history = await root.fetch(
        "select new_status::text from generation_status_history where course_id = $1 order by changed_at", course_id
    )
    assert [r[0] for r in history] == ["pending", "initializing", "failed", "pending", "initializing"]


async def test_a_status_that_a_lost_run_left_behind_does_not_stand_in_the_way(
    root: Connection, api: Connection, owner: Person
) -> None:
    course_id = await course(root, owner, generation_status="generating_content")
    assert (await claim(api, owner, course_id))["outcome"] == "claimed"
    assert await status_of(root, course_id) == "initializing"


async def test_a_missing_course_and_one_of_another_organization_look_the_same(
    root: Connection, api: Connection, owner: Person
) -> None:
    foreign = await course(root, await instructor(root))
    for course_id in (uuid4(), foreign):
        assert await claim(api, owner, course_id) == {"outcome": "course_not_found"}


@pytest.mark.parametrize("role", ["instructor", "admin"])
async def test_a_colleagues_course_is_not_yours(
    root: Connection, api: Connection, owner: Person, course_id: UUID, role: str
) -> None:
    assert await claim(api, await colleague(root, owner, role), course_id) == {"outcome": "not_yours"}
    assert await status_of(root, course_id) is None


async def test_a_superadmin_sees_every_course_and_starts_only_their_own(
    root: Connection, api: Connection, course_id: UUID
) -> None:
    superadmin = await person(root, await organization(root), "superadmin")
    own = await course(root, superadmin)
    assert await claim(api, superadmin, course_id) == {"outcome": "not_yours"}
    assert (await claim(api, superadmin, own))["outcome"] == "claimed"


async def test_who_became_a_student_starts_nothing(root: Connection, api: Connection, owner: Person) -> None:
    student = await colleague(root, owner, "student")
    assert await claim(api, student, await course(root, student)) == {"outcome": "not_yours"}


async def test_the_same_key_gets_the_first_answer_again(
    root: Connection, api: Connection, worker: Connection, owner: Person, course_id: UUID
) -> None:
    run = await start(api, owner, course_id, key="k")
    first = {"outcome": "replayed", "run_id": str(run.run_id), "job_id": run.job_id}
    assert await claim(api, owner, course_id, key="k") == first
    async with worker.transaction():
        told = await worker.fetchval("select app.claim_job($1, 1)", run.job_id)
        await worker.fetchval("select app.complete_job($1, $2, $3)", run.job_id, run.run_id, told["epoch"])
        await enqueue(worker, run.run_id, "structure_generation")
    assert await claim(api, owner, course_id, key="k") == first
    await worker.fetchval("select app.fail_run($1, 'lost')", run.run_id)
    assert await claim(api, owner, course_id, key="k") == first
    assert await root.fetchval("select count(*) from generation_runs where course_id = $1", course_id) == 1


async def test_the_same_key_with_another_payload_is_refused(
    root: Connection, api: Connection, owner: Person, course_id: UUID
) -> None:
    await claim(api, owner, course_id, key="k", webhook="https://example.com/a")
    other = await course(root, owner)
    assert await claim(api, owner, course_id, key="k") == {"outcome": "key_reused"}
    assert await claim(api, owner, course_id, key="k", webhook="https://example.com/b") == {"outcome": "key_reused"}
    assert await claim(api, owner, other, key="k", webhook="https://example.com/a") == {"outcome": "key_reused"}
    assert await status_of(root, other) is None


async def test_a_key_belongs_to_its_user(root: Connection, api: Connection, owner: Person, course_id: UUID) -> None:
    other = await colleague(root, owner)
    assert (await claim(api, owner, course_id, key="k"))["outcome"] == "claimed"
    assert (await claim(api, other, await course(root, other), key="k"))["outcome"] == "claimed"


async def test_a_running_course_answers_with_its_job_and_notes_the_duplicate(
    root: Connection, api: Connection, owner: Person, course_id: UUID
) -> None:
    run = await start(api, owner, course_id)
    again = await claim(api, owner, course_id, key="other")
    assert again == {"outcome": "already_running", "run_id": str(run.run_id), "job_id": run.job_id}
    events = await root.fetch("select * from system_metrics where course_id = $1", course_id)
    assert [(e["event_type"], e["severity"], e["job_id"]) for e in events] == [
        ("duplicate_job_detected", "warn", run.job_id)
    ]
    assert (events[0]["user_id"], events[0]["organization_id"]) == (owner.user_id, owner.organization_id)


async def test_fifty_claims_with_one_key_make_one_run(
    root: Connection, fifty: list[Connection], owner: Person, course_id: UUID
) -> None:
    outcomes = await asyncio.gather(*(start_or_learn(api, owner, course_id, "k") for api in fifty))
    assert Counter(outcome["outcome"] for outcome in outcomes) == {"claimed": 1, "replayed": 49}
    assert len({outcome["run_id"] for outcome in outcomes}) == 1
    assert len({outcome["job_id"] for outcome in outcomes if outcome["outcome"] == "replayed"}) == 1
    assert await root.fetchval("select count(*) from job_status where course_id = $1", course_id) == 1


async def test_fifty_claims_of_one_course_make_one_run(
    root: Connection, fifty: list[Connection], owner: Person, course_id: UUID
) -> None:
    keys = [None, *(f"key-{n}" for n in range(49))]
    outcomes = await asyncio.gather(
        *(start_or_learn(api, owner, course_id, key) for api, key in zip(fifty, keys, strict=True))
    )
    assert Counter(outcome["outcome"] for outcome in outcomes) == {"claimed": 1, "already_running": 49}
    assert await root.fetchval("select count(*) from generation_runs where course_id = $1", course_id) == 1


async def test_one_key_for_many_courses_at_once_starts_one_of_them(
    root: Connection, fifty: list[Connection], owner: Person
) -> None:
    courses = [await course(root, owner) for _ in range(10)]
    outcomes = await asyncio.gather(
        *(start_or_learn(api, owner, course_id, "k") for api, course_id in zip(fifty, courses, strict=False))
    )
    assert Counter(outcome["outcome"] for outcome in outcomes) == {"claimed": 1, "key_reused": 9}
    started = [await progress_of(root, course_id) for course_id in courses]
    assert sum(progress is not None for progress in started) == 1


async def test_a_claim_rolled_back_leaves_the_key_to_the_one_that_waits(
    root: Connection, fifty: list[Connection], owner: Person, course_id: UUID
) -> None:
    """The second claim names another course, so it gets as far as the key itself."""
    first, second = fifty[:2]
    other = await course(root, owner)
    lost = first.transaction()
    await lost.start()
    await become(first, owner)
    await first.fetchval("select app.claim_run($1, $2, $3, 'k', null, null)", course_id, uuid4(), uuid4())
    waits = asyncio.create_task(claim(second, owner, other, key="k"))
    await someone_waits_for_a_lock(root)
    await lost.rollback()
    assert (await waits)["outcome"] == "claimed"
    assert await status_of(root, course_id) is None


async def test_a_run_id_used_twice_is_refused(
    root: Connection, api: Connection, owner: Person, course_id: UUID
) -> None:
    outcome = await claim(api, owner, course_id)
    with pytest.raises(asyncpg.UniqueViolationError, match="is taken"):
        await claim(api, owner, await course(root, owner), run_id=UUID(outcome["run_id"]))


async def test_a_job_stands_in_the_queue_and_in_job_status(
    root: Connection, api: Connection, owner: Person, course_id: UUID
) -> None:
    run = await start(api, owner, course_id)
    job = await root.fetchrow("select * from job_status where job_id = $1", run.job_id)
    queued = await root.fetchrow("select * from saq_jobs where key = $1", run.job_id)
    assert job is not None
    assert queued is not None
    assert (job["status"], job["priority"], job["max_attempts"], job["attempts"]) == ("waiting", 5, 3, 0)
    assert (job["user_id"], job["course_id"], job["run_id"]) == (owner.user_id, course_id, run.run_id)
    assert (queued["queue"], queued["status"], queued["priority"], queued["job"]) == (
        "coursegen",
        "queued",
        95,
        PAYLOAD,
    )
    assert await root.fetchval("select state from generation_runs where id = $1", run.run_id) == "queued"


@pytest.mark.parametrize("payload", [b"", b"{", b"\xff", b'{"a": "\\u0000"}', b"null", b"[]"])
async def test_a_job_that_no_worker_could_read_is_refused(
    api: Connection, owner: Person, course_id: UUID, payload: bytes
) -> None:
    """Every take reads the payload in the database: one that fails there would stop them all."""
    run_id = UUID((await claim(api, owner, course_id))["run_id"])
    async with acting_as(api, owner):
        with pytest.raises((asyncpg.DataError, asyncpg.CheckViolationError)):
            async with api.transaction():
                await enqueue(api, run_id, "structure_analysis", payload=payload)


async def test_a_job_is_due_at_once_or_when_it_is_told(
    root: Connection, api: Connection, worker: Connection, owner: Person, course_id: UUID
) -> None:
    """Due now means due by the very second, or it would sleep through its notification."""
    run = await start(api, owner, course_id)
    late = await root.fetchval(
        "select floor(extract(epoch from now()))::int - scheduled from saq_jobs where key = $1", run.job_id
    )
    assert 0 <= late < 5
    async with worker.transaction():
        await worker.execute("update job_status set status = 'completed' where job_id = $1", run.job_id)
        later = await enqueue(worker, run.run_id, "structure_generation", scheduled=2_000_000_000)
    assert await root.fetchval("select scheduled from saq_jobs where key = $1", later) == 2_000_000_000


async def test_a_job_put_in_the_queue_wakes_the_workers(
    root: Connection, api: Connection, owner: Person, course_id: UUID
) -> None:
    woken: asyncio.Queue[object] = asyncio.Queue()
    await root.add_listener("saq:coursegen", lambda *told: woken.put_nowait(told[3]))
    await start(api, owner, course_id)
    assert await asyncio.wait_for(woken.get(), 5) == "saq:enqueue"


async def test_a_second_live_job_of_a_course_is_refused(
    api: Connection, worker: Connection, owner: Person, course_id: UUID
) -> None:
    run = await start(api, owner, course_id)
    with pytest.raises(asyncpg.UniqueViolationError, match="job_status_one_live_per_course"):
        await enqueue(worker, run.run_id, "structure_generation")


async def test_a_caller_enqueues_only_for_a_run_of_their_own_that_is_being_reserved(
    root: Connection, api: Connection, owner: Person, course_id: UUID
) -> None:
    run_id = UUID((await claim(api, owner, course_id))["run_id"])
    for stranger in (await colleague(root, owner, "admin"), await instructor(root)):
        async with acting_as(api, stranger):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="is not yours"):
                async with api.transaction():
                    await enqueue(api, run_id, "structure_analysis")
    async with acting_as(api, owner):
        await enqueue(api, run_id, "structure_analysis")
        with pytest.raises(asyncpg.PostgresError, match="takes no job, it is queued") as refusal:
            async with api.transaction():
                await enqueue(api, run_id, "structure_analysis")
    assert refusal.value.sqlstate == "CG011"


async def test_a_run_that_has_ended_takes_no_job_from_a_worker(
    api: Connection, worker: Connection, owner: Person, course_id: UUID
) -> None:
    run = await start(api, owner, course_id)
    await worker.fetchval("select app.fail_run($1, 'lost')", run.run_id)
    with pytest.raises(asyncpg.PostgresError, match="takes no job, it is failed"):
        await enqueue(worker, run.run_id, "structure_generation")
