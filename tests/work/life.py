"""A run's life in tests: a worker inside this process, gates that hold it, and what it leaves behind."""

import asyncio
import base64
from collections import Counter
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from app.boot import open_resources
from app.context import SignedIn
from app.db.session import SERVICE
from app.leases import Held, LiveRun, Reconciled, Slots, connect
from app.settings import Settings
from app.work.queue import FencedQueue
from app.work.reaper import Reaper
from app.work.run import work
from procedures import router
from procedures.generation.contents import MIME_TYPES, extension_of
from procedures.generation.initiate import InitiateInput, initiate
from procedures.generation.upload_file import UploadFileInput, upload_file
from tests.work.harness import eventually
from tests.world import World, make_world

ENDED = ("completed", "failed", "cancelled")
CHAIN = ["structure_analysis", "structure_generation", "text_generation", "finalization"]
DOCUMENT_CHAIN = ["document_processing", *CHAIN[1:]]
SETTLE_SECONDS = 20.0


class CountingSlots(Slots):
    """The real slots, remembering how often each run's was given back, and what the reaper did."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.given_back: Counter[UUID] = Counter()
        self.evicted = 0
        self.passes = 0

    async def release(self, run_id: UUID, token: UUID) -> bool:
        given = await super().release(run_id, token)
        self.given_back[run_id] += given
        return given

    async def reconcile(
        self, seen: Held, live: Sequence[LiveRun], ended: Collection[UUID], global_limit: int | None = None
    ) -> Reconciled:
        done = await super().reconcile(seen, live, ended, global_limit)
        self.evicted += done.evicted
        self.passes += 1
        return done


class Life(World):
    """A world whose runs can be followed; `slots` count what is given back."""

    def __init__(self, world: World, slots: CountingSlots) -> None:
        super().__init__(replace(world.resources, slots=slots), world.sql)
        self.slots = slots

    @property
    def settings(self) -> Settings:
        """What this world, its workers and child processes run with."""
        return self.resources.settings

    @asynccontextmanager
    async def worker(self) -> AsyncGenerator[asyncio.Task[None]]:
        """A whole worker in this process (queue's worker, lifecycle, reaper), drained at the end."""
        async with open_resources(self.settings, self.settings.worker_database_url, SERVICE) as opened:
            resources = replace(opened, slots=self.slots)
            task = asyncio.create_task(work(resources, router.jobs()))
            try:
                yield task
            finally:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    @asynccontextmanager
    async def reaper(self) -> AsyncGenerator[Reaper]:
        """A reaper that works when it is told, `once`, over a worker's resources; no jobs are run."""
        async with open_resources(self.settings, self.settings.worker_database_url, SERVICE) as opened:
            queue = FencedQueue(self.settings.worker_database_url)
            await queue.connect()
            yield Reaper(replace(opened, slots=self.slots), queue)
            await queue.disconnect()

    async def start(self, owner: SignedIn, course: UUID) -> UUID:
        """Start the course's generation; the run."""
        await initiate(owner, InitiateInput(course_id=course))
        return await self.run_of(course)

    async def started(self, owner: SignedIn | None = None, title: str = "Компост") -> UUID:
        """A new course whose generation was started."""
        owner = owner or await self.user()
        course = await self.course(owner, title)
        await initiate(owner, InitiateInput(course_id=course))
        return course

    async def run_of(self, course: UUID) -> UUID:
        """The course's present run."""
        run: UUID = await self.sql.fetchval("select run_id from courses where id = $1", course)
        return run

    async def state(self, course: UUID) -> tuple[str, str]:
        """The course's generation_status and its run's state."""
        row = await self.sql.fetchrow(
            "select c.generation_status::text, r.state from courses c join generation_runs r on r.id = c.run_id"
            " where c.id = $1",
            course,
        )
        assert row is not None
        return row[0], row[1]

    async def status(self, course: UUID) -> str:
        """The course's generation_status."""
        return (await self.state(course))[0]

    async def ends(self, course: UUID, within: float = SETTLE_SECONDS) -> str:
        """The status that the course's run ends with."""

        async def ended() -> bool:
            return await self.status(course) in ENDED

        await eventually(ended, within)
        return await self.status(course)

    async def jobs(self, course: UUID) -> list[tuple[str, str, int]]:
        """Type, status and attempts of the present run's jobs, oldest first."""
        rows = await self.sql.fetch(
            "select job_type, j.status, attempts from job_status j join courses c on c.run_id = j.run_id"
            " where c.id = $1 order by j.created_at, j.job_id",
            course,
        )
        return [tuple(row) for row in rows]

    async def lessons(self, course: UUID) -> list[tuple[str, str | None]]:
        """Title and text of the course's lessons in order."""
        rows = await self.sql.fetch(
            "select l.title, t.text_content from lessons l join sections s on s.id = l.section_id"
            " left join lesson_content t on t.lesson_id = l.id"
            " where l.course_id = $1 order by s.order_index, l.order_index",
            course,
        )
        return [tuple(row) for row in rows]


@asynccontextmanager
async def living(settings: Settings) -> AsyncGenerator[Life]:
    """A world whose runs can be followed."""
    async with make_world(settings) as world:
        redis = connect(settings.redis_url, settings.redis_timeout_seconds)
        slots = CountingSlots(redis, settings.lease_ttl_seconds, settings.global_concurrency_limit)
        yield Life(world, slots)
        await redis.aclose()


async def upload(owner: SignedIn, course: UUID, *files: Path) -> None:
    """Upload files through the procedure."""
    for file in files:
        content = file.read_bytes()
        await upload_file(
            owner,
            UploadFileInput(
                course_id=course,
                filename=file.name,
                file_size=len(content),
                mime_type=MIME_TYPES[extension_of(file.name)][0],
                file_content=base64.b64encode(content).decode(),
            ),
        )
