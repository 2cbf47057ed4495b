"""The cells of the matrix: each verb as one caller does it to one table, and what has to come of it.

`alone` asks for the policies alone, in a database where every right is granted and no foreign key stands (alone.py):
there the grants and the constraints refuse nothing, so each policy has to do so itself.
"""

# ruff: noqa: S608  identifiers can't be parameters, and all of them come from rows.py and tables.py

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from tests.isolation.callers import CALLERS, Caller
from tests.isolation.grids import GRIDS
from tests.isolation.rows import ROWS, another, insert
from tests.isolation.tables import OTHERS_ORGANIZATION, Table, other_organization

# the rows seen or changed by their names, how many were changed, or who refused it: the rights, or a constraint
Outcome: TypeAlias = frozenset[str] | int | Literal["denied", "broken"]
DENIED: Literal["denied"] = "denied"
BROKEN: Literal["broken"] = "broken"

# superadmins may move a user; an admin decides about everything inside the organization, its columns' grants apart
_MAY_SEIZE = {("superadmin", "organization_id")}
_MAY_GIVE_AWAY = {("admin", "user_id"), ("admin", "course_user_id"), ("rival", "user_id"), ("rival", "course_user_id")}


@dataclass(frozen=True, slots=True)
class Cell:
    """One statement; `how` says what its outcome is made of: the rows it returns, its count, or a copy of them."""

    name: str
    sql: str
    values: tuple[Any, ...]
    expected: frozenset[Outcome]
    how: Literal["rows", "count", "copy"] = "rows"


@dataclass(frozen=True, slots=True)
class Case:
    """One caller and one table."""

    caller: Caller
    table: Table
    alone: bool = False

    def rows(self, right: str) -> frozenset[str]:
        """The rows to which the caller has this right."""
        return frozenset(row for row, rights in self._line(self.caller).items() if right in rights)

    def granted(self, right: str) -> bool:
        """Whether the caller's database role has this right to any row: then it gets an answer, not a refusal."""
        if self.alone and self.caller.role == "authenticated":
            return True
        peers = (caller for caller in CALLERS.values() if caller.role == self.caller.role)
        return any(right in rights for peer in peers for rights in self._line(peer).values())

    def _line(self, caller: Caller) -> dict[str, frozenset[str]]:
        return dict(GRIDS[self.table.name].get(caller.name, {}))

    def cells(self) -> Iterator[Cell]:
        """Every verb."""
        verbs = (_reading, _updating, _seizing, _deleting, _inserting, _planting)
        for_tables = () if self.table.view else (_locking, _truncating)
        by_constraints = () if self.alone else (_smuggling,)
        by_keys = () if self.table.key == "version" else (_upserting,)
        for verb in (*verbs, *for_tables, *by_constraints, *by_keys):
            yield from verb(self)


def _one_of(*outcomes: Outcome) -> frozenset[Outcome]:
    return frozenset(outcomes)


def _if(granted: bool, outcome: Outcome) -> frozenset[Outcome]:
    return _one_of(outcome if granted else DENIED)


def _targets(case: Case) -> Iterator[tuple[str, Any]]:
    for row in ROWS.get(case.table.name, {}):
        yield row, case.table.key_of(row)


def _reading(case: Case) -> Iterator[Cell]:
    table, key, seen, may = case.table.name, case.table.key, case.rows("r"), case.granted("r")
    yield Cell("select all", f"select {key} from {table}", (), _if(may, seen))
    counted = frozenset({f"{len(seen)} rows"})  # a bare number might be somebody's key
    yield Cell("count", f"select count(*) || ' rows' from {table}", (), _if(may, counted))
    yield Cell("copy", f"select {key} from {table}", (), _if(may, seen), "copy")
    for row, value in _targets(case):
        yield Cell(f"select {row}", f"select {key} from {table} where {key} = $1", (value,), _if(may, seen & {row}))


def _locking(case: Case) -> Iterator[Cell]:
    table, key, may = case.table.name, case.table.key, case.granted("r") and case.granted("u")
    lockable = case.rows("r") & case.rows("u")
    yield Cell("select for update", f"select {key} from {table} for update", (), _if(may, lockable))


def _updating(case: Case) -> Iterator[Cell]:
    table, key, mine, may = case.table.name, case.table.key, case.rows("u"), case.granted("u")
    update = f"update {table} set {case.table.change}"
    # without a condition no policy of reading hides a row from the policy of updating
    yield Cell("update all", update, (), _if(may, len(mine)), "count")
    for row, value in _targets(case):
        one = f"{update} where {key} = $1 returning {key}"
        yield Cell(f"update {row}", one, (value,), _if(may, mine & {row}))


def _seizing(case: Case) -> Iterator[Cell]:
    """Give rows to another organization or owner; without a condition, or policies of reading check the new row too."""
    for column, given in case.table.seized.items():
        value = other_organization(case.caller) if given is OTHERS_ORGANIZATION else given
        if case.alone and (case.caller.role != "authenticated" or (case.caller.name, column) in _MAY_GIVE_AWAY):
            continue  # machines are held by constraints, admins by the grants of columns
        expected = _one_of(DENIED) if case.rows("u") else _one_of(0 if case.granted("u") else DENIED)
        if not case.alone:
            expected = _refusal(case, column)
        yield Cell(f"seize {column}", f"update {case.table.name} set {column} = $1", (value,), expected, "count")


def _refusal(case: Case, column: str) -> frozenset[Outcome]:
    if case.table.name == "public.users" and (case.caller.name, column) in _MAY_SEIZE:
        return _one_of(len(case.rows("u")), BROKEN)
    return _one_of(DENIED) if case.caller.role in ("anon", "authenticated") else _one_of(DENIED, BROKEN)


def _deleting(case: Case) -> Iterator[Cell]:
    table, key, mine, may = case.table.name, case.table.key, case.rows("d"), case.granted("d")
    tolerated = frozenset[Outcome]() if case.alone else _one_of(BROKEN)
    expected = _if(may, len(mine)) | (tolerated if mine else frozenset())
    yield Cell("delete all", f"delete from {table}", (), expected, "count")
    for row, value in _targets(case):
        one = f"delete from {table} where {key} = $1 returning {key}"
        expected = _if(may, mine & {row}) | (tolerated if row in mine else frozenset())
        yield Cell(f"delete {row}", one, (value,), expected)


def _truncating(case: Case) -> Iterator[Cell]:
    yield Cell("truncate", f"truncate {case.table.name} cascade", (), _one_of(DENIED), "count")


def _inserting(case: Case) -> Iterator[Cell]:
    table, key, mine = case.table.name, case.table.key, case.rows("i")
    if not ROWS.get(table):
        yield Cell("insert", f"insert into {table} default values", (), _one_of(DENIED), "count")
    for row in ROWS.get(table, {}):
        values = another(table, row)
        sql, given, expected = insert(table, values), tuple(values.values()), _if(row in mine, 1)
        yield Cell(f"insert like {row}", sql, given, expected, "count")
        yield Cell(f"insert like {row} returning", f"{sql} returning {key}", given, expected, "count")


def _planting(case: Case) -> Iterator[Cell]:
    """Insert like each row, but into the other organization: one's own name on it changes nothing."""
    if "organization_id" not in case.table.seized or case.caller.role not in ("anon", "authenticated"):
        return
    for row in ROWS[case.table.name]:
        values = {**another(case.table.name, row), "organization_id": other_organization(case.caller)}
        name = f"insert like {row} elsewhere"
        yield Cell(name, insert(case.table.name, values), tuple(values.values()), _one_of(DENIED), "count")


def _smuggling(case: Case) -> Iterator[Cell]:
    """Insert without an organization, which comes from the parent; and into one organization under another's parent."""
    table, rows = case.table, list(ROWS.get(case.table.name, {}))
    for row in rows if table.inherited else []:
        values = {name: value for name, value in another(table.name, row).items() if name not in table.inherited}
        expected = _one_of(1) if row in case.rows("i") else _one_of(DENIED, BROKEN)
        yield Cell(f"insert under {row}", insert(table.name, values), tuple(values.values()), expected, "count")
    for row, parent in ((rows[0], rows[-1]), (rows[-1], rows[0])) if table.parent else ():
        strange = {name: ROWS[table.name][parent].values[name] for name in table.parent}
        values = {**another(table.name, row), **strange}
        expected = _one_of(DENIED, BROKEN)
        name = f"insert like {row} under {parent}"
        yield Cell(name, insert(table.name, values), tuple(values.values()), expected, "count")


def _upserting(case: Case) -> Iterator[Cell]:
    """Insert what may be inserted, if anything, over each row."""
    table, key = case.table, case.table.key
    for row, value in _targets(case):
        proposed = next(iter(sorted(case.rows("i"))), row)
        values = {**another(table.name, proposed), key: value}
        sql = f"{insert(table.name, values)} on conflict ({key}) do update set {table.change}"
        may = proposed in case.rows("i") and row in case.rows("r") & case.rows("u")
        yield Cell(f"upsert {row}", sql, tuple(values.values()), _if(may, 1), "count")
