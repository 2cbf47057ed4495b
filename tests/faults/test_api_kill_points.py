"""An API process that kills itself at each point of a start: the retry with the same key goes on, with one run."""

import asyncio
import signal
from time import time
from uuid import UUID

import httpx
import pytest

from app.context import SignedIn
from procedures.generation._start import KeyReused
from procedures.generation.initiate import Initiated, InitiateInput, initiate
from tests.faults.calls import start
from tests.faults.conftest import Settled
from tests.faults.link import Link, opened
from tests.faults.oracle import settles
from tests.faults.processes import Program
from tests.faults.proxy import losing_proxy
from tests.faults.watch import Watch
from tests.work.harness import eventually
from tests.work.life import CHAIN, Life

KEY = "the caller's own"


async def retried(life: Life, owner: SignedIn, course: UUID) -> Initiated:
    """The same call once more, to a process that lives."""
    keyed = life.caller(owner.claims, idempotency_key=KEY)
    return await initiate(keyed, InitiateInput(course_id=course))


async def goes_on(life: Life, watch: Watch, settled: Settled, owner: SignedIn, course: UUID, since: float) -> None:
    """The retry is answered, and its one run goes to its end."""
    async with life.worker():
        answer = await retried(life, owner, course)
        watch.accept(answer.job_id)
        await settled(since)
        assert await life.ends(course) == "completed"
        await settles(life)
    assert await life.jobs(course) == [(name, "completed", 1) for name in CHAIN]
    assert await life.sql.fetchval("select count(*) from generation_runs") == 1
    assert (await retried(life, owner, course)).job_id == answer.job_id


@pytest.mark.parametrize(
    ("point", "slots", "runs"),
    [
        pytest.param(
            "before claim_run", 0, 0, marks=[pytest.mark.fault("API: killed before insert"), pytest.mark.faults]
        ),
        pytest.param(
            "after claim_run", 0, 0, marks=[pytest.mark.fault("API: killed after insert"), pytest.mark.faults]
        ),
        pytest.param("after slots.acquire", 1, 0, marks=pytest.mark.fault("API: killed after the slot")),
        pytest.param(
            "before commit of enqueue_job",
            1,
            0,
            marks=[pytest.mark.fault("API: killed inside the transaction"), pytest.mark.faults],
        ),
        pytest.param("after commit of claim_run", 1, 1, marks=pytest.mark.fault("API: killed after COMMIT")),
        pytest.param("before answer", 1, 1, marks=[pytest.mark.fault("API: answer lost"), pytest.mark.faults]),
    ],
)
async def test_a_start_whose_process_dies_is_resumed_by_its_retry(
    life: Life, program: Program, watch: Watch, settled: Settled, point: str, slots: int, runs: int
) -> None:
    """`slots` and `runs` are what is there when it has died."""
    owner = await life.user(await life.organization("free"))
    course = await life.course(owner)
    async with program.api(FAILPOINTS=f"{point}=kill") as (_, port):
        with pytest.raises(httpx.TransportError):
            await start(port, owner, course, KEY)
        killed = time()
        assert (await life.slots.held()).total == slots
        assert await life.sql.fetchval("select count(*) from generation_runs") == runs
        await goes_on(life, watch, settled, owner, course, since=killed)


@pytest.mark.fault("API: COMMIT sent and answer lost")
async def test_a_start_killed_while_its_commit_is_under_way_is_found_by_its_retry(
    life: Life, program: Program, watch: Watch, settled: Settled
) -> None:
    owner = await life.user(await life.organization("free"))
    course = await life.course(owner)
    async with losing_proxy(life.settings.database_url) as (proxy, dsn):
        proxy.release = asyncio.Event()
        async with program.api(DATABASE_URL=dsn) as (api, port):
            proxy.to_lose = 1
            call = asyncio.create_task(start(port, owner, course, KEY))

            async def committed() -> bool:
                return proxy.lost == 1

            await eventually(committed)
            await api.kill_all()
            killed = time()
            with pytest.raises(httpx.TransportError):
                await call
        proxy.release.set()
    await goes_on(life, watch, settled, owner, course, since=killed)


@pytest.mark.faults
@pytest.mark.fault("API: answer lost")
async def test_a_start_whose_answer_is_cut_off_is_given_it_by_the_retry(
    life: Life, program: Program, watch: Watch, settled: Settled
) -> None:
    owner = await life.user(await life.organization("free"))
    course = await life.course(owner)
    async with program.api() as (_, port):
        link = Link(port)
        link.to_lose = 1
        async with opened(link) as way:
            with pytest.raises(httpx.TransportError):
                await start(way, owner, course, KEY)
            await goes_on(life, watch, settled, owner, course, since=time())
            assert link.lost == 1


@pytest.mark.faults
@pytest.mark.fault("API: 50 parallel retries of one key")
async def test_fifty_retries_at_once_of_a_start_that_died_are_one_run(
    life: Life, program: Program, watch: Watch, settled: Settled
) -> None:
    owner = await life.user(await life.organization("free"))
    course = await life.course(owner)
    async with program.api(FAILPOINTS="after slots.acquire=kill") as (_, port):
        with pytest.raises(httpx.TransportError):
            await start(port, owner, course, KEY)
        killed = time()
        answers = await asyncio.gather(*(retried(life, owner, course) for _ in range(50)))
        assert len({answer.job_id for answer in answers}) == 1
        await goes_on(life, watch, settled, owner, course, since=killed)


@pytest.mark.faults
@pytest.mark.fault("API: same key with another payload")
async def test_the_key_of_a_start_that_committed_and_died_is_refused_with_another_course(
    life: Life, program: Program, watch: Watch, settled: Settled
) -> None:
    owner = await life.user(await life.organization("free"))
    course, other = await life.course(owner), await life.course(owner)
    async with program.api(FAILPOINTS="after commit of claim_run=kill") as (_, port):
        with pytest.raises(httpx.TransportError):
            await start(port, owner, course, KEY)
        killed = time()
        with pytest.raises(KeyReused):
            await retried(life, owner, other)
        await goes_on(life, watch, settled, owner, course, since=killed)


@pytest.mark.fault("API: SIGTERM under load")
async def test_an_api_told_to_stop_under_load_answers_what_it_took_and_loses_nothing(
    life: Life, program: Program, watch: Watch, settled: Settled
) -> None:
    organization = await life.organization("premium")
    owners = [await life.user(organization) for _ in range(20)]
    pairs = [(owner, await life.course(owner)) for owner in owners]
    async with program.api() as (api, port):
        calls = [asyncio.create_task(start(port, *pair, KEY)) for pair in pairs]
        await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
        api.signal(signal.SIGTERM)
        told = time()
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        assert await api.exit_code() == 0
    answers = [each for each in outcomes if isinstance(each, httpx.Response)]
    assert {type(each) for each in outcomes} <= {httpx.Response, httpx.ConnectError, httpx.ReadError}
    assert {answer.status_code for answer in answers} == {200}
    begun = "select count(*) from generation_runs where state <> 'reserving'"
    assert await life.sql.fetchval(begun) == len(answers)  # none was taken and cut off
    async with life.worker():
        for answer in answers:
            watch.accept(answer.json()["jobId"])
        for owner, course in pairs:
            watch.accept((await retried(life, owner, course)).job_id)
        await settled(told)
        for _, course in pairs:
            assert await life.ends(course) == "completed"
        await settles(life)
    assert await life.sql.fetchval("select count(*) from generation_runs") == len(pairs)
