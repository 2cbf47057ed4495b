"""`python -m tests.faults.chaos --seed S --seconds 60`: a random schedule of faults under load, then all must be well.

Two API processes, two workers, a PostgreSQL and a Redis of its own. Prints the seed first, every fault as it comes, and
one table; chaos.json has the same.
"""

import argparse
import asyncio
import random
import shutil
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import msgspec

from app.settings import Settings, read_settings
from tests.faults.chaos.callers import Caller, Tally
from tests.faults.chaos.hooks import Hooks, hooks
from tests.faults.chaos.people import People
from tests.faults.chaos.place import Place, place, serving
from tests.faults.chaos.schedule import Fault, calms, make_schedule
from tests.faults.chaos.tally import STATES, Outcome, lost_and_doubled
from tests.faults.oracle import violations
from tests.faults.report import aligned
from tests.faults.uploading import wrong
from tests.faults.watch import Watch
from tests.work.harness import eventually
from tests.world import make_world

RESULTS = Path("chaos.json")
KEPT = Path(".local") / "chaos"
"""Where logs of the processes are kept when something was wrong."""
CALLERS = 10
PERIOD = 0.25
SETTLE_SECONDS = 60.0


class Chaos:
    """The service behind links that fail, and everything that happens to it."""

    def __init__(self, place: Place, seed: int, seconds: float) -> None:
        self._place = place
        self._seed = seed
        self._seconds = seconds
        self._tally = Tally()

    async def run(self) -> Outcome:
        """All of it, until everything has settled."""
        schedule = make_schedule(self._seed, self._seconds)
        settings = read_settings(self._place.environment)
        async with make_world(settings) as world:
            people = await People.make(world, self._seconds)
        async with (
            hooks(self._place.hook_port, self._seed) as hooked,
            serving(self._place) as service,
            Watch.over(settings, PERIOD) as watch,
        ):
            began = time.monotonic()
            async with self._load(service.ports, watch, people, hooked.receiver.url, began + self._seconds):
                await service.injector.run(schedule, began, watch)
            hooked.recover()
            settled, left = await self._settled(settings, hooked)
            restarts = service.restarts
        return await self._outcome(settings, watch, hooked, left, schedule, restarts, settled)

    @asynccontextmanager
    async def _load(
        self, ports: list[int], watch: Watch, people: People, hook: str, until: float
    ) -> AsyncGenerator[None]:
        """Callers begin no new start after `until`; each has ended what it began at the end of the block."""
        async with httpx.AsyncClient(timeout=8, limits=httpx.Limits(max_connections=64), trust_env=False) as http:

            async def caller(number: int) -> None:
                calling = Caller(ports, http, watch, self._tally, hook, f"{self._seed} {number}")
                while time.monotonic() < until:
                    await calling.want_a_course(*people.next())

            async with asyncio.TaskGroup() as callers:
                for number in range(CALLERS):
                    callers.create_task(caller(number))
                yield

    async def _settled(self, settings: Settings, hooked: Hooks) -> tuple[float, list[str]]:
        """Seconds from the end of the load until nothing is wrong, in files too, and what is still wrong at last. Then
        all webhooks are told.
        """
        began = time.monotonic()
        async with make_world(settings) as world:
            while left := [*await violations(world), *await wrong(world)]:
                if time.monotonic() - began > SETTLE_SECONDS:
                    break
                await asyncio.sleep(0.1)
            settled = time.monotonic() - began

            async def told() -> bool:
                return not await hooked.pending(world.sql)

            try:
                await eventually(told, SETTLE_SECONDS)
            except AssertionError:
                left.append("I7: webhooks are not told")
        return settled, left

    async def _outcome(
        self,
        settings: Settings,
        watch: Watch,
        hooked: Hooks,
        left: list[str],
        schedule: list[Fault],
        restarts: int,
        settled: float,
    ) -> Outcome:
        async with make_world(settings) as world:
            states = {row[0]: row[1] for row in await world.sql.fetch(STATES)}
            lost, doubled = await lost_and_doubled(world.sql, self._tally)
            webhooks, never = await hooked.missing(world.sql)
        tally = self._tally
        return Outcome(
            seed=self._seed,
            seconds=self._seconds,
            faults=len(schedule),
            calms=calms(schedule),
            restarts=restarts,
            calls=tally.calls,
            repeated=tally.repeated,
            uploads=tally.uploads,
            cancels=tally.cancels,
            accepted=tally.accepted,
            states=states,
            lost=lost,
            doubled=doubled,
            webhooks=webhooks,
            never=never,
            samples=watch.samples,
            longest=watch.longest,
            violations=[*watch.found, *left],
            unexpected=dict(tally.unexpected),
            settled=settled,
        )


def main() -> int:
    """Run, print, and say by the exit code whether all was well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--seconds", type=float, default=60.0)
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    with TemporaryDirectory(prefix="coursegen-chaos-") as folder, place(Path(folder)) as there:
        outcome = asyncio.run(Chaos(there, given.seed, given.seconds).run())
        if not outcome.well:
            KEPT.mkdir(parents=True, exist_ok=True)
            for log in Path(folder).glob("*.log"):
                shutil.copy(log, KEPT)
    RESULTS.write_bytes(msgspec.json.format(msgspec.json.encode(outcome), indent=2))
    print(aligned(outcome.rows()))
    return 0 if outcome.well else 1


if __name__ == "__main__":
    sys.exit(main())
