"""admin.getDashboard: what it shows, to whom, and how fast it is at the size of a platform."""

import json
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from app.auth.claims import Role
from app.context import SignedIn
from app.db.queries import load_queries
from app.dev import Database
from tests.isolation.callers import CALLERS
from tests.procedures.calling import call, wire
from tests.world import World, make_world, settings_for

COURSES = 200_000
ORGANIZATIONS = 200
LIMIT_MS = 50
TIMES = 15
QUERIES = {
    "dashboard_statuses": "courses_generation_status",
    "dashboard_busiest": "courses_generation_active",
    "dashboard_stuck": "courses_generation_stuck",
}


@pytest.fixture(scope="module")
async def platform(
    database: Database, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """200 000 courses of 200 organizations: most have ended, some are being generated, a few of those are stuck."""
    async with make_world(settings_for(database, redis_url, tmp_path_factory.mktemp("platform"))) as made:
        await made.sql.execute("set session_replication_role = replica")
        for statement in _PLATFORM.split(";"):
            await made.sql.execute(statement, timeout=60)
        await made.sql.execute("reset session_replication_role")
        await made.sql.execute("vacuum analyze", timeout=60)
        yield made


_PLATFORM = f"""
    insert into organizations (name, tier, storage_quota_bytes)
    select 'Organization ' || n, 'standard', 1000 from generate_series(1, {ORGANIZATIONS}) n;
    insert into users (email, organization_id, role) select name, id, 'admin' from organizations;
    insert into courses (title, slug, user_id, organization_id, generation_status, generation_started_at,
        generation_completed_at, last_progress_update, course_description, generation_progress)
    select 'Course ' || n, 'c' || n, u.id, u.organization_id, s.status::generation_status, now() - interval '3 hours',
        case when s.status in ('completed', 'failed', 'cancelled') then now() - interval '2 hours' end,
        now() - make_interval(mins => n % 61), repeat('d', 300), jsonb_build_object('message', repeat('m', 400))
    from generate_series(0, {COURSES} - 1) n
    join (select *, row_number() over () - 1 as place from users) u on u.place = n / ({COURSES} / {ORGANIZATIONS})
    cross join lateral (select (array['completed', 'completed', 'completed', 'failed', 'cancelled', 'completed',
        'completed', null, 'generating_content', 'pending'])[n % 10 + 1] as status) s
"""  # noqa: S608  numbers from this file


@pytest.fixture
async def root(platform: World) -> SignedIn:
    return await platform.user(role=Role.SUPERADMIN)


async def test_every_status_is_summed_up_for_a_superadmin(platform: World, root: SignedIn) -> None:
    shown = wire(await call(platform, "admin.getDashboard", root))
    counts = {row["status"]: row["courseCount"] for row in shown["statuses"]}
    assert counts == {
        "pending": 20_000,
        "generating_content": 20_000,
        "completed": 100_000,
        "failed": 20_000,
        "cancelled": 20_000,
    }
    assert {row["avgDurationSeconds"] for row in shown["statuses"]} == {None, 3600.0}
    assert {row["stuckCount"] > 0 for row in shown["statuses"] if row["avgDurationSeconds"]} == {False}
    assert len(shown["busiest"]) == len(shown["stuck"]) == 20
    assert {row["courseCount"] for row in shown["busiest"]} == {200}
    assert {row["generationStatus"] for row in shown["stuck"]} <= {"generating_content", "pending"}


async def test_an_admin_is_shown_the_own_organization(platform: World) -> None:
    organization = await platform.sql.fetchval("select id from organizations where name = 'Organization 7'")
    admin = await platform.user(organization, Role.ADMIN)
    shown = await call(platform, "admin.getDashboard", admin)
    assert {row.status: row.course_count for row in shown.statuses}["completed"] == 500
    assert [(row.organization_id, row.course_count) for row in shown.busiest] == [(organization, 200)]
    assert {row.organization_id for row in shown.stuck} == {organization}


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from _nodes(child)


@pytest.mark.parametrize(("query", "index"), QUERIES.items())
async def test_each_part_is_read_by_its_index_in_less_than_fifty_milliseconds(
    platform: World, query: str, index: str
) -> None:
    """The best of fifteen: what it takes, and not what else the machine does meanwhile."""
    sql, times = getattr(load_queries(), query).sql.rstrip(";"), []
    for _ in range(TIMES):
        async with platform.sql.transaction():
            await platform.sql.execute(CALLERS["superadmin"].begin.removeprefix("BEGIN; "))
            found = json.loads(await platform.sql.fetchval(f"explain (analyze, timing off, format json) {sql}"))[0]
        used = {node["Index Name"] for node in _nodes(found["Plan"]) if "Index Name" in node}
        assert index in used
        assert "Seq Scan" not in {n["Node Type"] for n in _nodes(found["Plan"]) if n.get("Relation Name") == "courses"}
        times.append(found["Execution Time"])
    assert min(times) < LIMIT_MS, times


async def test_the_whole_of_it_is_answered_in_less_than_a_hundred(platform: World, root: SignedIn) -> None:
    times = []
    for _ in range(TIMES):
        began = time.perf_counter()
        await call(platform, "admin.getDashboard", root)
        times.append((time.perf_counter() - began) * 1000)
    assert min(times) < 2 * LIMIT_MS, times


@pytest.mark.parametrize("sort", ["createdAt", "-createdAt", "-updatedAt"])
async def test_a_page_of_all_courses_is_read_by_the_index_of_its_order(
    platform: World, root: SignedIn, sort: str
) -> None:
    page = await call(platform, "admin.listCourses", root, sort=sort)
    times = []
    for _ in range(TIMES):
        began = time.perf_counter()
        page = await call(platform, "admin.listCourses", root, sort=sort, cursor=page.next_cursor)
        times.append((time.perf_counter() - began) * 1000)
    assert min(times) < LIMIT_MS, times
