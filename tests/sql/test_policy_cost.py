"""Policies cost no query of their own and nothing per row: the claims are read once a statement."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.sql.callers import Connection, Person, acting_as, colleague, course, instructor

ROWS = 200
READ = ["organizations", "users", "courses", "sections", "enrollments", "file_catalog", "generation_status_history"]


@pytest.fixture
async def owner(root: Connection) -> Person:
    owner = await instructor(root)
    for _ in range(ROWS):
        course_id = await course(root, owner)
        await root.execute("insert into sections (course_id, title, order_index) values ($1, 'S', 1)", course_id)
    return owner


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)


async def plan_of(api: Connection, caller: Person, query: str, seqscan: str = "on") -> list[dict[str, Any]]:
    """Every node of the plan that the query was really run by."""
    async with acting_as(api, caller):
        await api.execute(f"set local enable_seqscan = {seqscan}")
        found = await api.fetchval(f"explain (analyze, format json) {query}")
    return list(nodes(json.loads(found)[0]["Plan"]))


@pytest.mark.parametrize("role", ["admin", "instructor", "student"])
@pytest.mark.parametrize("table", READ)
async def test_claims_are_read_at_most_once_a_statement(
    root: Connection, api: Connection, owner: Person, table: str, role: str
) -> None:
    plan = await plan_of(api, await colleague(root, owner, role), f"select * from {table}")  # noqa: S608  ours
    sub_selects = [node for node in plan if node.get("Parent Relationship") in ("InitPlan", "SubPlan")]
    assert sub_selects
    assert all(node["Actual Loops"] <= 1 for node in sub_selects)


async def test_a_tenants_rows_are_found_by_an_index(root: Connection, api: Connection, owner: Person) -> None:
    await root.execute("analyze courses")
    plan = await plan_of(api, owner, "select id from courses", seqscan="off")
    scan = next(node for node in plan if node.get("Index Cond"))
    assert "organization_id = " in scan["Index Cond"]
    assert scan["Actual Rows"] == ROWS
