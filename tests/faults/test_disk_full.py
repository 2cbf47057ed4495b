"""A disk that is full in the middle of an upload: the caller is told, nothing is kept, and later uploads succeed."""

import resource
from collections.abc import Generator
from contextlib import contextmanager

import pytest

from tests.faults.processes import Program, Running
from tests.faults.test_worker_crashes import processes_of_group
from tests.faults.uploading import begun_upload, wrong
from tests.work.life import Life

LINE = b"composting at home\n"
MEBIBYTE = 1024 * 1024


@contextmanager
def nearly_full_disk(program: Running, room: int) -> Generator[None]:
    """No file of this process may grow beyond `room` bytes: a write fails half-way, as on a full disk."""
    pids = processes_of_group(program.process.pid)
    before = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in pids}
    for pid, (_, hard) in before.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (room, hard))
    yield
    for pid, limits in before.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


@pytest.mark.fault("Files: disk full")
@pytest.mark.parametrize("size", [MEBIBYTE, 8 * MEBIBYTE])
async def test_an_upload_that_fills_the_disk_is_refused_and_leaves_nothing(
    life: Life, program: Program, size: int
) -> None:
    owner = await life.user(await life.organization("premium"))
    course = await life.course(owner)
    content = LINE * (size // len(LINE))

    async def uploaded(port: int) -> int:
        async with begun_upload(port, owner, course, content, len(content)) as form:
            await form.finish()
            return await form.status()

    async with program.api() as (api, port):
        with nearly_full_disk(api, room=256 * 1024):
            assert await uploaded(port) == 503
            assert await wrong(life) == []
            assert await life.sql.fetchval("select max(storage_used_bytes) from organizations") == 0
        assert await uploaded(port) == 200
    assert await wrong(life) == []
    assert await life.sql.fetchval("select max(storage_used_bytes) from organizations") == len(content)
