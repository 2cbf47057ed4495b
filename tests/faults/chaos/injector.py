"""Does what the schedule says."""

import asyncio
import os
import signal
import time
from contextlib import suppress

import asyncpg
from redis.asyncio import Redis

from tests.faults.chaos.crew import Member
from tests.faults.chaos.schedule import Fault
from tests.faults.link import Link
from tests.faults.watch import Watch

BACKENDS = "select pid from pg_stat_activity where application_name like 'coursegen%' order by pid"


class Injector:
    """The faults of one service: two API processes, two workers, a link to each server, and the servers themselves."""

    def __init__(
        self, apis: list[Member], workers: list[Member], postgres: Link, redis: Link, superuser: str, redis_url: str
    ) -> None:
        self._members = {"api": apis, "worker": workers}
        self._links = {"postgres": postgres, "redis": redis}
        self._superuser = superuser
        self._redis_url = redis_url
        self._lasting: set[asyncio.Task[None]] = set()

    async def run(self, schedule: list[Fault], began: float, watch: Watch) -> None:
        """Every fault at its time; those that last do so beside those that follow. The watch is told of each."""
        for fault in schedule:
            await asyncio.sleep(max(0.0, began + fault.at - time.monotonic()))
            print(fault, flush=True)
            task = asyncio.create_task(self._watched(fault, watch))
            self._lasting.add(task)
            task.add_done_callback(self._lasting.discard)
        await asyncio.gather(*self._lasting)

    async def _watched(self, fault: Fault, watch: Watch) -> None:
        with watch.fault():
            await self._inject(fault)

    async def _inject(self, fault: Fault) -> None:
        what, _, where = fault.kind.partition(" ")
        if where in self._members:
            await self._to_process(what, self._members[where][fault.target], fault.seconds)
        elif what in ("stall", "cut"):
            await self._to_link(what, self._links[where], fault.seconds)
        elif where == "redis":
            async with Redis.from_url(self._redis_url) as redis:
                await redis.flushall()
        else:
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):  # it is down from the fault before
                await self._to_backends(crash=what == "crash")

    async def _to_process(self, what: str, member: Member, seconds: float) -> None:
        if what == "freeze":
            await member.freeze(seconds)
        elif what == "stop":
            member.ask_to_stop()
        else:
            member.signal(signal.SIGKILL)

    async def _to_link(self, what: str, link: Link, seconds: float) -> None:
        if what == "cut":
            link.cut()
            return
        link.stall()
        await asyncio.sleep(seconds)
        link.resume()

    async def _to_backends(self, *, crash: bool) -> None:
        """End the service's sessions; or kill -9 one, of which PostgreSQL ends all and recovers as from a crash."""
        connection = await asyncpg.connect(self._superuser)
        try:
            pids = [row[0] for row in await connection.fetch(BACKENDS)]
            for pid in pids[:1] if crash else pids:
                if crash:
                    os.kill(pid, signal.SIGKILL)
                else:
                    await connection.execute("select pg_terminate_backend($1)", pid)
        finally:
            connection.terminate()
