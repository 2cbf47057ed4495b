"""Which failures of Redis mean "not now": everything else is a bug and stays what it is."""

from collections.abc import Generator
from contextlib import contextmanager

from redis.exceptions import (
    ClusterDownError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    TryAgainError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from app.leases.errors import SlotsUnavailable

UNAVAILABLE = (
    RedisConnectionError,
    RedisTimeoutError,
    ReadOnlyError,
    OutOfMemoryError,
    ClusterDownError,
    TryAgainError,
)
# Answers of a server that is up but can't write, which redis-py has no class for: their first word tells.
UNAVAILABLE_WORDS = ("MISCONF", "NOREPLICAS", "BUSY", "MASTERDOWN")


@contextmanager
def redis_errors_declared() -> Generator[None]:
    """Turn a Redis that cannot serve into SlotsUnavailable; the cause is chained for the log."""
    try:
        yield
    except UNAVAILABLE as error:
        raise SlotsUnavailable from error
    except ResponseError as error:
        if not str(error).startswith(UNAVAILABLE_WORDS):
            raise
        raise SlotsUnavailable from error
