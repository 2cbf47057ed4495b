"""What undoes and what recovers dies too: the undoing of a start at each step, a reaper in the middle of its pass."""

import signal
from time import time

import httpx
import pytest

from procedures.generation.initiate import InitiateInput, initiate
from tests.faults.calls import start
from tests.faults.conftest import Settled
from tests.faults.oracle import settles
from tests.faults.processes import Program
from tests.faults.watch import Watch
from tests.work.life import Life

FAILING = "before enqueue_job#*=fail"
ENDS = "select count(*) from generation_status_history where new_status = 'failed'"


@pytest.mark.fault("compensation dying at each step")
@pytest.mark.parametrize(
    ("point", "slots"),
    [
        ("before slots.release", 1),
        pytest.param("after slots.release", 0, marks=pytest.mark.faults),
        pytest.param("before record_event", 0, marks=pytest.mark.faults),
        pytest.param("after commit of record_event", 0, marks=pytest.mark.faults),
        pytest.param("before answer", 0, marks=pytest.mark.faults),
    ],
)
async def test_a_start_that_fails_and_dies_while_it_is_undone_leaves_nothing(
    life: Life, program: Program, watch: Watch, settled: Settled, point: str, slots: int
) -> None:
    owner = await life.user(await life.organization("free"))
    course = await life.course(owner)
    async with program.api(FAILPOINTS=f"{FAILING}; {point}=kill") as (_, port):
        with pytest.raises(httpx.TransportError):
            await start(port, owner, course, "a key")
        killed = time()
        assert (await life.slots.held()).total == slots
    async with life.worker():
        await settled(killed)
        assert await life.sql.fetchval("select count(*) from generation_runs") == 0
        answer = await initiate(owner, InitiateInput(course_id=course))
        watch.accept(answer.job_id)
        assert await life.ends(course) == "completed"
        await settles(life)


@pytest.mark.faults
@pytest.mark.fault("compensation dying at each step")
@pytest.mark.parametrize("point", ["before slots.release", "after slots.release"])
async def test_a_failed_run_whose_worker_dies_before_it_gives_the_slot_back_does_not_keep_it(
    life: Life, program: Program, watch: Watch, settled: Settled, point: str
) -> None:
    owner = await life.user(await life.organization("free"))
    course = await life.started(owner)
    async with program.worker(FAILPOINTS=f"{FAILING}; {point}=kill") as worker:
        assert await worker.exit_code() == -signal.SIGKILL
    killed = time()
    assert await life.state(course) == ("failed", "failed")
    async with life.worker():
        await settled(killed)
        assert await life.ends(await life.started(owner)) == "completed"
        await settles(life)


@pytest.mark.fault("two reapers")
@pytest.mark.parametrize("action", ["kill", pytest.param("freeze", marks=pytest.mark.faults)])
@pytest.mark.parametrize(
    "point", ["after lock_reaper", "after queue_sweep", "after commit of fail_run", "before count_reaper_work"]
)
async def test_a_reaper_that_dies_or_freezes_in_its_pass_is_followed_by_another_one(
    life: Life, program: Program, watch: Watch, settled: Settled, point: str, action: str
) -> None:
    owner = await life.user(await life.organization("free"))
    course = await life.started(owner)
    await life.sql.execute("delete from saq_jobs")
    async with program.worker(FAILPOINTS=f"{point}={action}") as worker:
        if action == "freeze":
            await worker.stopped()
        else:
            assert await worker.exit_code() == -signal.SIGKILL
        since = time()
        async with life.worker():
            await settled(since)
        if action == "freeze":
            worker.signal(signal.SIGCONT)
            worker.signal(signal.SIGTERM)
            assert await worker.exit_code() == 0
    assert await life.state(course) == ("failed", "failed")
    assert await life.sql.fetchval(ENDS) == 1
    assert (await life.slots.held()).total == 0
