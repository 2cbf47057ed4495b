"""A worker as a process, to be killed, frozen, stopped: python -m tests.work.child WORKER_DSN SUPERUSER_DSN GRACE."""

import asyncio
import sys
import time
from collections.abc import Mapping
from typing import Any

import asyncpg

from app.work.queue import FencedQueue
from app.work.worker import FencedWorker
from tests.work.harness import EFFECT


class ChildHooks:
    """A first attempt of `holds` waits for a line on stdin, one of `blocks` blocks the event loop; then the effect is
    written, fenced by the attempt as a run's writes are by its epoch.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def run(self, job_key: str, name: str, kwargs: Mapping[str, Any], attempt: int, _last: bool) -> None:
        say(f"started {attempt}")
        if attempt == 1 and name == "holds":
            await asyncio.to_thread(sys.stdin.readline)
        if attempt == 1 and name == "blocks":
            time.sleep(kwargs["seconds"])  # noqa: ASYNC251  the fault under test
        say(f"{await self._connection.execute(EFFECT, job_key, attempt)}")

    async def failed(self, *_event: Any) -> None:
        say("failed")

    async def heartbeat(self, _job_key: str) -> bool:
        return True

    def over(self, _job_key: str) -> None:
        """Nothing to forget."""


def say(line: str) -> None:
    print(line, flush=True)


async def main(dsn: str, superuser: str, grace: str) -> None:
    queue = FencedQueue(dsn)
    await queue.connect()
    connection = await asyncpg.connect(superuser)
    worker = FencedWorker(queue, ChildHooks(connection), concurrency=1, grace=float(grace), patience=1.0)
    asyncio.get_running_loop().call_soon(say, "ready")
    await worker.start()
    await connection.close()
    await queue.disconnect()
    say("stopped")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
