"""A worker killed or frozen in the middle of a step: another one finishes the run in time, with one effect."""

import signal
from pathlib import Path
from time import monotonic
from uuid import UUID

import pytest

from procedures.generation.initiate import InitiateInput, initiate
from tests.captured import captured_logs
from tests.faults.oracle import settles
from tests.faults.processes import Program, Running
from tests.work.failpoints import Failpoints
from tests.work.harness import eventually
from tests.work.life import CHAIN, DOCUMENT_CHAIN, Life, upload

SLACK = 2.0  # seconds, for a machine that does other things too
WRITTEN = "select lesson_id, updated_at from lesson_content order by updated_at"


def bound(life: Life) -> float:
    """I2: how long something may be without an owner, in seconds."""
    return life.settings.lease_ttl_seconds + 2 * life.settings.reaper_period_seconds


async def taken_over(life: Life, course: UUID, dead: Running) -> None:
    """Kill the worker; another takes its job within the bound and finishes the run."""
    killed = monotonic()
    await dead.kill()

    async def second_attempt() -> bool:
        return any(attempts == 2 for _, _, attempts in await life.jobs(course))

    await eventually(second_attempt)
    assert monotonic() - killed < bound(life) + SLACK
    assert await life.ends(course) == "completed"
    await settles(life)


@pytest.mark.fault("worker: killed mid-work")
@pytest.mark.unwatched("a table is locked that the oracle reads")
async def test_a_worker_killed_while_it_reads_documents_costs_an_attempt(
    life: Life, program: Program, failpoints: Failpoints, data: Path
) -> None:
    owner = await life.user()
    course = await life.course(owner)
    await upload(owner, course, data / "hleb-na-zakvaske.md")
    await initiate(owner, InitiateInput(course_id=course))
    async with program.worker() as dead:
        async with failpoints.unreadable("file_catalog"):
            await failpoints.someone_waits()
            dead.signal(signal.SIGSTOP)
        async with life.worker():
            await taken_over(life, course, dead)
    assert await life.jobs(course) == [(n, "completed", 2 if n == "document_processing" else 1) for n in DOCUMENT_CHAIN]


@pytest.mark.fault("worker: killed mid-work")
async def test_a_worker_killed_while_it_writes_lessons_leaves_each_lesson_once(
    life: Life, program: Program, failpoints: Failpoints
) -> None:
    course = await life.started()
    async with program.worker() as dead:
        async with failpoints.gate("lesson_content", after=2):
            await failpoints.someone_waits()
            before = await life.sql.fetch(WRITTEN)
            dead.signal(signal.SIGSTOP)
        async with life.worker():
            await taken_over(life, course, dead)
    lessons = await life.lessons(course)
    assert len(before) == 2
    assert (await life.sql.fetch(WRITTEN))[:2] == before
    assert len(await life.sql.fetch(WRITTEN)) == len(lessons) == len(set(lessons))
    assert await life.jobs(course) == [(name, "completed", 2 if name == "text_generation" else 1) for name in CHAIN]


@pytest.mark.fault("worker: SIGSTOP past the TTL, then CONT")
@pytest.mark.unwatched("a table is locked that the oracle reads")
async def test_a_worker_frozen_past_its_lease_writes_nothing_when_it_wakes(
    life: Life, program: Program, failpoints: Failpoints
) -> None:
    course = await life.started()
    async with program.worker() as frozen:
        async with failpoints.unreadable("lesson_content"):
            await failpoints.someone_waits()
            frozen.signal(signal.SIGSTOP)
        async with life.worker():
            assert await life.ends(course) == "completed"
            await settles(life)
        left = await everything(life)
        frozen.signal(signal.SIGCONT)

        async def noticed() -> bool:
            return "nothing of it is written" in frozen.log

        await eventually(noticed)
        frozen.signal(signal.SIGTERM)
        assert await frozen.exit_code() == 0
    assert await everything(life) == left
    assert await life.jobs(course) == [(name, "completed", 2 if name == "text_generation" else 1) for name in CHAIN]


@pytest.mark.unwatched("a table is locked that the oracle reads")
async def test_an_attempt_whose_run_another_has_claimed_writes_nothing_more(life: Life, failpoints: Failpoints) -> None:
    await life.started()
    with captured_logs() as lines:
        async with life.worker():
            async with failpoints.unreadable("lesson_content"):
                await failpoints.someone_waits()
                await life.sql.execute("select app.claim_job(job_id, 2) from job_status where status = 'active'")

            async def noticed() -> bool:
                return any("the run was taken from this attempt" in line["message"] for line in lines)

            await eventually(noticed)
    assert await life.sql.fetchval("select count(*) from lesson_content") == 0


async def everything(life: Life) -> list[object]:
    """What runs have written, the queue's rows included."""
    tables = ("courses", "generation_runs", "job_status", "lesson_content", "generation_status_history", "saq_jobs")
    return [await life.sql.fetch(f"select * from {table} order by 1") for table in tables]  # noqa: S608


@pytest.mark.fault("worker: poison job")
async def test_a_job_that_kills_every_worker_fails_its_run_when_no_attempt_is_left(
    life: Life, program: Program, failpoints: Failpoints
) -> None:
    await failpoints.change_jobs("structure_analysis", retries=2)
    course = await life.started()
    async with life.reaper() as reaper:
        for attempt in (1, 2):
            async with failpoints.gate("job_status"), program.worker(REAPER_PERIOD_SECONDS="60") as poisoned:
                await failpoints.someone_waits()
                assert await life.jobs(course) == [("structure_analysis", "active", attempt)]
                await poisoned.kill()

            async def swept() -> bool:
                await reaper.once()
                return bool(await life.sql.fetchval("select status from saq_jobs") != "active")

            await eventually(swept)
        await settles(life)
    assert await life.state(course) == ("failed", "failed")
    assert (await life.progress(course))["message"] == "Ошибка при анализе задачи"
    assert await life.jobs(course) == [("structure_analysis", "failed", 2)]
    assert life.slots.given_back[await life.run_of(course)] == 1


@pytest.mark.parametrize("grace", ["5", "0.2"])
async def test_sigterm_drains_a_worker_and_nothing_is_lost(
    life: Life, program: Program, failpoints: Failpoints, grace: str
) -> None:
    running, waiting = await life.started(), await life.started()
    async with program.worker(WORKER_CONCURRENCY="1", WORKER_GRACE_SECONDS=grace) as stopping:
        async with failpoints.gate("lesson_content"):
            await failpoints.someone_waits()
            stopping.signal(signal.SIGTERM)
            if float(grace) < 1:
                assert await stopping.exit_code() == 0
        assert await stopping.exit_code() == 0
    text = [
        status for name, status, _ in await life.jobs(running) + await life.jobs(waiting) if name == "text_generation"
    ]
    assert text in (["completed"], ["completed", "waiting"], ["active"], ["active", "waiting"])
    assert (text[0] == "completed") is (grace == "5")
    async with life.worker():
        for course in (running, waiting):
            assert await life.ends(course) == "completed"
            assert await life.jobs(course) == [(name, "completed", 1) for name in CHAIN]
        await settles(life)


async def test_a_killed_worker_leaves_no_process_behind(life: Life, program: Program) -> None:
    course = await life.started()
    async with program.worker() as worker:
        assert await life.ends(course) == "completed"
        children = processes_of_group(worker.process.pid)
        assert len(children) > 1
        await worker.kill()

        async def gone() -> bool:
            return not processes_of_group(worker.process.pid)

        await eventually(gone)


def processes_of_group(group: int) -> list[int]:
    """The live processes of a process group."""
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and (fields := _stat(entry)) and fields[0] not in "ZX" and int(fields[2]) == group:
            found.append(int(entry.name))
    return found


def _stat(entry: Path) -> list[str]:
    try:
        return (entry / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
