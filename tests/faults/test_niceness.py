"""A worker steps back for whoever else is on its machine."""

import os

from tests.faults.processes import Program
from tests.work.harness import eventually


async def test_a_worker_process_steps_back_as_far_as_the_setting_says(program: Program) -> None:
    here = os.getpriority(os.PRIO_PROCESS, 0)
    async with program.worker(WORKER_NICENESS="7") as worker:

        async def stepped_back() -> bool:
            return os.getpriority(os.PRIO_PROCESS, worker.process.pid) == here + 7

        await eventually(stepped_back, within=30)
