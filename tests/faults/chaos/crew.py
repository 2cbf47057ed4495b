"""The service as several processes that are started again whenever they end, as an orchestrator does it."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

RESTART_SECONDS = 0.2
STOP_SECONDS = 15.0


class Member:
    """One `coursegen serve` or `coursegen work`. `starts` counts how often it was started."""

    def __init__(self, command: str, environment: Mapping[str, str], log: Path) -> None:
        self.starts = 0
        self._command = command
        self._environment = {**os.environ, **environment}
        self._log = log
        self._process: Process | None = None

    async def run(self) -> None:
        """Start it, and again when it has ended."""
        program = Path(sys.executable).with_name("coursegen")
        while True:
            with self._log.open("ab") as log:
                self._process = await asyncio.create_subprocess_exec(
                    program,
                    self._command,
                    env=self._environment,
                    stdin=DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            self.starts += 1
            await self._process.wait()
            self.signal(signal.SIGKILL)  # whatever it has left behind
            await asyncio.sleep(RESTART_SECONDS)

    def signal(self, number: signal.Signals) -> None:
        """To it and all that it has started, at once."""
        if self._process:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def ask_to_stop(self) -> None:
        """SIGTERM to the process that was started: it drains, and is started again."""
        if self._process and self._process.returncode is None:
            self._process.terminate()

    async def freeze(self, seconds: float) -> None:
        """SIGSTOP, and SIGCONT later."""
        self.signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            self.signal(signal.SIGCONT)

    async def end(self) -> None:
        """Drain it for good."""
        self.ask_to_stop()
        if self._process:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
        self.signal(signal.SIGKILL)


@asynccontextmanager
async def crew(members: list[Member]) -> AsyncGenerator[None]:
    """All of them run for the time of the block."""
    tasks = [asyncio.create_task(member.run()) for member in members]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        await asyncio.gather(*(member.end() for member in members))
