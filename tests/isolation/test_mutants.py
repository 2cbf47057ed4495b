"""The matrix is worth something: whatever clause of a policy is dropped, a cell comes out otherwise."""

import pytest

from tests.isolation.alone import leave_policies_alone, open_enrollments
from tests.isolation.callers import CALLERS, Connection
from tests.isolation.cells import Case
from tests.isolation.mutants import Mutant, mutants, policies
from tests.isolation.rows import ROWS
from tests.isolation.running import differences, is_noticed
from tests.isolation.tables import TABLES


@pytest.fixture(scope="module")
async def alone(root: Connection, logins: dict[str, Connection]) -> Connection:
    """The superuser's connection, after everything but the policies is open."""
    await leave_policies_alone(root)
    return root


@pytest.mark.parametrize("table", ROWS)
async def test_the_policies_alone_hold_what_the_grid_says(
    alone: Connection, logins: dict[str, Connection], table: str
) -> None:
    await open_enrollments(alone, table)
    cases = [Case(caller, TABLES[table], alone=True) for caller in CALLERS.values()]
    assert [line for case in cases for line in await differences(logins[case.caller.login], case)] == []


async def test_no_clause_of_a_policy_can_be_dropped_unnoticed(alone: Connection, logins: dict[str, Connection]) -> None:
    await open_enrollments(alone, "public.enrollments")
    found = mutants(await policies(alone))
    assert [str(mutant) for mutant in found if not await _is_noticed(mutant, alone, logins)] == []


async def _is_noticed(mutant: Mutant, root: Connection, logins: dict[str, Connection]) -> bool:
    policy = mutant.policy
    await open_enrollments(root, policy.table)
    cases = [
        Case(caller, TABLES[policy.table], alone=True) for caller in CALLERS.values() if caller.role in policy.roles
    ]
    await root.execute(policy.statement(mutant.expression))
    try:
        return await is_noticed(logins, cases)
    finally:
        await root.execute(policy.statement(policy.text))
