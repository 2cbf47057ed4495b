"""Forty waiting runs of mixed tiers start in the order of their tiers, first come first served within one."""

from pathlib import Path
from uuid import UUID

from app.context import SignedIn
from app.dev import Database
from tests.faults.oracle import settles
from tests.work.harness import eventually
from tests.work.life import Life, living
from tests.world import settings_for

PRIORITIES = {"free": 1, "standard": 5, "basic": 3, "premium": 10, "trial": 5}
STARTED = """
select j.course_id, j.priority from job_status j
where j.job_type = 'structure_analysis' and j.started_at is not null order by j.started_at
"""


async def test_forty_waiting_runs_start_by_tier_and_in_order(
    own_database: Database, own_redis_url: str, tmp_path: Path
) -> None:
    settings = settings_for(own_database, own_redis_url, tmp_path, global_concurrency_limit=100, worker_concurrency=1)
    async with living(settings) as life:
        asked = [(PRIORITIES[tier], await _queued(life, tier)) for _ in range(8) for tier in PRIORITIES]
        expected = [(course, priority) for priority, course in sorted(asked, key=lambda each: -each[0])]
        async with life.worker():

            async def all_started() -> bool:
                return len(await life.sql.fetch(STARTED)) == len(asked)

            await eventually(all_started, within=60)
            assert [tuple(row) for row in await life.sql.fetch(STARTED)] == expected
            await settles(life)


async def _queued(life: Life, tier: str) -> UUID:
    owner: SignedIn = await life.user(await life.organization(tier))
    return await life.started(owner, title=tier)
