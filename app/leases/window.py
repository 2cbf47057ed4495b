"""Rate limits: a sliding window of calls, counted in Redis by Redis's clock."""

from collections.abc import Callable
from typing import NamedTuple
from uuid import uuid4

from redis.asyncio import Redis

from app.leases.errors import RateLimited
from app.leases.script import Script

HIT = Script("window", "hit")


class Standing(NamedTuple):
    """How a caller stands with a limit once a call was counted, or refused.

    `remaining` more calls fit right now; `reset_seconds` until the oldest one leaves, and one more fits.
    """

    name: str
    limit: int
    per_seconds: int
    remaining: int
    reset_seconds: int


class Window(NamedTuple):
    """At most `limit` calls in any `per_seconds`, counted under `key`: what is limited and, last, for whom.

    `told` hears how the caller stands, from whoever counts the call.
    """

    key: str
    limit: int
    per_seconds: int
    told: Callable[[Standing], None] | None = None

    @property
    def redis_key(self) -> str:
        """Where the calls are kept: on the slots' node, so that one script can see both."""
        return f"{{cg}}:window:{self.key}"

    @property
    def arguments(self) -> tuple[str, int, int]:
        """A fresh id for this call (so that a repeated command counts once), the limit, milliseconds."""
        return uuid4().hex, self.limit, self.per_seconds * 1000

    def tell(self, remaining: int, reset_seconds: int) -> None:
        """Say how the caller stands now."""
        if self.told is not None:
            name = self.key.rpartition(":")[0]
            self.told(Standing(name, self.limit, self.per_seconds, remaining, reset_seconds))

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
        reply = await HIT.run(self._redis, [window.redis_key], *window.arguments)
        counted, remaining, reset = map(int, reply)
        window.tell(remaining, reset)
        return Allowed(remaining) if counted else window.refusal(reset)
