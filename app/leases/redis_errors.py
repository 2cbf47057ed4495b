"""Which failures of Redis mean "not now": everything else is a bug and stays what it is."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import cast

from redis.asyncio import BlockingConnectionPool, Redis
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
from app.rpc.deadline import Deadlines

UNAVAILABLE = (
    RedisConnectionError,
    RedisTimeoutError,
    TimeoutError,
    ReadOnlyError,
    OutOfMemoryError,
    ClusterDownError,
    TryAgainError,
)
# Answers of a server that is up but can't write, which redis-py has no class for: their first word tells.
UNAVAILABLE_WORDS = ("MISCONF", "NOREPLICAS", "BUSY", "MASTERDOWN")


_deadlines = Deadlines()


@contextmanager
def within_limits(redis: Redis) -> Generator[None]:
    """One call of a client of `connect`, within its time-out: waiting for a connection, connecting, asking and asking
    again have limits of their own, which would add up. Raises SlotsUnavailable.
    """
    seconds = cast("float", cast("BlockingConnectionPool", redis.connection_pool).timeout)  # `connect` sets it
    with redis_errors_declared(), _deadlines.within(seconds):
        yield


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
