"""What chaos has left, counted and told as a table."""

from typing import Any

import asyncpg
import msgspec

from tests.faults.chaos.callers import Tally

STATES = "select state, count(*)::int from generation_runs group by state"
LOST = """
select accepted.id
from unnest($1::text[]) as accepted (id)
where not exists (
    select from job_status j join generation_runs r on r.id = j.run_id
    where j.job_id = accepted.id and r.ended_at is not null
)
"""
DOUBLED_LESSONS = """
select count(*)::int from (
    select l.course_id, s.order_index, l.order_index from lessons l join sections s on s.id = l.section_id
    group by 1, 2, 3 having count(*) > 1
) as doubled
"""


class Outcome(msgspec.Struct, kw_only=True):
    """The figures of a run. `lost` are starts that were answered with 2xx and have no run that ended; `doubled` keys
    that were given two answers, or have two runs, and lessons that are there twice; `longest` for how many seconds
    without a fault a run had no owner, or a slot no run.
    """

    seed: int
    seconds: float
    faults: int
    calms: int
    restarts: int
    calls: int
    repeated: int
    uploads: int
    cancels: int
    accepted: int
    states: dict[str, int]
    lost: int
    doubled: int
    webhooks: int
    never: int
    samples: int
    longest: float
    violations: list[str]
    unexpected: dict[str, int]
    settled: float

    @property
    def well(self) -> bool:
        """Whether nothing was lost, doubled, wrong, at last or on the way; and something was done at all."""
        wrong = self.lost or self.doubled or self.never or self.violations or self.unexpected
        return bool(self.accepted) and not wrong

    def rows(self) -> list[tuple[str, str]]:
        """Names and values, to be printed."""
        ended = ", ".join(f"{count} {state}" for state, count in sorted(self.states.items()))
        lines = [
            ("seed", str(self.seed)),
            ("seconds under load", f"{self.seconds:g}"),
            ("faults injected", str(self.faults)),
            ("calms between them", str(self.calms)),
            ("processes started again", str(self.restarts)),
            ("HTTP calls, of them repeated", f"{self.calls}, {self.repeated}"),
            ("initiates accepted", str(self.accepted)),
            ("runs", ended),
            ("cancels, uploads accepted", f"{self.cancels}, {self.uploads}"),
            ("lost", str(self.lost)),
            ("doubled", str(self.doubled)),
            ("webhooks, of them never received", f"{self.webhooks}, {self.never}"),
            ("samples of the oracle", str(self.samples)),
            ("longest that a run or a slot waited in a calm", f"{self.longest:.1f} s"),
            ("settled after the last fault", f"{self.settled:.1f} s"),
        ]
        lines += [("VIOLATION", line) for line in self.violations]
        return lines + [(f"UNEXPECTED {count}x", what) for what, count in self.unexpected.items()]


async def lost_and_doubled(sql: "asyncpg.Connection[Any]", tally: Tally) -> tuple[int, int]:
    """Both numbers, from what callers were told and what is there. A caller gives a key with each start."""
    jobs = [job for answers in tally.jobs.values() for job in answers]
    lost = len(await sql.fetch(LOST, jobs))
    answered_twice = sum(len(answers) > 1 for answers in tally.jobs.values())
    keyless = await sql.fetchval("select count(*)::int from generation_runs where idempotency_key is null")
    return lost, answered_twice + keyless + await sql.fetchval(DOUBLED_LESSONS)
