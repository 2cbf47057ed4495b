"""Targets of webhooks that drip, flood, redirect, refuse and close, and workers that die over them: I7."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from time import monotonic
from uuid import UUID

import pytest

from app.dev import Database
from procedures.generation.initiate import InitiateInput, initiate
from tests.faults.conftest import SHORT
from tests.faults.oracle import settles
from tests.faults.processes import Program
from tests.webhooks.receiving import Receiver, Script, closing, endless, receiving, silence, status
from tests.work.failpoints import Failpoints
from tests.work.harness import connected, eventually
from tests.work.life import Life, living
from tests.world import environment_for, settings_for

TIMEOUT = 1.0
LEASE = 2 * TIMEOUT
RECORDING = "from pg_stat_activity where wait_event_type = 'Lock' and query like '%record_webhook%'"
HOOKS = {"webhook_timeout_seconds": TIMEOUT}


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Answers 204 until told otherwise."""
    async with receiving() as running:
        yield running


@pytest.fixture
async def life(own_database: Database, own_redis_url: str, tmp_path: Path, receiver: Receiver) -> AsyncIterator[Life]:
    """A world in which the receiver is listed."""
    settings = settings_for(own_database, own_redis_url, tmp_path, **SHORT, **HOOKS, webhook_test_hosts=receiver.host)
    async with living(settings) as made:
        yield made


@pytest.fixture
def program(own_database: Database, own_redis_url: str, tmp_path: Path, receiver: Receiver) -> Program:
    """Starts processes over the same servers as `life`."""
    listed = {"webhook_test_hosts": receiver.host, "log_level": "info"}
    return Program(environment_for(own_database, own_redis_url, tmp_path, **SHORT, **HOOKS, **listed), tmp_path)


async def hooked(life: Life, receiver: Receiver) -> UUID:
    """A course whose generation tells the receiver."""
    owner = await life.user()
    course = await life.course(owner)
    await initiate(owner, InitiateInput(course_id=course, webhook_url=receiver.url))
    return course


def of(life: Life, query: str, expected: object) -> Callable[[], Awaitable[bool]]:
    """Whether the query's value is this one."""

    async def so() -> bool:
        return bool(await life.sql.fetchval(query) == expected)

    return so


async def test_a_worker_killed_after_the_send_and_before_its_record_costs_a_second_send_of_the_same_event(
    life: Life, program: Program, receiver: Receiver
) -> None:
    receiver.script = silence
    await hooked(life, receiver)
    async with program.worker(WORKER_CONCURRENCY="1") as dead:
        await eventually(of_received(receiver, 1))
        killed = monotonic()
        await dead.kill()
    first = receiver.ids[0]
    receiver.script = status(204)
    async with life.worker():

        async def again() -> bool:
            return receiver.ids.count(first) == 2

        await eventually(again)
        assert monotonic() - killed < LEASE + 2 * life.settings.reaper_period_seconds + 2.0
        await eventually(of(life, "select count(*) from webhook_deliveries where state <> 'delivered'", 0))
        await settles(life)
    [one, two] = [got for got in receiver.received if got.headers["webhook-id"] == first]
    assert one.body == two.body
    assert int(two.headers["webhook-timestamp"]) >= int(one.headers["webhook-timestamp"])
    assert await life.sql.fetchval("select attempts from webhook_deliveries where id = $1", UUID(first)) == 2


def of_received(receiver: Receiver, count: int) -> Callable[[], Awaitable[bool]]:
    """Whether so many requests have come."""

    async def so() -> bool:
        return len(receiver.received) >= count

    return so


BAD: dict[str, Script] = {
    "never answers": silence,
    "drips": endless(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n", b"x", 0.05),
    "sends without an end before it answers": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "closes": closing,
    "redirects": status(302, "location: http://127.0.0.1:1/"),
    "fails": status(503, "retry-after: 1"),
}


@pytest.mark.fault("webhook target: dripping")
@pytest.mark.fault("webhook target: redirecting")
@pytest.mark.parametrize("target", BAD)
async def test_a_bad_target_neither_fails_nor_slows_a_run(life: Life, receiver: Receiver, target: str) -> None:
    """A run that waited for its nine deliveries would take nine time-outs more; the slack is for a busy machine."""
    async with life.worker():
        well = await seconds_of(life, receiver)
        receiver.script = BAD[target]
        ill = await seconds_of(life, receiver)
        assert ill < well + 4 * TIMEOUT
        attempted = (
            "select bool_and(attempts >= 1 and last_error is not null) from webhook_deliveries where state <> $1"
        )

        async def told() -> bool:
            return bool(await life.sql.fetchval(attempted, "delivered"))

        await eventually(told, within=20)
        await settles(life)


async def seconds_of(life: Life, receiver: Receiver) -> float:
    """How long a run takes."""
    begin = monotonic()
    assert await life.ends(await hooked(life, receiver)) == "completed"
    return monotonic() - begin


@pytest.mark.fault("webhook target: sending 10 GB")
async def test_ten_gigabytes_of_an_answer_are_cut_and_count_as_its_status(life: Life, receiver: Receiver) -> None:
    receiver.script = endless(b"HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n", b"x" * 65536)
    async with life.worker():
        await hooked(life, receiver)
        await eventually(of(life, "select count(*) from webhook_deliveries where state = 'delivered'", 9), within=20)


async def test_a_target_that_is_down_for_hours_is_told_all_when_it_is_back(life: Life, receiver: Receiver) -> None:
    receiver.script = status(503)
    async with life.worker():
        for _ in range(3):
            await life.ends(await hooked(life, receiver))
        await eventually(of(life, "select count(*) from webhook_deliveries where last_status = 503", 27), within=20)
        receiver.script = status(204)
        receiver.received.clear()
        await life.sql.execute("update webhook_deliveries set next_attempt_at = now()")  # the hours are over
        await eventually(of(life, "select count(*) from webhook_deliveries where state = 'delivered'", 27), within=20)
        assert len(set(receiver.ids)) == len(receiver.ids) == 27
        await settles(life)


async def test_an_outage_of_the_database_after_the_send_leads_to_a_second_send(
    life: Life, receiver: Receiver, failpoints: Failpoints, own_database: Database
) -> None:
    """What came of the attempt can't be written: it counts as never made, and is made again under the same id."""
    held = asyncio.Event()

    async def script(writer: asyncio.StreamWriter) -> None:
        if len(receiver.received) == 1:
            await held.wait()
        await status(204)(writer)

    receiver.script = script
    await hooked(life, receiver)
    async with life.worker():
        await eventually(of_received(receiver, 1))
        async with failpoints.unreadable("webhook_deliveries"), connected(own_database.superuser) as other:
            held.set()
            await eventually(lambda: other.fetchval(f"select pg_terminate_backend(pid) {RECORDING}"))
        await eventually(of(life, "select count(*) from webhook_deliveries where state <> 'delivered'", 0), within=20)
    assert receiver.ids.count(receiver.ids[0]) == 2
