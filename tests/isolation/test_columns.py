"""Columns that no signed-in caller ever writes, whosever row it is, and those that it does not read."""

# ruff: noqa: S608  identifiers can't be parameters, and all of them come from this file

from collections.abc import Iterator

import pytest

from tests.isolation.callers import CALLERS, Connection
from tests.isolation.cells import DENIED, Case, Cell
from tests.isolation.rows import another, insert
from tests.isolation.running import outcome
from tests.isolation.tables import TABLES

NEVER_WRITTEN: dict[str, tuple[str, ...]] = {
    "public.courses": (
        *("generation_progress", "generation_status", "generation_started_at", "generation_completed_at", "run_id"),
        *("last_progress_update", "error_message", "error_details", "webhook_url"),
    ),
    "public.users": ("role",),
    "public.organizations": ("tier", "storage_used_bytes", "storage_quota_bytes"),
}
NEVER_READ: dict[str, tuple[str, ...]] = {"public.generation_runs": ("slot_token", "idempotency_key")}
_SIGNED_IN = [name for name, caller in CALLERS.items() if caller.role == "authenticated"]


@pytest.mark.parametrize("table", NEVER_WRITTEN)
@pytest.mark.parametrize("caller", _SIGNED_IN)
async def test_no_signed_in_caller_writes_a_column_of_the_service(
    logins: dict[str, Connection], caller: str, table: str
) -> None:
    case = Case(CALLERS[caller], TABLES[table])
    found = {cell.name: await outcome(logins["api"], case, cell) for cell in _writes(case)}
    assert found == dict.fromkeys(found, DENIED)


def _writes(case: Case) -> Iterator[Cell]:
    table, key = case.table, case.table.key
    row = next(iter(table.names.values()))
    for column in NEVER_WRITTEN[table.name]:
        yield _cell(f"update {column}", f"update {table.name} set {column} = default")
        plain = another(table.name, row)
        values = {name: value for name, value in plain.items() if name != column}
        nulled = (
            insert(table.name, values).replace(") values (", f", {column}) values (").removesuffix(")") + ", default)"
        )
        yield _cell(f"insert {column}", nulled, *values.values())
        over = f"{insert(table.name, plain)} on conflict ({key}) do update set {column} = excluded.{column}"
        yield _cell(f"upsert {column}", over, *(plain | {key: table.key_of(row)}).values())


def _cell(name: str, sql: str, *values: object) -> Cell:
    return Cell(name, sql, values, frozenset({DENIED}), "count")


@pytest.mark.parametrize("caller", _SIGNED_IN)
async def test_no_signed_in_caller_reads_the_token_of_a_slot(logins: dict[str, Connection], caller: str) -> None:
    for table, columns in NEVER_READ.items():
        case = Case(CALLERS[caller], TABLES[table])
        for column in columns:
            cell = _cell(column, f"select {column} from {table}")
            assert await outcome(logins["api"], case, cell) == DENIED
