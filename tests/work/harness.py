"""What the queue's tests share: jobs put into the table in a transaction, hooks that record, workers as processes."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from time import monotonic
from typing import Any
from uuid import uuid4

import asyncpg

from app.db.jobs import JobCall, encode_job
from app.work.queue import FencedQueue
from app.work.worker import FencedWorker

ENQUEUE = """
insert into saq_jobs (key, job, queue, status, priority, scheduled)
values ($1, $2, 'coursegen', 'queued', $3, floor(extract(epoch from now())))
"""
EFFECT = """
insert into effects (key, attempt)
select key, $2 from saq_jobs
where key = $1 and status = 'active' and (convert_from(job, 'UTF8')::jsonb ->> 'attempts')::int = $2
on conflict do nothing
"""


async def enqueue(
    connection: Any, name: str = "quick", *, priority: int = 50, heartbeat: float = 30, **call: Any
) -> str:
    """One job in the connection's transaction, as Transaction.enqueue puts it there; its key."""
    key = str(uuid4())
    numbers: dict[str, Any] = {"timeout": 60.0, "attempts": 3, "backoff": 0.0, "kwargs": {}} | call
    job = encode_job(JobCall(name=name, **numbers), key=key, priority=priority, heartbeat=heartbeat)
    await connection.execute(ENQUEUE, key, job, priority)
    await connection.execute("select pg_notify('saq:coursegen', 'saq:enqueue')")
    return key


async def status(connection: Any, key: str) -> str | None:
    """The status of a job's row, None without a row."""
    found: str | None = await connection.fetchval("select status from saq_jobs where key = $1", key)
    return found


async def attempts(connection: Any, key: str) -> int:
    """How many attempts a job's row has counted."""
    query = "select coalesce((convert_from(job, 'UTF8')::jsonb ->> 'attempts')::int, 0) from saq_jobs where key = $1"
    return int(await connection.fetchval(query, key))


async def eventually(check: Callable[[], Awaitable[Any]], within: float = 10.0, pause: float = 0.01) -> float:
    """Ask until the answer is true, every `pause` seconds; the seconds it took. Fails after `within` seconds."""
    begin = monotonic()
    while not await check():
        assert monotonic() - begin < within, f"not within {within} s"
        await asyncio.sleep(pause)
    return monotonic() - begin


class RecordingHooks:
    """Jobs by name: `quick` returns, `fails` raises, `waits` goes on until it is cancelled or let go, `stubborn` is not
    to be cancelled.
    """

    def __init__(self) -> None:
        self.started: asyncio.Queue[tuple[str, int, bool]] = asyncio.Queue()
        self.cancelled: asyncio.Queue[str] = asyncio.Queue()
        self.failures: list[tuple[str, BaseException, bool, bool]] = []
        self.let_go = asyncio.Event()
        self.holds = True

    async def run(self, job_key: str, name: str, _: Mapping[str, Any], attempt: int, last_attempt: bool) -> None:
        self.started.put_nowait((job_key, attempt, last_attempt))
        if name == "fails":
            raise ValueError("no \0 luck")
        if name == "waits":
            await self._wait(job_key)
        while name == "stubborn" and not self.let_go.is_set():
            with suppress(asyncio.CancelledError):
                await self.let_go.wait()

    async def _wait(self, job_key: str) -> None:
        try:
            await self.let_go.wait()
        except asyncio.CancelledError:
            self.cancelled.put_nowait(job_key)
            raise

    async def failed(
        self,
        job_key: str,
        _name: str,
        _kwargs: Mapping[str, Any],
        error: BaseException,
        will_retry: bool,
        timed_out: bool,
        /,
    ) -> None:
        self.failures.append((job_key, error, will_retry, timed_out))

    async def heartbeat(self, _job_key: str) -> bool:
        return self.holds

    def over(self, _job_key: str) -> None:
        """Nothing to forget."""


@asynccontextmanager
async def working(
    dsn: str, hooks: Any, *, concurrency: int = 2, grace: float = 0.1
) -> AsyncGenerator[FencedWorker, None]:
    """A worker in this process, stopped at the end."""
    queue = FencedQueue(dsn)
    await queue.connect()
    worker = FencedWorker(queue, hooks, concurrency=concurrency, grace=grace, patience=1.0)
    task = asyncio.create_task(worker.start())
    try:
        yield worker
    finally:
        worker.event.set()
        await task
        await queue.disconnect()


@asynccontextmanager
async def connected(dsn: str) -> AsyncGenerator[Any, None]:
    """A connection of the tests' own, as superuser."""
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


class Child:
    """A worker process: tells on stdout what it does, and lets its jobs go at a line on stdin."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin
        assert process.stdout
        self.process = process
        self._stdin = process.stdin
        self._stdout = process.stdout

    async def says(self, within: float = 15.0) -> str:
        """The next line, empty at the end of its life."""
        async with asyncio.timeout(within):
            return (await self._stdout.readline()).decode().strip()

    async def says_at_last(self) -> list[str]:
        """All further lines until it exits."""
        async with asyncio.timeout(15):
            return (await self._stdout.read()).decode().split("\n")[:-1]

    def let_go(self) -> None:
        """Let the jobs of this process go on."""
        self._stdin.write(b"go\n")

    async def exit_code(self, within: float = 15.0) -> int:
        """Its exit code, waited for."""
        async with asyncio.timeout(within):
            return await self.process.wait()


@asynccontextmanager
async def child_worker(worker_dsn: str, superuser_dsn: str, grace: float = 10.0) -> AsyncGenerator[Child, None]:
    """A worker as a process of its own (tests/work/child.py), killed at the end if it still lives."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.work.child", worker_dsn, superuser_dsn, str(grace)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    child = Child(process)
    try:
        assert await child.says() == "ready"
        yield child
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
