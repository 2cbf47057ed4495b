"""Rate limits: a sliding window of calls, counted in Redis by Redis's clock."""

from typing import NamedTuple
from uuid import uuid4

from redis.asyncio import Redis

from app.leases.errors import RateLimited
from app.leases.script import Script

HIT = Script("window", "hit")


class Window(NamedTuple):
    """At most `limit` calls in any `per_seconds`, counted under `key`: what is limited and for whom."""

    key: str
    limit: int
    per_seconds: int

    @property
    def redis_key(self) -> str:
        """Where the calls are kept: on the slots' node, so that one script can see both."""
        return f"{{cg}}:window:{self.key}"

    @property
    def arguments(self) -> tuple[str, int, int]:
        """A fresh id for this call (so that a repeated command counts once), the limit, milliseconds."""
        return uuid4().hex, self.limit, self.per_seconds * 1000

    def refusal(self, wait_seconds: int) -> RateLimited:
        """The error for a caller who may come back in `wait_seconds`."""
        return RateLimited(limit=self.limit, per_seconds=self.per_seconds, retry_after_seconds=wait_seconds)


class Allowed(NamedTuple):
    """The call is within its limit; `remaining` more would be right now."""

    remaining: int


class RateLimiter:
    """Counts calls against their windows, by itself; `Slots.acquire` can do the same within its own round trip."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def hit(self, window: Window) -> Allowed | RateLimited:
        """Count one call, unless it is over the limit: refused calls are not counted. Raises SlotsUnavailable."""
        wait, remaining = await HIT.run(self._redis, [window.redis_key], *window.arguments)
        return window.refusal(int(wait)) if int(wait) else Allowed(int(remaining))
