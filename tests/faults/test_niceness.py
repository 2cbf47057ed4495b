"""A worker steps back for whoever else is on its machine."""

import os

from msgspec.structs import replace

from app.boot import open_resources
from app.db.session import ANONYMOUS, SERVICE, Identity
from tests.faults.processes import Program
from tests.work.harness import eventually
from tests.work.life import Life


async def test_a_worker_process_steps_back_as_far_as_the_setting_says(program: Program) -> None:
    here = os.getpriority(os.PRIO_PROCESS, 0)
    async with program.worker(WORKER_NICENESS="7") as worker:

        async def stepped_back() -> bool:
            return os.getpriority(os.PRIO_PROCESS, worker.process.pid) == here + 7

        await eventually(stepped_back, within=30)


async def test_a_worker_that_steps_back_leaves_one_of_several_cores_to_others(program: Program) -> None:
    here = os.sched_getaffinity(0)
    left = here - {min(here)} or here
    async with program.worker(WORKER_NICENESS="1") as back, program.worker(WORKER_NICENESS="0") as not_back:

        async def stays_off() -> bool:
            return os.sched_getaffinity(back.process.pid) == left

        await eventually(stays_off, within=30)
        assert os.sched_getaffinity(not_back.process.pid) == here


async def test_documents_are_read_with_what_is_left_of_the_processors_by_a_worker_that_steps_back(life: Life) -> None:
    async def policy(niceness: int, identity: Identity) -> int:
        settings = replace(life.settings, worker_niceness=niceness)
        url = settings.worker_database_url if identity is SERVICE else settings.database_url
        async with open_resources(settings, url, identity) as resources:
            return await resources.processes.run(os.sched_getscheduler, 0)

    assert await policy(10, SERVICE) == os.SCHED_IDLE
    assert await policy(0, SERVICE) == os.SCHED_OTHER
    assert await policy(10, ANONYMOUS) == os.SCHED_OTHER
