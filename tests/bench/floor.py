"""The floor under generation.initiate: its SQL and its Lua by asyncpg and redis-py, without HTTP, tokens and JSON."""

import asyncio
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import uuid_utils.compat as uuid7s
from redis.asyncio import Redis

from app.db.jobs import JobCall, encode_job
from app.db.queries import load_queries
from app.leases.slots import ACQUIRE, KEYS
from app.leases.window import Window
from procedures.generation.stages import first_stage
from tests.bench.callers import Measured
from tests.bench.starts import Start

TIER_PRIORITY, TIER_RUNS = 10, 5
_LEASE_MS = 30_000


class Statements(msgspec.Struct, frozen=True):
    """All that one start sends, made before anything is measured."""

    prelude: str
    claim: tuple[Any, ...]
    acquire: tuple[Any, ...]
    enqueue: tuple[Any, ...]


class Floor:
    """Runs starts on a pool and a client."""

    def __init__(self, pool: "asyncpg.Pool[Any]", redis: Redis) -> None:
        self._pool = pool
        self._acquire = redis.register_script(ACQUIRE.source)

    async def run_all(self, starts: list[Statements], callers: int) -> Measured:
        """Every start once, so many at a time."""
        left = iter(starts)
        began = time.perf_counter()
        latencies = await asyncio.gather(*(self._caller(left) for _ in range(callers)))
        return Measured([each for some in latencies for each in some], time.perf_counter() - began)

    async def _caller(self, left: Iterator[Statements]) -> list[float]:
        latencies: list[float] = []
        for statements in left:
            began = time.perf_counter()
            await self._start(statements)
            latencies.append(time.perf_counter() - began)
        return latencies

    async def _start(self, statements: Statements) -> None:
        async with self._pool.acquire() as connection:
            await connection.execute(statements.prelude)
            claim = await connection.fetchval(*statements.claim)
            keys, *arguments = statements.acquire
            granted = await self._acquire(keys=keys, args=arguments)
            if '"claimed"' not in claim or granted[2:] != ["granted"]:
                raise RuntimeError(f"{claim} {granted}")
            await connection.execute(*statements.enqueue)
            await connection.execute("COMMIT")


@asynccontextmanager
async def floor(database_url: str, redis_url: str, pool_size: int) -> AsyncGenerator[Floor]:
    """A pool as large as the service's, without the round trip that asyncpg resets connections with."""
    redis = Redis.from_url(redis_url, decode_responses=True)
    async with redis, asyncpg.create_pool(database_url, min_size=1, max_size=pool_size, reset=_keep) as pool:
        yield Floor(pool, redis)


async def _keep(_connection: Any) -> None:
    """Nothing to reset."""


def statements_of(start: Start) -> Statements:
    """What the service sends for this start."""
    run_id, token, job_id = uuid7s.uuid7(), uuid4(), f"course-gen-{uuid7s.uuid7().hex}"
    user_id, stage, priority = start.claims.user_id, first_stage(has_documents=False), 100 - TIER_PRIORITY
    window = Window(f"generation.initiate:{user_id}", 10, 60)
    return Statements(
        prelude=start.prelude,
        claim=_query(
            "claim_run",
            course_id=start.course_id,
            run_id=run_id,
            slot_token=token,
            idempotency_key=None,
            webhook_url=None,
            request_id=uuid4().hex,
        ),
        acquire=(
            [*KEYS, window.redis_key],
            *(str(run_id), str(user_id), str(token), _LEASE_MS, TIER_RUNS, 3),
            *window.arguments,
        ),
        enqueue=_query(
            "enqueue_job",
            run_id=run_id,
            job_id=job_id,
            job_type=stage.__name__,
            job=_payload(stage, start, run_id, job_id, priority),
            priority=priority,
            max_attempts=stage.options.attempts,
        ),
    )


def _payload(stage: Any, start: Start, run_id: UUID, job_id: str, priority: int) -> bytes:
    """A job of about the size of the real one's."""
    given = {"run_id": run_id, "course_id": start.course_id, "brief": {"title": "Компост", "filler": "x" * 400}}
    call = JobCall(name=stage.__name__, kwargs={"input": given}, timeout=60, attempts=3, backoff=1)
    return encode_job(call, key=job_id, priority=priority, heartbeat=30)


def _query(name: str, **values: Any) -> tuple[Any, ...]:
    queries = load_queries()
    order = queries.driver_adapter.var_sorted[name]
    return (getattr(queries, name).sql, *(values[each] for each in order))
