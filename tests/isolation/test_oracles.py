"""The error of a refused insert is the same whether another organization has such a row or not."""

from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from tests.isolation.callers import CALLERS, B, Connection, known
from tests.isolation.rows import ROWS, insert
from tests.isolation.running import begin


@pytest.mark.parametrize(
    ("table", "caller", "nowhere"),
    [
        ("public.sections", "foreigner", {"order_index": 999}),
        ("public.lessons", "foreigner", {"order_index": 999}),
        ("public.enrollments", "rival", {"user_id": known("nobody")}),
        ("public.file_catalog", "foreigner", {"storage_path": "nowhere"}),
    ],
)
async def test_a_refused_insert_does_not_tell_whether_the_row_is_there(
    logins: dict[str, Connection], table: str, caller: str, nowhere: dict[str, Any]
) -> None:
    """The row claims the caller's own organization, so that no policy stops it, and points into another's course."""
    own = {"organization_id": B, "course_user_id": known(caller), "uploaded_by": known(caller)}
    taken = ROWS[table]["own"].values
    probe = {**taken, "id": uuid4(), **{name: value for name, value in own.items() if name in taken}}
    there = await _refusal(logins["api"], caller, table, probe)
    assert there == await _refusal(logins["api"], caller, table, {**probe, **nowhere})


async def test_a_key_of_a_table_that_tenants_write_holds_the_tenant(root: Connection) -> None:
    found = await root.fetch(
        """
        select indexrelid::regclass::text
        from pg_index
        join pg_attribute a on a.attrelid = indrelid and attname = 'organization_id'
        where indisunique and not indisprimary and not attnum = any (indkey)
            and has_any_column_privilege('authenticated', indrelid, 'insert')
        """
    )
    # an address is a person's everywhere; a path begins with the organization, which a CHECK holds
    assert {record[0] for record in found} == {"users_email_key", "file_catalog_storage_path_key"}


async def _refusal(connection: Connection, caller: str, table: str, values: dict[str, Any]) -> tuple[object, ...]:
    await begin(connection, CALLERS[caller])
    try:
        with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refused:
            await connection.execute(insert(table, values), *values.values())
    finally:
        await connection.execute("ROLLBACK")
    return refused.value.sqlstate, refused.value.constraint_name
