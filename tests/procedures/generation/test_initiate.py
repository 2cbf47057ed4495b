"""generation.initiate: each answer of its contract, and what it leaves in the database and in Redis."""

import asyncio
from uuid import uuid4

import msgspec
import pytest

from app.auth.claims import Role
from app.context import SignedIn
from app.leases import SystemFull, UserLimitReached
from procedures._errors import CourseNotFound, NotYours
from procedures.generation._start import AlreadyRunning, KeyMalformed, KeyReused
from procedures.generation.cancel import CancelGenerationInput, cancel
from procedures.generation.initiate import InitiateInput, initiate
from tests.world import World

TIERS = {"trial": (5, 5), "free": (1, 1), "basic": (2, 3), "standard": (3, 5), "premium": (5, 10)}


async def test_a_course_without_files_starts_with_the_analysis_of_the_task(world: World) -> None:
    owner = await world.user()
    course = await world.course(owner)
    answer = await initiate(owner, InitiateInput(course_id=course))
    (job,) = await world.sql.fetch("select * from job_status where job_id = $1", answer.job_id)
    progress = await world.progress(course)
    assert (answer.success, answer.course_id, answer.message) == (True, course, "Генерация курса инициализирована")
    assert answer.job_id.startswith("course-gen-")
    assert (job["job_type"], job["status"], job["user_id"]) == ("structure_analysis", "waiting", owner.user_id)
    assert progress["has_documents"] is False
    assert progress["steps"][1]["name"] == "Анализ задачи"


async def test_a_course_with_a_file_starts_with_its_documents(world: World) -> None:
    owner = await world.user()
    course = await world.course(owner)
    await world.sql.execute(
        "insert into file_catalog"
        " (course_id, uploaded_by, filename, mime_type, file_type, file_size, storage_path, hash, status)"
        " values ($1, $2, 'a.md', 'text/markdown', 'md', 3, $3, repeat('0', 64), 'ready')",
        course,
        owner.user_id,
        f"{owner.claims.organization_id}/{course}/{uuid4()}",
    )
    answer = await initiate(owner, InitiateInput(course_id=course))
    assert await _job_type(world, answer.job_id) == "document_processing"
    assert (await world.progress(course))["steps"][1]["name"] == "Обработка документов"


async def test_the_answer_finds_step_one_completed_and_twenty_percent(world: World) -> None:
    owner = await world.user()
    course = await world.course(owner)
    await initiate(owner, InitiateInput(course_id=course))
    progress = await world.progress(course)
    assert progress["steps"][0]["status"] == "completed"
    assert progress["steps"][0]["name"] == "Запуск генерации"
    assert (progress["percentage"], progress["current_step"], progress["total_steps"]) == (20, 1, 5)
    assert progress["message"] == "Инициализация завершена"


async def test_the_job_carries_the_course_as_it_is_now(world: World) -> None:
    owner = await world.user()
    course = await world.course(owner, "Почва")
    answer = await initiate(owner, InitiateInput(course_id=course, webhook_url="https://lms.example.org/hook"))
    row = await world.sql.fetchval("select job from saq_jobs where key = $1", answer.job_id)
    given = msgspec.json.decode(row)["kwargs"]["input"]
    assert given["brief"]["title"] == "Почва"
    assert given["webhookUrl"] == "https://lms.example.org/hook"
    assert (given["courseId"], given["userId"]) == (str(course), str(owner.user_id))
    assert given["organizationId"] == str(owner.claims.organization_id)
    assert given["requestId"] == owner.request.id


async def test_an_unknown_course_is_not_found(world: World) -> None:
    with pytest.raises(CourseNotFound, match=r"^Course not found$"):
        await initiate(await world.user(), InitiateInput(course_id=uuid4()))


async def test_a_course_of_another_organization_answers_as_a_missing_one(world: World) -> None:
    course = await world.course(await world.user())
    with pytest.raises(CourseNotFound):
        await initiate(await world.user(), InitiateInput(course_id=course))


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.ADMIN])
async def test_a_colleagues_course_is_refused(world: World, role: Role) -> None:
    owner = await world.user()
    colleague = await world.user(owner.claims.organization_id, role)
    course = await world.course(owner)
    with pytest.raises(NotYours, match=r"^You do not have access to this course$"):
        await initiate(colleague, InitiateInput(course_id=course))


async def test_a_running_course_is_a_conflict_that_names_its_job(world: World) -> None:
    owner = await world.user()
    course = await world.course(owner)
    first = await initiate(owner, InitiateInput(course_id=course))
    with pytest.raises(AlreadyRunning) as refused:
        await initiate(owner, InitiateInput(course_id=course))
    assert refused.value.job_id == first.job_id
    assert await world.events(course) == ["duplicate_job_detected"]


async def test_the_same_key_is_given_the_first_answer_again(world: World) -> None:
    owner = await world.user()
    course = await world.course(owner)
    keyed = world.caller(owner.claims, idempotency_key="once")
    first = await initiate(keyed, InitiateInput(course_id=course))
    again = await initiate(keyed, InitiateInput(course_id=course))
    assert again == first
    assert await world.events(course) == []


async def test_the_same_key_answers_the_same_after_the_run_has_ended(world: World) -> None:
    owner = await world.user()
    course = await world.course(owner)
    keyed = world.caller(owner.claims, idempotency_key="after the end")
    first = await initiate(keyed, InitiateInput(course_id=course))
    await cancel(owner, CancelGenerationInput(course_id=course))
    assert await initiate(keyed, InitiateInput(course_id=course)) == first


async def test_the_same_key_for_another_request_is_refused(world: World) -> None:
    owner = await world.user()
    keyed = world.caller(owner.claims, idempotency_key="reused")
    await initiate(keyed, InitiateInput(course_id=await world.course(owner)))
    with pytest.raises(KeyReused):
        await initiate(keyed, InitiateInput(course_id=await world.course(owner)))


@pytest.mark.parametrize("key", ["", "x" * 256, "ключ", "tab\there"])
async def test_a_malformed_key_is_refused_before_anything_is_read(world: World, key: str) -> None:
    owner = await world.user()
    with pytest.raises(KeyMalformed):
        await initiate(world.caller(owner.claims, idempotency_key=key), InitiateInput(course_id=uuid4()))


async def test_a_key_is_its_users_own(world: World) -> None:
    one, other = await world.user(), await world.user()
    first = await initiate(
        world.caller(one.claims, idempotency_key="k"), InitiateInput(course_id=await world.course(one))
    )
    second = await initiate(
        world.caller(other.claims, idempotency_key="k"), InitiateInput(course_id=await world.course(other))
    )
    assert first.job_id != second.job_id


async def test_fifty_parallel_calls_with_one_key_are_one_run(own_world: World) -> None:
    owner = await own_world.user()
    course = await own_world.course(owner)
    keyed = own_world.caller(owner.claims, idempotency_key="fifty")
    answers = await asyncio.gather(*(initiate(keyed, InitiateInput(course_id=course)) for _ in range(50)))
    assert len({answer.job_id for answer in answers}) == 1
    assert await own_world.sql.fetchval("select count(*) from saq_jobs") == 1
    assert (await own_world.resources.slots.held()).total == 1


@pytest.mark.parametrize(("tier", "limit"), [(tier, limits[0]) for tier, limits in TIERS.items()])
async def test_fifty_parallel_calls_of_one_user_start_as_many_runs_as_the_tier_allows(
    own_world: World, tier: str, limit: int
) -> None:
    await own_world.resources.slots.set_global_limit(100)
    owner = await own_world.user(await own_world.organization(tier))
    courses = [await own_world.course(owner) for _ in range(50)]
    outcomes = await asyncio.gather(*(_started_or_refusal(own_world, owner, course) for course in courses))
    refused = [outcome for outcome in outcomes if isinstance(outcome, UserLimitReached)]
    assert (outcomes.count("started"), len(refused)) == (limit, 50 - limit)
    assert await own_world.sql.fetchval("select count(*) from generation_runs where ended_at is null") == limit
    assert await own_world.sql.fetchval("select count(*) from saq_jobs where status = 'queued'") == limit
    assert (await own_world.resources.slots.held()).total == limit


async def test_the_users_limit_is_told_with_its_numbers(own_world: World) -> None:
    owner = await own_world.user(await own_world.organization("free"))
    await initiate(owner, InitiateInput(course_id=await own_world.course(owner)))
    course = await own_world.course(owner)
    with pytest.raises(UserLimitReached) as refused:
        await initiate(owner, InitiateInput(course_id=course))
    error = refused.value
    assert error.message == "Too many concurrent jobs. FREE tier allows 1 concurrent course generation."
    assert (error.tier, error.user_limit, error.current_user_jobs) == ("FREE", 1, 1)
    assert error.retry_after is not None
    assert await own_world.events(course) == ["concurrency_limit_hit"]


async def test_the_global_limit_is_told_after_the_users(own_world: World) -> None:
    await own_world.resources.slots.set_global_limit(1)
    first, second = await own_world.user(), await own_world.user()
    await initiate(first, InitiateInput(course_id=await own_world.course(first)))
    course = await own_world.course(second)
    with pytest.raises(SystemFull) as refused:
        await initiate(second, InitiateInput(course_id=course))
    assert refused.value.message == "System at capacity. Please try again in a few minutes."
    assert (refused.value.global_limit, refused.value.global_active_jobs) == (1, 1)
    assert await own_world.events(course) == ["concurrency_limit_hit"]


async def test_a_refused_start_leaves_nothing(own_world: World) -> None:
    owner = await own_world.user(await own_world.organization("free"))
    await initiate(owner, InitiateInput(course_id=await own_world.course(owner)))
    course = await own_world.course(owner)
    with pytest.raises(UserLimitReached):
        await initiate(owner, InitiateInput(course_id=course))
    (row,) = await own_world.sql.fetch(
        "select run_id, generation_status, generation_progress from courses where id = $1", course
    )
    assert tuple(row) == (None, None, None)
    assert await own_world.sql.fetchval("select count(*) from generation_runs where course_id = $1", course) == 0


@pytest.mark.parametrize(("tier", "priority"), [(tier, limits[1]) for tier, limits in TIERS.items()])
async def test_the_tier_sets_the_priority(own_world: World, tier: str, priority: int) -> None:
    owner = await own_world.user(await own_world.organization(tier))
    answer = await initiate(owner, InitiateInput(course_id=await own_world.course(owner)))
    stored = await own_world.sql.fetchval("select priority from saq_jobs where key = $1", answer.job_id)
    shown = await own_world.sql.fetchval("select priority from job_status where job_id = $1", answer.job_id)
    assert (stored, shown) == (100 - priority, priority)


async def test_a_cancelled_course_can_be_started_again(world: World) -> None:
    owner = await world.user()
    course = await world.course(owner)
    first = await initiate(owner, InitiateInput(course_id=course))
    await cancel(owner, CancelGenerationInput(course_id=course))
    second = await initiate(owner, InitiateInput(course_id=course))
    assert second.job_id != first.job_id
    assert (await world.progress(course))["percentage"] == 20


async def _started_or_refusal(world: World, owner: SignedIn, course: object) -> object:
    """`started`, or the refusal; the rate of calls is another test's."""
    caller = world.caller(owner.claims)
    try:
        await initiate(caller, InitiateInput(course_id=course))  # type: ignore[arg-type]
    except (UserLimitReached, SystemFull) as refused:
        return refused
    return "started"


async def _job_type(world: World, job_id: str) -> str:
    return str(await world.sql.fetchval("select job_type from job_status where job_id = $1", job_id))
