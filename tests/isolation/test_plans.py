"""What the policies cost: the claims are read once for each statement, and the tenant's index is used."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.isolation.callers import CALLERS, Connection
from tests.isolation.rows import ROWS
from tests.isolation.running import begin

_CONDITIONS = ("Filter", "Index Cond", "Recheck Cond", "Join Filter", "Hash Cond", "One-Time Filter")


@pytest.fixture(scope="module")
async def crowded(root: Connection) -> Connection:
    """Fifty more organizations of a hundred courses each."""
    await root.execute(
        """
        insert into organizations (name, tier) select 'crowd ' || n, 'standard' from generate_series(1, 50) n;
        insert into users (email, organization_id, role)
        select o.name, o.id, 'instructor' from organizations o where o.name like 'crowd %';
        insert into courses (title, slug, organization_id, user_id)
        select 'T', 'c' || n, u.organization_id, u.id
        from users u, generate_series(1, 100) n
        where u.email like 'crowd %';
        analyze
        """
    )
    return root


async def _plan(connection: Connection, caller: str, query: str) -> dict[str, Any]:
    await begin(connection, CALLERS[caller])
    try:
        found = await connection.fetchval(f"explain (analyze, format json) {query}")
    finally:
        await connection.execute("ROLLBACK")
    plan: dict[str, Any] = json.loads(found)[0]["Plan"]
    return plan


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from _nodes(child)


def _claims_read(plan: dict[str, Any]) -> list[int]:
    """How often each reading of the claims ran."""
    initial = [node for node in _nodes(plan) if node.get("Parent Relationship") == "InitPlan"]
    return [node["Actual Loops"] for node in initial]


@pytest.mark.parametrize("caller", ["admin", "member", "learner", "unscoped"])
@pytest.mark.parametrize("table", [table for table in ROWS if not table.startswith(("app.", "public.saq_"))])
async def test_the_claims_are_read_once_and_no_function_runs_for_each_row(
    crowded: Connection, logins: dict[str, Connection], caller: str, table: str
) -> None:
    plan = await _plan(logins["api"], caller, f"select count(*) from {table}")  # noqa: S608  names from the rows
    conditions = " ".join(str(node[name]) for node in _nodes(plan) for name in _CONDITIONS if name in node)
    assert "current_setting" not in conditions
    assert "app." not in conditions
    assert _claims_read(plan)
    assert max(_claims_read(plan)) <= 1
    assert [
        node for node in _nodes(plan) if node.get("Parent Relationship") == "SubPlan" and node["Actual Loops"] > 1
    ] == []


@pytest.mark.parametrize("caller", ["admin", "member", "foreigner"])
async def test_an_organizations_courses_are_found_by_its_index(
    crowded: Connection, logins: dict[str, Connection], caller: str
) -> None:
    plan = await _plan(logins["api"], caller, "select id, title from public.courses")
    conditions = [node["Index Cond"] for node in _nodes(plan) if "Index Cond" in node]
    # "$0" until version 16, "(InitPlan 1).col1" since
    assert re.match(r"\(organization_id = (\$0|\(InitPlan 1\)\.col1)\)", conditions[0])
    whole = [node for node in _nodes(plan) if (node["Node Type"], node.get("Relation Name")) == ("Seq Scan", "courses")]
    assert whole == []


async def test_a_superadmin_pays_for_no_claims(crowded: Connection, logins: dict[str, Connection]) -> None:
    plan = await _plan(logins["api"], "superadmin", "select id from public.courses")
    assert _claims_read(plan) == []
