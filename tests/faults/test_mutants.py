"""The oracle catches each of five protections that is taken away, and finds nothing while they are there."""

import asyncio
import signal
from collections.abc import Awaitable, Callable

import pytest
from redis.asyncio import Redis

from app.context import SignedIn
from app.rpc import RpcError
from app.work.waiting import ended
from procedures.generation.initiate import InitiateInput, initiate
from tests.faults.mutants import MUTANTS, change_database
from tests.faults.processes import Program
from tests.faults.watch import Watch
from tests.work.failpoints import Failpoints
from tests.work.harness import eventually
from tests.work.life import ENDED, Life

pytestmark = pytest.mark.unwatched("what is wrong here is meant to be")

BOTH_WAIT = """
select count(*) > 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()
"""
Scenario = Callable[[Life, Program, Watch, str], Awaitable[None]]


async def over(life: Life, watch: Watch) -> None:
    """Until every course's run has ended, or something wrong was found."""
    query = "select bool_and(generation_status::text = any($1)) from courses"

    async def is_over() -> bool:
        return bool(watch.found) or bool(await life.sql.fetchval(query, ENDED))

    await eventually(is_over, within=25)


async def looked_again(watch: Watch) -> None:
    """Until the watch has looked at what is there now."""
    before = watch.samples

    async def looked() -> bool:
        return watch.samples > before + 2

    await eventually(looked)


async def a_worker_dies(life: Life, program: Program, watch: Watch, mutant: str) -> None:
    await life.started()
    async with program.worker(FAILPOINTS="after commit of claim_job=kill") as worker:
        assert await worker.exit_code() == -signal.SIGKILL
    async with life.worker():
        await over(life, watch)


async def a_worker_freezes_and_wakes(life: Life, program: Program, watch: Watch, mutant: str) -> None:
    await life.started()
    async with program.worker(FAILPOINTS="after commit of save_lesson_text#2=freeze", MUTANT=mutant) as worker:
        await worker.stopped()
        async with life.worker():
            await over(life, watch)
            await looked_again(watch)  # what is written later shows only to whom has seen the end
            before = watch.samples
            worker.signal(signal.SIGCONT)

            async def noticed() -> bool:
                return bool(watch.found) or ("nothing of it is written" in worker.log and watch.samples > before + 2)

            await eventually(noticed, within=25)


async def a_job_is_delivered_again(life: Life, program: Program, watch: Watch, mutant: str) -> None:
    await life.started()
    async with life.worker():
        await over(life, watch)
        await eventually(lambda: life.sql.fetchval("select bool_and(status = 'complete') from saq_jobs"))
        await looked_again(watch)
        before = watch.samples
        await life.sql.execute("update saq_jobs set status = 'queued', expire_at = null")

        async def delivered() -> bool:
            done = await life.sql.fetchval("select bool_and(status = 'complete') from saq_jobs")
            return bool(watch.found) or (done and watch.samples > before + 2)

        await eventually(delivered, within=25)


async def two_courses_are_started_with_one_key(life: Life, program: Program, watch: Watch, mutant: str) -> None:
    owner = await life.user(await life.organization("premium"))
    keyed = life.caller(owner.claims, idempotency_key="one")
    courses = [await life.course(owner) for _ in range(2)]
    failpoints = Failpoints(life.sql)
    async with failpoints.gate("job_status"):
        calls = [asyncio.create_task(start_or_refusal(keyed, course)) for course in courses]
        await failpoints.someone_waits()
        both_wait = (
            "select count(*) > 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        )
        await eventually(lambda: life.sql.fetchval(both_wait))
    outcomes = await asyncio.gather(*calls)
    assert "started" in outcomes
    await looked_again(watch)


async def start_or_refusal(caller: SignedIn, course: object) -> str:
    try:
        await initiate(caller, InitiateInput(course_id=course))  # type: ignore[arg-type]
    except RpcError as refused:
        return type(refused).__name__
    return "started"


async def redis_is_emptied(life: Life, program: Program, watch: Watch, mutant: str) -> None:
    await life.started()
    async with life.reaper() as reaper:
        going_on = asyncio.create_task(reaper.run())
        async with Redis.from_url(life.settings.redis_url) as redis:
            await redis.flushdb()

        async def put_back() -> bool:
            return bool(watch.found) or (await life.slots.held()).total == 1

        await eventually(put_back, within=25)
        await ended(going_on)


SCENARIOS: dict[str, tuple[Scenario, str]] = {
    "no reaper": (a_worker_dies, "I2: run"),
    "no fencing": (a_worker_freezes_and_wakes, "I5: something of run"),
    "no claim guard": (a_job_is_delivered_again, "I5:"),
    "no unique key": (two_courses_are_started_with_one_key, "I3: user"),
    "no rebuild": (redis_is_emptied, "I1: run"),
}
ALL = [
    pytest.param("no reaper", marks=pytest.mark.fault("mutant: no reaper")),
    pytest.param("no fencing", marks=pytest.mark.fault("mutant: no fencing")),
    pytest.param("no claim guard", marks=pytest.mark.fault("mutant: no claim guard")),
    pytest.param("no unique key", marks=pytest.mark.fault("mutant: no unique key")),
    pytest.param("no rebuild", marks=pytest.mark.fault("mutant: no rebuild")),
]


@pytest.mark.parametrize("name", ALL)
async def test_the_oracle_names_what_goes_wrong_without_the_protection(
    life: Life, program: Program, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    scenario, named = SCENARIOS[name]
    await change_database(life.sql, MUTANTS[name])
    for place, function, replacement in MUTANTS[name].patches:
        monkeypatch.setattr(place, function, replacement)
    async with Watch.over(life.settings) as watch:
        await scenario(life, program, watch, name)
        assert any(line.startswith(named) for line in watch.found), [*watch.found]


@pytest.mark.faults
@pytest.mark.parametrize("name", ALL)
async def test_the_oracle_finds_nothing_while_the_protection_is_there(life: Life, program: Program, name: str) -> None:
    scenario, _ = SCENARIOS[name]
    async with Watch.over(life.settings) as watch:
        await scenario(life, program, watch, "")
    assert [*watch.found] == []
