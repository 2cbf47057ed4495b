"""get_generation_summary and admin_generation_dashboard: what is read of generations, by whom."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.sql.callers import Connection, Person, acting_as, colleague, course, instructor, organization, person, start

PIPELINE = [
    "pending",
    "initializing",
    "processing_documents",
    "analyzing_task",
    "generating_structure",
    "generating_content",
    "finalizing",
    "completed",
    "failed",
    "cancelled",
]


@pytest.fixture
async def owner(root: Connection) -> Person:
    return await instructor(root)


async def summary(api: Connection, caller: Person, course_id: UUID) -> list[dict[str, Any]]:
    async with acting_as(api, caller):
        return [dict(row) for row in await api.fetch("select * from get_generation_summary($1)", course_id)]


async def test_a_summary_tells_where_a_run_is(root: Connection, api: Connection, owner: Person) -> None:
    run = await start(api, owner, await course(root, owner))
    (row,) = await summary(api, owner, run.course_id)
    assert list(row) == [
        "current_status",
        "current_step",
        "percentage",
        "started_at",
        "last_updated",
        "duration_seconds",
        "is_stuck",
        "transition_count",
    ]
    assert (row["current_status"], row["current_step"], row["percentage"]) == ("initializing", 1, 20)
    assert (row["is_stuck"], row["transition_count"]) == (False, 2)
    assert row["duration_seconds"] >= 0


async def test_a_summary_of_a_course_that_never_ran_is_empty(root: Connection, api: Connection, owner: Person) -> None:
    (row,) = await summary(api, owner, await course(root, owner))
    assert row.pop("is_stuck") is False
    assert row.pop("transition_count") == 0
    assert set(row.values()) == {None}


async def test_a_summary_is_for_who_may_read_the_course(root: Connection, api: Connection, owner: Person) -> None:
    course_id = await course(root, owner)
    superadmin = await person(root, await organization(root), "superadmin")
    for caller in (owner, await colleague(root, owner), await colleague(root, owner, "admin"), superadmin):
        assert len(await summary(api, caller, course_id)) == 1
    for caller in (await colleague(root, owner, "student"), await instructor(root)):
        assert await summary(api, caller, course_id) == []
    assert await summary(api, owner, uuid4()) == []


async def test_a_course_is_stuck_an_hour_after_its_last_news_or_as_the_setting_says(
    root: Connection, api: Connection, owner: Person
) -> None:
    run = await start(api, owner, await course(root, owner))
    await root.execute(
        "update courses set last_progress_update = now() - interval '59 minutes' where id = $1", run.course_id
    )
    assert (await summary(api, owner, run.course_id))[0]["is_stuck"] is False
    async with acting_as(api, owner):
        await api.execute("set local coursegen.stuck_after = '10 minutes'")
        assert (await api.fetchval("select is_stuck from get_generation_summary($1)", run.course_id)) is True
    await root.execute(
        "update courses set last_progress_update = now() - interval '61 minutes' where id = $1", run.course_id
    )
    assert (await summary(api, owner, run.course_id))[0]["is_stuck"] is True


@pytest.mark.parametrize("end", ["completed", "failed", "cancelled"])
async def test_what_has_ended_is_never_stuck(root: Connection, api: Connection, owner: Person, end: str) -> None:
    course_id = await course(root, owner, generation_status=end)
    await root.execute("update courses set last_progress_update = now() - interval '1 year' where id = $1", course_id)
    assert (await summary(api, owner, course_id))[0]["is_stuck"] is False


async def test_the_dashboard_counts_the_organization_in_pipeline_order(
    root: Connection, api: Connection, owner: Person
) -> None:
    for status in reversed(PIPELINE):
        course_id = await course(root, owner, generation_status=status)
        await root.execute(
            """
            update courses
            set generation_started_at = now() - interval '2 hours', generation_completed_at = now() - interval '1 hour',
                last_progress_update = now() - interval '2 hours'
            where id = $1
            """,
            course_id,
        )
    await course(root, await instructor(root), generation_status="failed")
    async with acting_as(api, await colleague(root, owner, "admin")):
        rows = [dict(row) for row in await api.fetch("select * from admin_generation_dashboard")]
    assert [row["status"] for row in rows] == PIPELINE
    assert {row["course_count"] for row in rows} == {1}
    assert {float(row["avg_duration_seconds"]) for row in rows} == {3600.0}
    assert {row["status"] for row in rows if row["stuck_count"]} == set(PIPELINE) - {"completed", "failed", "cancelled"}


async def test_a_superadmins_dashboard_counts_every_organization(
    root: Connection, api: Connection, owner: Person
) -> None:
    superadmin = await person(root, await organization(root), "superadmin")
    count = "select course_count from admin_generation_dashboard where status = 'finalizing'"
    async with acting_as(api, superadmin):
        before = await api.fetchval(count) or 0
    await course(root, owner, generation_status="finalizing")
    await course(root, await instructor(root), generation_status="finalizing")
    async with acting_as(api, superadmin):
        assert await api.fetchval(count) == before + 2
