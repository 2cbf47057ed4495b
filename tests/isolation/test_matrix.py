"""Every caller, every table, every verb: only what the grids say, through the service's own logins."""

import pytest

from tests.isolation.callers import CALLERS, Connection
from tests.isolation.cells import Case
from tests.isolation.grids import GRIDS
from tests.isolation.running import differences
from tests.isolation.tables import TABLES


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("caller", CALLERS)
async def test_a_caller_does_exactly_what_the_grid_says(logins: dict[str, Connection], caller: str, table: str) -> None:
    case = Case(CALLERS[caller], TABLES[table])
    assert await differences(logins[case.caller.login], case) == []


async def test_every_relation_of_our_schemas_is_classified(root: Connection) -> None:
    found = await root.fetch(
        """
        select relnamespace::regnamespace::text || '.' || relname as name
        from pg_class
        where relnamespace::regnamespace::text in ('public', 'app') and relkind in ('r', 'p', 'v', 'm', 'f')
        """
    )
    assert {record["name"] for record in found} == set(GRIDS) == set(TABLES)
