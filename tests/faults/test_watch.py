"""What the oracle finds only by looking again and again: each kind is brought about by hand, and named."""

from uuid import uuid4

import pytest

from tests.faults.oracle import violations
from tests.faults.watch import Watch
from tests.work.harness import eventually
from tests.work.life import Life

pytestmark = pytest.mark.unwatched("what is wrong here is meant to be")


async def found(watch: Watch, start: str) -> str:
    """The first finding that begins so."""

    async def is_found() -> bool:
        return any(line.startswith(start) for line in watch.found)

    await eventually(is_found, within=30)
    return next(line for line in watch.found if line.startswith(start))


async def looked(watch: Watch) -> None:
    """Until it has looked at what is there now."""
    before = watch.samples

    async def again() -> bool:
        return watch.samples > before + 1

    await eventually(again)


async def ended_run(life: Life) -> str:
    """A run that was failed, as the reaper does it; its id."""
    course = await life.started()
    run = await life.run_of(course)
    await life.sql.execute("select app.fail_run($1, 'a test')", run)
    await life.slots.release(run, await life.sql.fetchval("select slot_token from generation_runs"))
    return str(run)


async def test_a_run_that_goes_on_as_it_should_is_not_remarked_upon(life: Life) -> None:
    async with Watch.over(life.settings) as watch, life.worker():
        assert await life.ends(await life.started()) == "completed"
        await looked(watch)
    assert [*watch.found] == []


async def test_a_run_without_an_owner_is_named_when_that_lasts(life: Life) -> None:
    course = await life.started()
    async with Watch.over(life.settings) as watch:
        await life.sql.execute("delete from saq_jobs")
        await looked(watch)
        assert [*watch.found] == []
        assert str(await life.run_of(course)) in await found(watch, "I2: run")


async def test_a_job_whose_worker_is_not_heard_of_any_more_is_no_owner(life: Life) -> None:
    await life.started()
    await life.sql.execute(
        "update saq_jobs set status = 'active', lease = gen_random_uuid(), job = convert_to((convert_from(job, 'UTF8')"
        "::jsonb || jsonb_build_object('attempts', 1, 'touched', (extract(epoch from now()) * 1000)::bigint - $1))"
        "::text, 'UTF8')",
        int(life.settings.lease_ttl_seconds * 1000),
    )
    assert [line[:7] for line in await violations(life)] == ["I2: run"]


async def test_a_slot_that_leaks_is_named_when_that_lasts(life: Life) -> None:
    run, user = uuid4(), uuid4()
    async with Watch.over(life.settings) as watch:
        await life.slots.acquire(run, user, uuid4(), "free", 1)
        assert str(run) in await found(watch, "I1: a slot")


@pytest.mark.parametrize(
    ("change", "start"),
    [
        ("update generation_runs set failure = 'another reason'", "I5: something of run"),
        ("update lessons set title = title || '!'", "I5: something of run"),
        ("update job_status set attempts = 7", "I5: something of run"),
        ("update generation_runs set state = 'running', ended_at = null", "I5: run"),
    ],
)
async def test_what_is_written_after_the_end_of_a_run_is_named(life: Life, change: str, start: str) -> None:
    await ended_run(life)
    await life.sql.execute(
        "insert into sections (id, course_id, title, order_index) select gen_random_uuid(), id, 'one', 1 from courses;"
        "insert into lessons (section_id, title, order_index, lesson_type, status)"
        " select id, 'one', 1, 'text', 'draft' from sections"
    )
    async with Watch.over(life.settings) as watch:
        await looked(watch)
        assert [*watch.found] == []
        await life.sql.execute(change)
        await found(watch, start)


async def test_an_epoch_that_goes_back_is_named(life: Life) -> None:
    await life.started()
    await life.sql.execute("update generation_runs set epoch = 3")
    async with Watch.over(life.settings) as watch:
        await looked(watch)
        await life.sql.execute("update generation_runs set epoch = 2")
        assert "went back from 3 to 2" in await found(watch, "I5: the epoch")


async def test_an_accepted_job_that_is_gone_is_named(life: Life) -> None:
    await life.started()
    async with Watch.over(life.settings) as watch:
        watch.accept(await life.sql.fetchval("select job_id from job_status"))
        await looked(watch)
        assert [*watch.found] == []
        watch.accept("course-gen-none")
        assert await found(watch, "I6") == "I6: job course-gen-none was answered with 2xx and is gone"


LEAK = "I1: a slot is held by run 1, which is not live"


async def test_the_time_that_something_may_be_wrong_begins_again_when_a_fault_is_over(life: Life) -> None:
    watch = Watch(life.settings, "", life.slots, period=1)
    watch.judge([LEAK], 0)
    with watch.fault():
        watch.judge([LEAK], 1_000)
    watch.judge([LEAK], 1_001)
    watch.judge([LEAK], 1_002)
    assert ([*watch.found], watch.longest) == ([], 1)
    watch.judge([LEAK], 2_001)
    assert [*watch.found] == [f"{LEAK}, for 1000.0 s"]


async def test_what_may_never_be_wrong_is_named_during_a_fault_too(life: Life) -> None:
    watch = Watch(life.settings, "", life.slots, period=1)
    with watch.fault():
        watch.judge(["I3: two live runs of course 1"], 0)
    assert [*watch.found] == ["I3: two live runs of course 1"]
