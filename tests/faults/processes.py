"""Workers and calls as processes of their own, to be killed, frozen and stopped."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from uuid import UUID

from app.context import SignedIn
from tests.transports.server import free_port, listens
from tests.work.harness import eventually

_numbers = count()


class Running:
    """A process, and what it has logged."""

    def __init__(self, process: Process, log: Path) -> None:
        self.process = process
        self._log = log

    @property
    def log(self) -> str:
        """Its log so far."""
        return self._log.read_text()

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    async def kill(self) -> None:
        """kill -9, and wait until it is gone."""
        self.process.kill()
        await self.process.wait()

    async def kill_all(self) -> None:
        """kill -9 of it and of every process that it has started, at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        await self.process.wait()

    async def says(self) -> str:
        """The next line on its standard output."""
        assert self.process.stdout
        async with asyncio.timeout(30):
            line = (await self.process.stdout.readline()).decode().strip()
        assert line, f"the process has ended:\n{self.log}"
        return line

    async def stopped(self) -> None:
        """Until the kernel has stopped it (proc_pid_stat(5))."""

        async def is_stopped() -> bool:
            stat = await asyncio.to_thread(Path(f"/proc/{self.process.pid}/stat").read_text)
            return stat.rpartition(")")[2].split()[0] == "T"

        await eventually(is_stopped, within=30)

    async def exit_code(self) -> int:
        """Its exit code, waited for."""
        async with asyncio.timeout(30):
            return await self.process.wait()


class Program:
    """Starts processes with this environment; their logs go to files in `folder`."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self._environment = dict(environment)
        self._folder = folder

    @asynccontextmanager
    async def worker(self, **changes: str) -> AsyncGenerator[Running]:
        """`coursegen work`; FAILPOINTS says where it is to die (failpoints.py)."""
        async with self._running(sys.executable, "-m", "tests.faults.program", "work", **changes) as running:
            yield running

    @asynccontextmanager
    async def api(self, **changes: str) -> AsyncGenerator[tuple[Running, int]]:
        """One API process, and the port that it listens on; FAILPOINTS says where it is to die."""
        port = free_port()
        options = ("--interface", "asgi", "--factory", "--no-ws", "--port", str(port))
        async with self._running(
            sys.executable, "-m", "granian", *options, "tests.faults.program:create_app", **changes
        ) as running:
            await eventually(lambda: asyncio.to_thread(listens, port), within=30)
            yield running, port

    @asynccontextmanager
    async def call(
        self, procedure: str, caller: SignedIn, thing: UUID, key: str | None = None, **changes: str
    ) -> AsyncGenerator[Running]:
        """One call of generation.initiate, cancel (of a course) or deleteFile in a process that tells its answer and
        then stays (call.py).
        """
        claims = caller.claims
        words = (procedure, str(claims.user_id), str(claims.organization_id), str(thing), key or "")
        async with self._running(sys.executable, "-m", "tests.faults.call", *words, **changes) as running:
            yield running

    @asynccontextmanager
    async def _running(self, *command: str, **changes: str) -> AsyncGenerator[Running]:
        log = self._folder / f"process-{next(_numbers)}.log"
        environment = {**os.environ, **self._environment, **changes}
        with log.open("wb") as errors:
            process = await asyncio.create_subprocess_exec(
                *command, env=environment, stdin=DEVNULL, stdout=PIPE, stderr=errors, start_new_session=True
            )
        try:
            yield Running(process, log)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
