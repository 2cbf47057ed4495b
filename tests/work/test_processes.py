"""CPU work in processes: what crashes or never ends harms nobody else, and is over when it is cancelled or closed."""

import asyncio
import os
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from app.processes import ProcessCrashed, Processes
from tests.work.harness import eventually


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
async def endless(processes: Processes, folder: Path) -> AsyncGenerator[Endless]:
    """Such work, under way."""
    path, pipes = folder / "pipe", list[int]()
    os.mkfifo(path)
    task = asyncio.create_task(processes.run(Path.read_text, path))

    async def read() -> bool:
        with suppress(OSError):  # ENXIO: nobody reads yet
            pipes.append(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
        return bool(pipes)

    await eventually(read)
    yield Endless(task, *pipes)
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
