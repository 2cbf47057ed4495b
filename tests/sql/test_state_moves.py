"""courses.generation_status moves as domain.md section 4 says, and in no other way."""

from collections.abc import Set as AbstractSet

import asyncpg
import pytest

from tests.sql.callers import Connection, course, instructor, status_of

STATUSES: tuple[str | None, ...] = (
    None,
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
)
# Written by hand from domain.md, not taken from the database.
ALLOWED: dict[str | None, AbstractSet[str | None]] = {
    None: set(STATUSES) - {None},
    "pending": {"initializing", "failed", "cancelled"},
    "initializing": {"processing_documents", "analyzing_task", "failed", "cancelled"},
    "processing_documents": {"generating_structure", "failed", "cancelled"},
    "analyzing_task": {"generating_structure", "failed", "cancelled"},
    "generating_structure": {"generating_content", "failed", "cancelled"},
    "generating_content": {"finalizing", "failed", "cancelled"},
    "finalizing": {"completed", "failed", "cancelled"},
    "completed": {"pending"},
    "failed": {"pending"},
    "cancelled": {"pending"},
}
PAIRS = [(old, new) for old in STATUSES for new in STATUSES]


def test_there_are_121_pairs() -> None:
    assert len(PAIRS) == 121


@pytest.mark.parametrize(("old", "new"), PAIRS, ids=lambda status: status or "NULL")
async def test_only_the_moves_of_the_contract_are_made(root: Connection, old: str | None, new: str | None) -> None:
    course_id = await course(root, await instructor(root), generation_status=old)
    move = root.execute("update courses set generation_status = $2 where id = $1", course_id, new)
    if new == old or new in ALLOWED[old]:  # the same status again is no move
        await move
        assert await status_of(root, course_id) == new
    else:
        with pytest.raises(asyncpg.PostgresError) as refusal:
            await move
        assert refusal.value.sqlstate == "CG010"
        assert str(refusal.value) == f"generation_status can not go from {old} to {new or 'NULL'}"
        assert await status_of(root, course_id) == old


async def test_a_refused_move_takes_the_rest_of_its_statement_with_it(root: Connection) -> None:
    course_id = await course(root, await instructor(root), generation_status="completed")
    with pytest.raises(asyncpg.PostgresError, match="from completed to finalizing"):
        await root.execute(
            "update courses set title = 'Other', generation_status = 'finalizing' where id = $1", course_id
        )
    assert await root.fetchval("select title from courses where id = $1", course_id) == "A course"


async def test_every_status_but_null_leads_somewhere(root: Connection) -> None:
    moves = await root.fetch(
        "select status::text, app.generation_moves(status)::text[] as moves "
        "from unnest(enum_range(null::generation_status)) as status"
    )
    assert {row["status"]: set(row["moves"]) for row in moves} == {k: v for k, v in ALLOWED.items() if k}
