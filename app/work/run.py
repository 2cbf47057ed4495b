"""One worker process: the queue's worker, the reaper and the other duties of each worker, until SIGTERM."""

import asyncio
from collections.abc import Callable, Mapping

from app.context import Resources
from app.rpc import AnyProcedure
from app.work.lifecycle import RunLifecycle
from app.work.pairing import FilePairing
from app.work.queue import FencedQueue
from app.work.reaper import Reaper
from app.work.uploads import UploadRemains
from app.work.waiting import ended
from app.work.webhooks import WebhookDelivery
from app.work.worker import FencedWorker


async def work(
    resources: Resources, jobs: Mapping[str, AnyProcedure], abandon: Callable[[], object] | None = None
) -> None:
    """Run jobs and recover what was lost; returns when a stop signal came and the running jobs are done or given back.

    `abandon` is called when that takes too long, as behind a link on which nothing passes: it should end the process.
    What that leaves is what a killed worker leaves, and others take it over.

    Raises QueueNotMigrated, psycopg.OperationalError (the database is away at start), and the bug of a duty that
    one has stopped.
    """
    settings = resources.settings
    queue = FencedQueue(settings.worker_database_url, pool_size=settings.worker_concurrency + 2)
    await queue.connect()
    running = (
        Reaper(resources, queue).run(),
        UploadRemains(resources).run(),
        FilePairing(resources).run(),
        WebhookDelivery(resources).run(),
    )
    duties = [asyncio.create_task(duty) for duty in running]
    worker = FencedWorker(
        queue,
        RunLifecycle(resources, jobs),
        concurrency=settings.worker_concurrency,
        grace=settings.worker_grace_seconds,
        abandon=abandon,
    )
    for duty in duties:
        duty.add_done_callback(lambda _: worker.event.set())
    try:
        await worker.start()
    finally:
        await ended(*duties)
        await queue.disconnect()
    for duty in duties:
        if not duty.cancelled():
            duty.result()  # a bug in it has stopped this worker: say which
