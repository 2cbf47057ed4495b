"""CPU work in processes: what crashes or never ends harms nobody else, and is over when it is cancelled or closed."""

import asyncio
import os
import resource
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Generator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path

import pytest

from app.processes import PATIENCE_SECONDS, Limits, OutOfMemory, OutOfTime, ProcessCrashed, Processes
from app.scheduling import NICENESS
from tests.cli.programs import until
from tests.work.harness import eventually

AUTOGROUP = Path("/proc/self/autogroup")
AUTOGROUPS = AUTOGROUP.exists()
MEBIBYTE = 1024 * 1024
ENDLESS = Limits(seconds=3600, memory_bytes=512 * MEBIBYTE)
ROOMY = Limits(seconds=60, memory_bytes=512 * MEBIBYTE)


@pytest.fixture
def processes() -> Iterator[Processes]:
    made = Processes()
    yield made
    made.close()


class Endless:
    """Work that goes on until its process is ended: it reads a pipe that nobody closes."""

    def __init__(self, task: "asyncio.Task[str]", pipe: int) -> None:
        self.task = task
        self._pipe = pipe

    async def is_gone(self) -> None:
        """Until nobody reads the pipe any more."""

        async def broken() -> bool:
            try:
                os.write(self._pipe, b".")
            except BrokenPipeError:
                return True
            return False

        await eventually(broken)


@asynccontextmanager
async def endless(processes: Processes, folder: Path, limits: Limits = ENDLESS) -> AsyncGenerator[Endless]:
    """Such work, under way."""
    path, pipes = folder / "pipe", list[int]()
    os.mkfifo(path)
    task = asyncio.create_task(processes.run_within(limits, Path.read_text, path))

    async def read() -> bool:
        with suppress(OSError):  # ENXIO: nobody reads yet
            pipes.append(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
        return bool(pipes)

    await eventually(read)
    yield Endless(task, *pipes)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)  # retrieved, or it is told later, in the middle of anything
    os.close(*pipes)


async def test_work_that_kills_its_process_is_told_so_and_harms_no_other(processes: Processes) -> None:
    crashed, *others = await asyncio.gather(
        processes.run(os._exit, 1), *(processes.run(os.getpid) for _ in range(1)), return_exceptions=True
    )
    assert isinstance(crashed, ProcessCrashed)
    assert all(isinstance(each, int) for each in others)


async def test_after_a_crash_there_is_a_process_again(processes: Processes) -> None:
    with pytest.raises(ProcessCrashed):
        await processes.run(os._exit, 1)
    assert await processes.run(os.getpid) != os.getpid()


async def test_work_that_never_ends_holds_no_other_up(processes: Processes, tmp_path: Path) -> None:
    async with endless(processes, tmp_path), asyncio.timeout(20):
        assert await processes.run(os.getpid) != os.getpid()


async def test_cancelled_work_is_ended(processes: Processes, tmp_path: Path) -> None:
    async with endless(processes, tmp_path) as work:
        work.task.cancel()
        await work.is_gone()
        assert work.task.cancelled()
    assert await processes.run(os.getpid)


async def test_closing_ends_what_is_under_way(processes: Processes, tmp_path: Path) -> None:
    async with endless(processes, tmp_path) as work:
        processes.close()
        await work.is_gone()
        with pytest.raises(ProcessCrashed):
            await work.task


async def test_a_process_is_used_again(processes: Processes) -> None:
    assert len({await processes.run(os.getpid) for _ in range(3)}) == 1


async def test_work_that_wants_too_much_memory_is_told_so_and_its_process_is_not_used_again(
    processes: Processes,
) -> None:
    before = await processes.run(os.getpid)
    with pytest.raises(OutOfMemory):
        await processes.run_within(ROOMY, bytes, 1024 * MEBIBYTE)
    assert await processes.run(os.getpid) != before


async def test_memory_within_the_limit_is_had_and_the_next_work_has_no_limit(processes: Processes) -> None:
    assert len(await processes.run_within(ROOMY, bytes, 8 * MEBIBYTE)) == 8 * MEBIBYTE
    assert await processes.run(resource.getrlimit, resource.RLIMIT_DATA) == resource.getrlimit(resource.RLIMIT_DATA)


async def test_work_that_takes_too_long_is_ended_and_told_so(processes: Processes, tmp_path: Path) -> None:
    async with endless(processes, tmp_path, ROOMY._replace(seconds=5)) as work:
        with pytest.raises(OutOfTime, match="5 s"):
            await work.task
        await work.is_gone()


async def test_work_within_limits_waits_for_its_turn_and_not_for_ever(processes: Processes, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        for number in range(len(os.sched_getaffinity(0))):  # as many as there are turns, and more
            folder = tmp_path / str(number)
            folder.mkdir()
            await stack.enter_async_context(endless(processes, folder))
        begun = time.monotonic()
        assert await processes.run_within(ROOMY, os.getpid)
        assert PATIENCE_SECONDS <= time.monotonic() - begun < 20


async def test_a_time_out_of_the_works_own_is_no_limit(processes: Processes) -> None:
    with pytest.raises(TimeoutError):
        await processes.run_within(ROOMY, _times_out)


async def test_work_yields_to_the_process_that_asks_for_it(processes: Processes) -> None:
    assert await processes.run(os.nice, 0) == min(os.nice(0) + NICENESS, 19)


async def test_the_time_in_which_work_waits_for_a_processor_is_not_its_own(processes: Processes) -> None:
    core = min(os.sched_getaffinity(0))
    with spinning(core, NICENESS):
        begun = time.monotonic()
        await processes.run_within(ROOMY._replace(seconds=4), _compute_on, core, 2.5)
        assert time.monotonic() - begun > 4


async def test_one_of_several_cores_is_left_to_others(processes: Processes) -> None:
    here = os.sched_getaffinity(0)
    there = await processes.run(os.sched_getaffinity, 0)
    assert there < here if len(here) > 1 else there == here


async def test_idle_work_has_the_processors_when_nobody_else_wants_them(idle: Processes) -> None:
    assert await idle.run(os.sched_getscheduler, 0) == os.SCHED_IDLE


async def test_idle_work_is_a_session_of_its_own_that_weighs_least(idle: Processes) -> None:
    assert await idle.run(os.getsid, 0) == await idle.run(os.getpid)
    if AUTOGROUPS:
        assert (await idle.run(AUTOGROUP.read_text)).endswith(f"nice {NICENESS}\n")


async def test_idle_work_uses_every_core_that_a_process_which_stepped_back_has_left(idle: Processes) -> None:
    assert await idle.run(os.sched_getaffinity, 0) == os.sched_getaffinity(0)


ENDLESS_PROGRAM = """
import asyncio
from app.processes import Processes
async def main():
    processes = Processes(idle=True)
    work = processes.submit(sum, range(10**15))
    print(processes._pid(work), flush=True)
    await asyncio.Event().wait()
if __name__ == "__main__":
    asyncio.run(main())
"""


def test_work_that_lets_no_thread_run_ends_with_a_killed_program(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(ENDLESS_PROGRAM)
    with subprocess.Popen([sys.executable, path], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        work = int(program.stdout.readline())
        until(lambda: os.sched_getscheduler(work) == os.SCHED_IDLE, "it works", 20)
        program.kill()
    until(lambda: not Path(f"/proc/{work}").exists() or _is_zombie(work), "it is gone", 10)


def _is_zombie(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


@pytest.fixture
def idle() -> Generator[Processes]:
    """As a worker has them."""
    processes = Processes(idle=True)
    yield processes
    processes.close()


@contextmanager
def spinning(core: int, niceness: int) -> Generator[None]:
    """A process that wants all of one core, as nicely as work does."""
    program = f"import os; os.nice({niceness}); os.sched_setaffinity(0, [{core}])\nwhile True: pass"
    process = subprocess.Popen([sys.executable, "-c", program])
    yield
    process.kill()
    process.wait()


def _compute_on(core: int, seconds: float) -> None:
    """Use so many seconds of this core."""
    os.sched_setaffinity(0, [core])
    while time.process_time() < seconds:
        pass


def _times_out() -> None:
    raise TimeoutError
