"""What a pass of the reaper puts right, each duty by itself; no worker runs here."""

import asyncio

import pytest

from app.leases import SystemFull, connect
from procedures.generation.initiate import InitiateInput, initiate
from tests.faults.oracle import violations
from tests.work.harness import eventually
from tests.work.life import Life

LOSE_JOB = "delete from saq_jobs"
STUCK = """
update saq_jobs set status = 'active', lease = gen_random_uuid(),
    job = convert_to((convert_from(job, 'UTF8')::jsonb || $1)::text, 'UTF8')
"""


async def test_a_run_whose_job_is_gone_from_the_queue_fails_and_gives_its_slot_back(own_life: Life) -> None:
    course = await own_life.started()
    await own_life.sql.execute(LOSE_JOB)
    assert len(await violations(own_life)) == 1
    async with own_life.reaper() as reaper:
        await reaper.once()
    assert await own_life.state(course) == ("failed", "failed")
    assert (await own_life.progress(course))["message"] == "Ошибка при анализе задачи"
    assert own_life.slots.given_back[await own_life.run_of(course)] == 1
    assert await violations(own_life) == []


async def test_a_job_that_outlived_its_limit_under_a_live_worker_is_taken_and_told_as_worker_timeout(
    own_life: Life,
) -> None:
    course = await own_life.started()
    now = int(await own_life.sql.fetchval("select (extract(epoch from now()) * 1000)::bigint"))
    numbers = f'{{"attempts": 1, "started": {now - 600_000}, "touched": {now}, "heartbeat": 60}}'
    await own_life.sql.execute(STUCK.replace("$1", f"'{numbers}'"))
    async with own_life.reaper() as reaper:
        await reaper.once()
    assert await own_life.sql.fetchval("select status from saq_jobs") == "queued"
    assert await own_life.events(course) == ["worker_timeout"]


@pytest.mark.fault("two reapers")
async def test_two_reapers_work_one_at_a_time(own_life: Life) -> None:
    course = await own_life.started()
    await own_life.sql.execute(LOSE_JOB)
    async with own_life.reaper() as first, own_life.reaper() as second:
        await asyncio.gather(*(each.once() for each in (first, second) for _ in range(3)))
    assert own_life.slots.given_back == {await own_life.run_of(course): 1}
    ends = "select count(*) from generation_status_history where new_status = 'failed'"
    assert await own_life.sql.fetchval(ends) == 1


async def test_a_pass_over_a_healthy_world_changes_nothing(own_life: Life) -> None:
    owner = await own_life.user()
    answer = await initiate(owner, InitiateInput(course_id=await own_life.course(owner)))
    tables = ("courses", "generation_runs", "job_status", "saq_jobs")
    before = [await own_life.sql.fetch(f"select * from {table}") for table in tables]  # noqa: S608
    async with own_life.reaper() as reaper:
        await reaper.once()
    assert [await own_life.sql.fetch(f"select * from {table}") for table in tables] == before  # noqa: S608
    assert own_life.slots.evicted == 0
    assert answer.success


async def test_what_passes_did_is_counted_and_the_sums_survive_folding(own_life: Life) -> None:
    async def told() -> dict[str, float]:
        rows = await own_life.sql.fetch("select label, value from app.operating_figures() where name = 'reaper'")
        return {row["label"]: row["value"] for row in rows}

    await own_life.started()
    await own_life.sql.execute(LOSE_JOB)
    async with own_life.reaper() as reaper:
        await reaper.once()
        first = await told()
        assert (first["passes"], first["runs_failed"]) == (1, 1)
        await own_life.sql.execute(
            "insert into app.counters (name, label, amount) select 'reaper', 'passes', 1 from generate_series(1, 300)"
        )
        await reaper.once()
    assert await told() == {**first, "passes": 302}
    assert await own_life.sql.fetchval("select count(*) from app.counters where name = 'reaper'") == len(first)


async def test_a_pass_tells_redis_the_global_limit_that_postgresql_keeps(own_life: Life) -> None:
    async with own_life.reaper() as reaper:
        await own_life.slots.set_global_limit(2)
        await reaper.once()
        assert (await own_life.slots.held()).global_limit == own_life.settings.global_concurrency_limit
        await own_life.sql.execute("update app.global_limit set concurrent_runs = 4")
        await reaper.once()
        assert (await own_life.slots.held()).global_limit == 4


async def test_an_emptied_redis_has_the_limit_back_before_it_gives_out_a_slot(
    own_life: Life, own_redis_url: str
) -> None:
    await own_life.sql.execute("update app.global_limit set concurrent_runs = 1")
    async with own_life.reaper() as reaper:
        async with connect(own_redis_url) as redis:
            await redis.flushdb()
        await reaper.once()
    for allowed in (True, False):
        owner = await own_life.user()
        start = initiate(owner, InitiateInput(course_id=await own_life.course(owner)))
        if allowed:
            await start
        else:
            with pytest.raises(SystemFull):
                await start


async def test_a_limit_that_is_just_being_set_is_waited_for(own_life: Life) -> None:
    """Or the reaper would tell Redis an older number after the newer one."""
    waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
    async with own_life.reaper() as reaper:
        await own_life.sql.execute("begin; select app.lock_global_limit()")
        one_pass = asyncio.create_task(reaper.once())
        await eventually(lambda: own_life.sql.fetchval(waiting))
        await own_life.sql.execute("update app.global_limit set concurrent_runs = 9")
        await own_life.slots.set_global_limit(9)
        await own_life.sql.execute("commit")
        await one_pass
    assert (await own_life.slots.held()).global_limit == 9
