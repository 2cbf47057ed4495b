"""Composition root: settings to resources, and the table of procedures to what runs it."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

from loguru import logger

from app.auth.addresses import Proxies
from app.auth.gate import Gate
from app.auth.jwks import KeySet
from app.auth.tokens import Verifier
from app.context import Context, Request, Resources
from app.db.errors import DatabaseRefused, DatabaseUnavailable
from app.db.listen import ProgressListener
from app.db.migrations import NotMigrated, require_migrated
from app.db.pool import Database
from app.db.session import ANONYMOUS, SERVICE, Identity
from app.leases import RateLimiter, Slots, SlotsUnavailable, connect
from app.log import SERVICE as SERVICE_NAME
from app.log import configure_logging
from app.metrics import exposition, leave, observe_pool, serving
from app.observing import begin_call, log_call, with_arguments
from app.processes import Processes
from app.rpc import Dispatcher, Table
from app.saga import Deferred
from app.scheduling import step_back
from app.settings import Settings
from app.storage import DownloadAddresses, Storage, StorageUnavailable
from app.tracing import configure_tracing, end_tracing, require_tracing
from app.transports.tus import TusProcedures
from app.work.figures import Figures
from app.work.run import work
from procedures import router
from procedures.generation.uploads import ALGORITHMS, LARGEST_FILE, ChecksumMismatch

DEFERRABLE = (DatabaseUnavailable, DatabaseRefused, SlotsUnavailable, StorageUnavailable)

ABANDONED = 1
"""The exit code of a worker that could not end in time."""
LAST_WORDS_SECONDS = 0.2
"""What it takes until a log line is written."""

POOL_SECONDS = 1.0
"""How often a process tells how its pool of connections is used."""

TABLE = Table(router)
"""Every procedure that a wire can reach."""
UPLOADS = TusProcedures(
    create="generation.createUpload",
    get="generation.getUpload",
    append="generation.appendToUpload",
    cancel="generation.cancelUpload",
    metadata={"courseId": "courseId", "filename": "filename", "filetype": "mimeType"},
    largest=LARGEST_FILE,
    algorithms=ALGORITHMS,
    checksum_mismatch=ChecksumMismatch.__name__,
)
"""What stands behind resumable uploads."""


class Service:
    """One API process: its table, and the resources while they are open."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.dispatcher = Dispatcher(
            TABLE, log_call, began=begin_call, received=with_arguments, stacks=settings.development
        )
        self._resources: Resources | None = None
        self._figures: Figures | None = None

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Resources]:
        """Open the resources for the time of the block."""
        async with open_resources(self.settings, self.settings.database_url) as resources:
            resources.progress.start()
            self._resources, self._figures = resources, Figures(resources)
            async with telling(resources):
                yield resources
                await self._figures.close()
            self._resources = self._figures = None

    @property
    def resources(self) -> Resources:
        """What is open; RuntimeError before anything is."""
        if self._resources is None:
            raise RuntimeError("a call came before the service was open")
        return self._resources

    def make_context(self, request: Request) -> Context:
        """The context that a call begins with."""
        return Context(request, self.resources)

    async def metrics(self) -> bytes:
        """The page /metrics: what the API's processes counted, and what the servers behind them know."""
        if self._figures is None:
            raise RuntimeError("metrics were asked for before the service was open")
        return exposition(await self._figures.current())

    async def readiness(self) -> dict[str, bool]:
        """What this process depends on, each by name: whether it is there."""
        if self._resources is None:
            return {"database": False, "redis": False, "migrations": False, "worker": False}
        database, redis = await asyncio.gather(_database_state(self._resources), _redis_answers(self._resources))
        return {**database, "redis": redis}


async def _database_state(resources: Resources) -> dict[str, bool]:
    try:
        async with resources.database.session(ANONYMOUS).begin() as tx:
            mark = await tx.optional("migration_mark", str)
            workers = await tx.value("live_workers", int)
        require_migrated(mark)
    except DatabaseUnavailable:
        return {"database": False, "migrations": False, "worker": False}
    except (NotMigrated, DatabaseRefused):  # an older schema may lack what is asked for
        return {"database": True, "migrations": False, "worker": False}
    return {"database": True, "migrations": True, "worker": workers > 0}


async def _redis_answers(resources: Resources) -> bool:
    try:
        await resources.slots.held()
    except SlotsUnavailable:
        return False
    return True


@asynccontextmanager
async def telling(resources: Resources) -> AsyncGenerator[None]:
    """Keep the figures of this process's pool current for the time of the block, also for its siblings to tell."""

    async def tell() -> None:
        while True:
            observe_pool(*resources.database.use())
            await asyncio.sleep(POOL_SECONDS)

    task = asyncio.create_task(tell())
    try:
        yield
    finally:
        task.cancel()
        leave()


def make_verifier(settings: Settings) -> Verifier:
    """The token verifier that the settings describe."""
    return Verifier(
        secret=settings.jwt_secret or None,
        key_set=KeySet(settings.jwks_url, allow_http=settings.development) if settings.jwks_url else None,
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
        max_lifetime_seconds=settings.token_lifetime_seconds,
        previous_secret=settings.jwt_secret_previous or None,
    )


def make_addresses(settings: Settings) -> DownloadAddresses:
    """The addresses of files in a folder, as the settings say they are signed."""
    return DownloadAddresses(settings.download_secret or settings.jwt_secret, settings.public_url)


@asynccontextmanager
async def open_resources(
    settings: Settings, database_url: str, identity: Identity = ANONYMOUS
) -> AsyncGenerator[Resources]:
    """Everything a process shares, closed in reverse order. `identity` is the least that the login may be; a worker is
    SERVICE, and more patient with the database.

    Raises NotMigrated, DatabaseUnavailable.
    """
    limit = settings.worker_db_timeout_seconds if identity is SERVICE else settings.db_timeout_seconds
    async with AsyncExitStack() as stack:
        database = await Database.connect(
            database_url,
            size=settings.db_pool_size,
            limit=limit,
            job_heartbeat=settings.lease_ttl_seconds,
        )
        stack.push_async_callback(database.close)
        require_migrated(await database.mark(identity))
        redis = connect(settings.redis_url, settings.redis_timeout_seconds)
        stack.push_async_callback(redis.aclose)
        progress = ProgressListener(database_url, limit)
        stack.push_async_callback(progress.close)
        deferred = Deferred(DEFERRABLE)
        stack.push_async_callback(deferred.close)
        processes = Processes(idle=identity is SERVICE and settings.worker_niceness > 0)
        stack.callback(processes.close)
        verifier = make_verifier(settings)
        stack.push_async_callback(verifier.close)
        yield Resources(
            settings=settings,
            database=database,
            slots=Slots(redis, settings.lease_ttl_seconds, settings.global_concurrency_limit),
            storage=Storage(settings.storage_url),
            downloads=make_addresses(settings),
            gate=Gate(verifier, Proxies(settings.proxies), settings.refused_tokens_per_minute),
            progress=progress,
            limiter=RateLimiter(redis),
            deferred=deferred,
            processes=processes,
        )


def configure_process(settings: Settings) -> None:
    """How this process logs and traces."""
    version, environment = settings.version, settings.environment
    configure_logging(settings.log_level, settings.log_format, environment=environment, version=version)
    configure_tracing(service=SERVICE_NAME, version=version, environment=environment)


async def check_start(settings: Settings) -> None:
    """Open what the API needs and close it again, so that a start that can't succeed says why in one line.

    Raises NotMigrated, DatabaseUnavailable, TracingMissing.
    """
    require_tracing(os.environ)
    async with open_resources(settings, settings.database_url):
        pass


def abandon_worker() -> None:
    """End this process as if it were killed, since it could not end in time: its jobs are left to others."""
    logger.error("the worker could not end in time: its jobs are left to others")
    asyncio.get_running_loop().call_later(LAST_WORDS_SECONDS, os._exit, ABANDONED)


async def run_worker(settings: Settings) -> None:
    """One worker process, until a stop signal.

    Raises NotMigrated, QueueNotMigrated, DatabaseUnavailable, TracingMissing.
    """
    step_back(settings.worker_niceness)
    configure_process(settings)
    async with AsyncExitStack() as stack:
        stack.callback(end_tracing)
        resources = await stack.enter_async_context(open_resources(settings, settings.worker_database_url, SERVICE))
        if settings.metrics_token and settings.worker_metrics_port:
            await stack.enter_async_context(telling(resources))
            stack.enter_context(serving(settings.host, settings.worker_metrics_port, settings.metrics_token))
        await work(resources, router.jobs(), abandon_worker)
