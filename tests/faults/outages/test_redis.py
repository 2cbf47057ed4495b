"""Redis restarted empty, frozen, read-only, out of memory, its answer lost: no slot is lost or granted twice."""

import asyncio
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from time import monotonic
from uuid import UUID

import msgspec
import pytest
from redis.asyncio import Redis

from app.boot import open_resources
from app.context import SignedIn
from app.leases import SlotsUnavailable, UserLimitReached
from app.leases.connection import ANSWER_SECONDS, MAX_CONNECTIONS
from procedures.generation.initiate import InitiateInput, initiate
from tests.faults.link import Link, opened, redis_over
from tests.faults.oracle import settles, violations
from tests.faults.outages.settling import PATIENCE, Settled
from tests.leases.server import Server
from tests.work.failpoints import Failpoints
from tests.work.life import Life

Fault = Callable[[Server], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def restarted_empty(server: Server) -> AsyncGenerator[None]:
    """The server is another one, which knows nothing."""
    server.kill()
    server.start()
    yield


@asynccontextmanager
async def stalled(server: Server) -> AsyncGenerator[None]:
    """Its process is frozen: what is sent to it is carried out when nobody waits for it any more."""
    assert server.process
    server.process.send_signal(signal.SIGSTOP)
    yield
    server.process.send_signal(signal.SIGCONT)


@asynccontextmanager
async def read_only(server: Server) -> AsyncGenerator[None]:
    """The server has become the replica of another."""
    async with Redis.from_url(server.url) as redis:
        await redis.replicaof("127.0.0.1", "1")
        yield
        await redis.replicaof("NO", "ONE")


@asynccontextmanager
async def out_of_memory(server: Server) -> AsyncGenerator[None]:
    """Nothing more is stored, and nothing evicted."""
    async with Redis.from_url(server.url) as redis:
        await redis.config_set("maxmemory-policy", "noeviction")
        await redis.config_set("maxmemory", 1)
        yield
        await redis.config_set("maxmemory", 0)


FAULTS = [
    pytest.param(restarted_empty, marks=pytest.mark.fault("Redis: restart empty"), id="restart empty"),
    pytest.param(stalled, marks=pytest.mark.fault("Redis: stall"), id="stall"),
    pytest.param(read_only, marks=pytest.mark.fault("Redis: READONLY"), id="READONLY"),
    pytest.param(out_of_memory, marks=pytest.mark.fault("Redis: OOM"), id="OOM"),
]


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_run_goes_on_and_its_slot_is_given_back_once(
    life: Life, redis: Server, failpoints: Failpoints, settled: Settled, fault: Fault
) -> None:
    owner = await life.user(await life.organization("free"))
    course, refused = await life.started(owner), await life.course(owner)
    async with life.worker():
        async with failpoints.gate("job_status", after=1):
            await failpoints.someone_waits()
            async with fault(redis):
                began = monotonic()
                with pytest.raises((SlotsUnavailable, UserLimitReached)):
                    await initiate(owner, InitiateInput(course_id=refused))
                assert monotonic() - began < 2
            await settled(monotonic())
            with pytest.raises(UserLimitReached):
                await initiate(owner, InitiateInput(course_id=refused))
        assert await life.ends(course, PATIENCE) == "completed"
        await settles(life)
    assert life.slots.given_back[await life.run_of(course)] == 1
    assert await life.sql.fetchval("select count(*) from generation_runs") == 1


@pytest.fixture
async def through_link(life: Life, redis: Server) -> AsyncIterator[tuple[Link, SignedIn]]:
    """The link, and a caller whose calls reach Redis over it."""
    owner = await life.user(await life.organization("free"))
    link = Link(f"{redis.folder}/s")
    async with opened(link) as port:
        settings = msgspec.structs.replace(life.settings, redis_url=redis_over(redis.url, port))
        async with open_resources(settings, settings.database_url) as resources:
            yield link, SignedIn(owner.request, resources, owner.claims)


async def start(owner: SignedIn, course: UUID) -> None:
    await initiate(owner, InitiateInput(course_id=course))


@pytest.mark.fault("Redis: lease granted and answer lost")
async def test_a_slot_whose_answer_was_lost_is_asked_for_again_and_held_once(
    life: Life, through_link: tuple[Link, SignedIn]
) -> None:
    link, owner = through_link
    course = await life.course(owner)
    assert (await owner.resources.slots.held()).total == 0
    link.to_lose = 1
    await start(owner, course)
    assert link.lost == 1
    assert list((await life.slots.held()).runs) == [await life.run_of(course)]
    assert await violations(life) == []


@pytest.mark.fault("Redis: lease granted and answer lost")
async def test_a_slot_whose_answer_is_never_told_is_given_back_in_time(
    life: Life, through_link: tuple[Link, SignedIn], settled: Settled
) -> None:
    link, owner = through_link
    course = await life.course(owner)
    assert (await owner.resources.slots.held()).total == 0
    link.to_lose = 1_000_000
    with pytest.raises(SlotsUnavailable):
        await start(owner, course)
    over = monotonic()
    link.to_lose = 0
    async with life.worker():
        await settled(over)
        await start(owner, course)
        assert await life.ends(course, PATIENCE) == "completed"
        await settles(life)
    assert await life.sql.fetchval("select count(*) from generation_runs") == 1


async def test_a_stalled_redis_is_waited_for_once_by_more_calls_than_there_are_connections(
    through_link: tuple[Link, SignedIn],
) -> None:
    link, owner = through_link
    slots = owner.resources.slots
    assert (await slots.held()).total == 0
    link.stall()
    first = asyncio.gather(*(slots.held() for _ in range(MAX_CONNECTIONS)), return_exceptions=True)
    await asyncio.wait({first}, timeout=ANSWER_SECONDS / 2)  # later calls are waiting when the first give up
    began = monotonic()
    answers = await asyncio.gather(*(slots.held() for _ in range(MAX_CONNECTIONS)), return_exceptions=True)
    assert monotonic() - began < ANSWER_SECONDS + 0.25
    assert {type(answer) for answer in answers + await first} == {SlotsUnavailable}
    link.resume()
    assert (await slots.held()).total == 0
