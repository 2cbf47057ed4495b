"""A worker that kills, freezes or blocks itself at each point of a job: the run goes on to its end, with one effect."""

import signal
from time import time
from uuid import UUID

import pytest

from tests.faults.conftest import SHORT_TRANSACTIONS, Settled
from tests.faults.oracle import settles
from tests.faults.processes import Program
from tests.faults.watch import Watch
from tests.work.harness import eventually
from tests.work.life import CHAIN, Life


async def attempts_of(life: Life, course: UUID) -> dict[str, int]:
    """Attempts of each job that took more than one."""
    jobs = await life.jobs(course)
    assert [(name, status) for name, status, _ in jobs] == [(name, "completed") for name in CHAIN]
    return {name: attempts for name, _, attempts in jobs if attempts != 1}


@pytest.mark.parametrize(
    ("point", "repeated"),
    [
        pytest.param(
            "after queue_take", {"structure_analysis": 2}, marks=pytest.mark.fault("worker: killed after pop")
        ),
        pytest.param(
            "after commit of claim_job#2",
            {"structure_generation": 2},
            marks=[pytest.mark.fault("worker: killed after claim"), pytest.mark.faults],
        ),
        pytest.param(
            "before commit of save_lesson_text#2",
            {"text_generation": 2},
            marks=[pytest.mark.fault("worker: killed mid-work"), pytest.mark.faults],
        ),
        pytest.param(
            "after commit of save_lesson_text#2",
            {"text_generation": 2},
            marks=pytest.mark.fault("worker: killed mid-work"),
        ),
        pytest.param(
            "before complete_job#3",
            {"text_generation": 2},
            marks=[pytest.mark.fault("worker: killed before complete"), pytest.mark.faults],
        ),
        pytest.param(
            "before commit of complete_job#3",
            {"text_generation": 2},
            marks=[pytest.mark.fault("worker: killed before complete"), pytest.mark.faults],
        ),
        pytest.param(
            "before slots.release", {}, marks=pytest.mark.fault("worker: killed after complete before release")
        ),
        pytest.param(
            "after slots.release",
            {},
            marks=[pytest.mark.fault("worker: killed after release before ack"), pytest.mark.faults],
        ),
        pytest.param(
            "before queue_finish#4",
            {},
            marks=[pytest.mark.fault("worker: killed after release before ack"), pytest.mark.faults],
        ),
    ],
)
async def test_a_run_whose_worker_dies_goes_on_to_its_end(
    life: Life, program: Program, watch: Watch, settled: Settled, point: str, repeated: dict[str, int]
) -> None:
    course = await life.started(await life.user(await life.organization("free")))
    async with program.worker(FAILPOINTS=f"{point}=kill") as worker:
        assert await worker.exit_code() == -signal.SIGKILL
    killed = time()
    async with life.worker():
        await settled(killed)
        assert await life.ends(course) == "completed"
        await settles(life)
        await queue_is_empty(life)
    assert await attempts_of(life, course) == repeated
    assert len(set(await life.lessons(course))) == len(await life.lessons(course)) > 2


@pytest.mark.faults
@pytest.mark.fault("worker: SIGSTOP past the TTL, then CONT")
@pytest.mark.parametrize(
    ("point", "repeated"),
    [
        ("after queue_take", {"structure_analysis": 2}),
        ("before claim_job#2", {"structure_generation": 2}),
        ("before commit of save_lesson_text#2", {"text_generation": 2}),
        ("before complete_job#3", {"text_generation": 2}),
        ("before slots.release", {}),
        ("before queue_finish#4", {}),
    ],
)
async def test_a_worker_frozen_past_its_lease_changes_nothing_when_it_wakes(
    life: Life, program: Program, watch: Watch, settled: Settled, point: str, repeated: dict[str, int]
) -> None:
    course = await life.started(await life.user(await life.organization("free")))
    async with program.worker(FAILPOINTS=f"{point}=freeze", **SHORT_TRANSACTIONS) as frozen:
        await frozen.stopped()
        since = time()
        async with life.worker():
            await settled(since)
            assert await life.ends(course) == "completed"
            await settles(life)
            await queue_is_empty(life)
            frozen.signal(signal.SIGCONT)
            frozen.signal(signal.SIGTERM)
            assert await frozen.exit_code() == 0
    assert await attempts_of(life, course) == repeated


@pytest.mark.faults
@pytest.mark.fault("worker: event loop blocked")
@pytest.mark.parametrize("point", ["before claim_job#2", "before complete_job#2", "before queue_finish#3"])
async def test_a_worker_whose_event_loop_is_blocked_past_its_lease_has_no_second_effect(
    life: Life, program: Program, watch: Watch, settled: Settled, point: str
) -> None:
    course = await life.started(await life.user(await life.organization("free")))
    async with program.worker(FAILPOINTS=f"{point}=block:4", **SHORT_TRANSACTIONS) as blocked:
        await eventually(lambda: blocks(life), within=30)
        since = time()
        async with life.worker():
            await settled(since)
            assert await life.ends(course) == "completed"
            await settles(life)
            blocked.signal(signal.SIGTERM)
            assert await blocked.exit_code() == 0
    assert sum((await attempts_of(life, course)).values()) in (0, 2)


async def blocks(life: Life) -> bool:
    """Whether a job has been active without a sign of life for most of its lease."""
    silent = (
        "select exists (select from saq_jobs where status = 'active' and extract(epoch from now()) * 1000"
        " - (convert_from(job, 'UTF8')::jsonb ->> 'touched')::bigint > 1000)"
    )
    return bool(await life.sql.fetchval(silent))


async def queue_is_empty(life: Life) -> None:
    """Until the queue has no job that is under way."""
    await eventually(lambda: life.sql.fetchval("select bool_and(status = 'complete') from saq_jobs"))
