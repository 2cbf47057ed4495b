"""The service with one of its protections gone: what the oracle must notice.

A mutant is Python that is patched, in this process or in one that program.py starts with MUTANT in its environment, and
SQL that is replaced in a test's own database.
"""

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import uuid4

import asyncpg
from saq.job import Status

import procedures.generation._start
from app.work.queue import FencedQueue
from app.work.reaper import Reaper
from app.work.worker import FencedWorker

VARIABLE = "MUTANT"


async def nothing(*_given: Any) -> None:
    """Does nothing."""


async def held_by_anyone(queue: Any, query: str, job: Any, **values: Any) -> Status:
    """A statement that names a lease, whose loss is not noticed."""
    row = await queue._row(query, key=job.key, lease=job.lease, **values)
    return Status(row["status"]) if row else Status.ACTIVE


class Mutant(NamedTuple):
    """`patches` are functions by where they stand; `functions` are changes of a function's text in the database, and
    `statements` what is done there besides.
    """

    patches: tuple[tuple[object, str, Callable[..., Any]], ...] = ()
    functions: tuple[tuple[str, str, str], ...] = ()
    statements: tuple[str, ...] = ()


MUTANTS = {
    "no reaper": Mutant(patches=((Reaper, "once", nothing),)),
    "no fencing": Mutant(
        patches=((FencedWorker, "_check_leases", nothing), (FencedQueue, "_held", held_by_anyone)),
        functions=(
            (
                "app.lock_held_run(uuid, int)",
                "if run.ended_at is not null or run.epoch <> coalesce(p_epoch, run.epoch) then",
                "if false then",
            ),
        ),
    ),
    "no claim guard": Mutant(
        functions=(
            (
                "app.claim_job(text, int)",
                "if course.id is null or run.ended_at is not null then",
                "if course.id is null then",
            ),
            (
                "app.claim_job(text, int)",
                "where j.job_id = p_job_id and j.status in ('pending', 'waiting', 'active', 'delayed');",
                "where j.job_id = p_job_id;",
            ),
            (
                "app.claim_job(text, int)",
                "state = 'running' where r.id = run.id;",
                "state = 'running', ended_at = null where r.id = run.id;",
            ),
        ),
    ),
    "no unique key": Mutant(
        patches=((procedures.generation._start, "uuid5", lambda *_: uuid4()),),
        statements=("alter table generation_runs drop constraint generation_runs_user_id_idempotency_key_key",),
    ),
    "no rebuild": Mutant(patches=((Reaper, "reconcile_slots", nothing),)),
}


async def change_database(sql: "asyncpg.Connection[Any]", mutant: Mutant) -> None:
    """Take the protection out of the database. Fails when the text that is to be replaced is not there."""
    for function, text, replacement in mutant.functions:
        source = await sql.fetchval("select pg_get_functiondef($1::text::regprocedure)", function)
        assert text in source, f"{function} does not say: {text}"
        await sql.execute(source.replace(text, replacement))
    for statement in mutant.statements:
        await sql.execute(statement)


def change_this_process(name: str) -> None:
    """Take the protection out of this process, for good."""
    for place, function, replacement in MUTANTS[name].patches:
        setattr(place, function, replacement)
