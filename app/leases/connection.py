"""How this service connects to Redis: bounded in time and number, with one retry that is safe."""

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

ANSWER_SECONDS = 0.75
CONNECT_SECONDS = 0.5
MAX_CONNECTIONS = 32


def connect(url: str, timeout_seconds: float = ANSWER_SECONDS) -> Redis:
    """A client for `redis://`, `rediss://` or `unix://`; it connects on first use, `await client.aclose()` ends it.

    redis-py's own defaults wait long and multiply their time-outs by retries (reliability.md section 3). Here a call
    ends within `timeout_seconds` (`within_limits` in redis_errors.py sees to the whole of it). A broken connection is
    tried once more, because a restarted server leaves broken ones in the pool; a time-out is not, because a stalled
    server would only be waited for twice. Repeating is safe: every script of this package does the same when run twice
    with the same arguments.
    """
    pool = BlockingConnectionPool.from_url(  # pyright: ignore[reportUnknownMemberType]  # its **kwargs have no type
        url,
        max_connections=MAX_CONNECTIONS,
        timeout=timeout_seconds,
        socket_timeout=timeout_seconds,
        socket_connect_timeout=min(CONNECT_SECONDS, timeout_seconds),
        retry=Retry(ConstantBackoff(0.02), 1, supported_errors=(RedisConnectionError,)),
        decode_responses=True,
    )
    return Redis.from_pool(pool)
