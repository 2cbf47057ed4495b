"""Run cells for real: a transaction of the caller's, one statement, a rollback."""

from collections.abc import Iterable, Mapping
from io import BytesIO

import asyncpg

from tests.isolation.callers import Caller, Connection
from tests.isolation.cells import BROKEN, DENIED, Case, Cell, Outcome


async def differences(connection: Connection, case: Case) -> list[str]:
    """Every cell of this caller and table that comes out otherwise than expected."""
    return [
        f"{case.caller.name}: {cell.name} of {case.table.name}: {found}, expected {sorted(map(str, cell.expected))}"
        for cell, found in [(cell, await outcome(connection, case, cell)) for cell in case.cells()]
        if found not in cell.expected
    ]


async def is_noticed(logins: Mapping[str, Connection], cases: Iterable[Case]) -> bool:
    """Whether any cell comes out otherwise than expected; looks no further than the first."""
    for case in cases:
        for cell in case.cells():
            if await outcome(logins[case.caller.login], case, cell) not in cell.expected:
                return True
    return False


async def outcome(connection: Connection, case: Case, cell: Cell) -> Outcome:
    """What comes of a cell in a transaction of its own, which leaves nothing."""
    await begin(connection, case.caller)
    try:
        return await _act(connection, cell, case.table.names)
    except (asyncpg.InsufficientPrivilegeError, asyncpg.ObjectNotInPrerequisiteStateError):  # the latter from views
        return DENIED
    except asyncpg.IntegrityConstraintViolationError:
        return BROKEN
    finally:
        await connection.execute("ROLLBACK")


async def begin(connection: Connection, caller: Caller) -> None:
    """Begin a transaction of this caller's."""
    await connection.execute(caller.begin)


async def _act(connection: Connection, cell: Cell, names: dict[str, str]) -> Outcome:
    if cell.how == "count":
        status = await connection.execute(cell.sql, *cell.values)
        return int(status.split()[-1]) if status[-1].isdigit() else 0
    if cell.how == "copy":
        output = BytesIO()
        await connection.copy_from_query(cell.sql, output=output)
        keys = output.getvalue().decode().split("\n")[:-1]
    else:
        keys = [str(record[0]) for record in await connection.fetch(cell.sql, *cell.values)]
    return frozenset(names.get(key, key) for key in keys)
