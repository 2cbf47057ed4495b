"""Slots: how many runs go at once, per user and in all, kept in Redis as a cache of PostgreSQL.

PostgreSQL is the truth about runs (reliability.md section 2). A slot belongs to a run and is held under a token that
the run's row carries; every change is one Lua script, so it happens whole or not at all. Losing Redis loses no run:
acquiring fails closed until `reconcile` has put back what PostgreSQL knows.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from redis.asyncio import Redis

from app.leases.errors import RateLimited, SlotsUnavailable, SystemFull, UserLimitReached
from app.leases.redis_errors import within_limits
from app.leases.script import Reply, Script
from app.leases.window import Window

ACQUIRE = Script("window", "slots", "acquire")
RENEW = Script("window", "slots", "renew")
RELEASE = Script("window", "slots", "release")
HELD = Script("window", "slots", "held")
RECONCILE = Script("window", "slots", "reconcile")

LIMIT_KEY = "{cg}:limit"
KEYS = [
    "{cg}:slots",
    "{cg}:tokens",
    "{cg}:owner",
    LIMIT_KEY,
    "{cg}:ready",
    "{cg}:released",
]
# How long a release is remembered; a reaper that slept longer between reading and writing is not listened to.
MEMORY_MS = 300_000


class Lease(NamedTuple):
    """Proof that the run holds a slot."""

    run_id: UUID
    user_id: UUID
    token: UUID


class LiveRun(NamedTuple):
    """A run that has not ended, as PostgreSQL has it."""

    run_id: UUID
    user_id: UUID
    token: UUID


class Held(NamedTuple):
    """Who holds slots, at one moment: `at_ms` by Redis's clock. Not `ready`: empty Redis, waiting to be rebuilt."""

    at_ms: int
    ready: bool
    global_limit: int
    runs: dict[UUID, UUID]

    @property
    def total(self) -> int:
        """How many slots are held in all."""
        return len(self.runs)

    @property
    def by_user(self) -> Counter[UUID]:
        """How many each user holds."""
        return Counter(self.runs.values())


class Reconciled(NamedTuple):
    """What a pass of the reaper changed, and whether slots can be acquired after it."""

    rebuilt: int
    renewed: int
    evicted: int
    ready: bool


class TokenMismatch(Exception):
    """A run asked for a slot that it holds under another token: a bug, since the token is in the run's row."""


class Slots:
    """The slots of all runs. Every method raises SlotsUnavailable when Redis cannot serve."""

    def __init__(self, redis: Redis, ttl_seconds: float, default_global_limit: int) -> None:
        self._redis = redis
        self._ttl_ms = int(ttl_seconds * 1000)
        self._default_limit = default_global_limit

    async def acquire(
        self, run_id: UUID, user_id: UUID, token: UUID, tier: str, user_limit: int, window: Window | None = None
    ) -> Lease | UserLimitReached | SystemFull | RateLimited:
        """Take a slot for the run, in one round trip; the same run and token again is the same slot, renewed.

        `window`, if given, counts this call first; a call that it refuses takes no slot. The user's limit is checked
        before the global one (domain.md section 2). After SlotsUnavailable the slot may have been taken all the same
        (the answer was lost): release it, or let the reaper do it.
        """
        keys, extra = (KEYS, ()) if window is None else ([*KEYS, window.redis_key], window.arguments)
        names = (str(run_id), str(user_id), str(token))
        reply = await ACQUIRE.run(self._redis, keys, *names, self._ttl_ms, user_limit, self._default_limit, *extra)
        remaining, reset, *outcome = reply
        if window is not None and outcome != ["unready"]:
            window.tell(int(remaining), int(reset))
        match outcome:
            case ["granted"]:
                return Lease(run_id, user_id, token)
            case ["rate_limited"] if window is not None:
                return window.refusal(int(reset))
            case ["unready"]:
                raise SlotsUnavailable
            case ["foreign"]:
                raise TokenMismatch(f"run {run_id} holds its slot under another token")
            case _:
                return _refusal(outcome, tier, user_limit)

    async def renew(self, run_id: UUID, token: UUID) -> bool:
        """Prolong the slot by the TTL. False if the run holds none with this token: nothing is granted then.

        False is no verdict on the run, as Redis may just have been emptied; PostgreSQL has the verdict.
        """
        (renewed,) = await RENEW.run(self._redis, KEYS, str(run_id), str(token), self._ttl_ms)
        return renewed == 1

    async def release(self, run_id: UUID, token: UUID) -> bool:
        """Give the slot back. True for the one call that did, False if it was not held with this token."""
        (given,) = await RELEASE.run(self._redis, KEYS, str(run_id), str(token), MEMORY_MS)
        return given == 1

    async def held(self) -> Held:
        """A snapshot of all slots, for metrics and as the first step of the reaper's pass."""
        at_ms, ready, limit, *pairs = await HELD.run(self._redis, KEYS, self._default_limit)
        ids = [UUID(str(word)) for word in pairs]
        return Held(int(at_ms), ready == 1, int(limit), dict(zip(ids[::2], ids[1::2], strict=True)))

    async def reconcile(
        self, seen: Held, live: Sequence[LiveRun], ended: Collection[UUID], global_limit: int | None = None
    ) -> Reconciled:
        """Make the slots what PostgreSQL says, atomically. Call `held()`, then read PostgreSQL, then this.

        `live` are all runs not ended; `ended` those of `seen.runs` that have ended. Live runs are renewed, and rebuilt
        where missing; ended ones are evicted at once; unknown ones only when expired, since such a run may have been
        claimed after PostgreSQL was read. `global_limit` is what a superadmin has set, None for the default: no slot is
        taken of a rebuilt Redis before it stands there. Why the gap between reading and writing does no harm:

        - A run that ended in it has left a mark by its release, and is not rebuilt; if the process died before the
          release, the next pass finds the run in `ended`. A pass that slept longer than the marks last does nothing.
        - The sentinel is set only if it was already missing in `seen`: nothing was granted from then on, so PostgreSQL
          was read after the last grant. What was granted before may not have been committed: if not `seen.ready`, read
          PostgreSQL behind a lock that waits for transactions under way (lock table generation_runs in share mode).
        """
        words = [word for run in live for word in (str(run.run_id), str(run.user_id), str(run.token))]
        numbers = (self._ttl_ms, MEMORY_MS, seen.at_ms, int(seen.ready), global_limit or 0, len(live))
        reply = await RECONCILE.run(self._redis, KEYS, *numbers, *words, *map(str, ended))
        rebuilt, renewed, evicted, ready = map(int, reply)
        return Reconciled(rebuilt, renewed, evicted, ready == 1)

    async def set_global_limit(self, limit: int) -> None:
        """Override the default global limit from the next acquire on; runs that hold slots keep them."""
        if limit < 1:
            raise ValueError(f"the global limit must be at least 1, not {limit}")
        with within_limits(self._redis):
            await self._redis.set(LIMIT_KEY, limit)


def _refusal(reply: Reply, tier: str, user_limit: int) -> UserLimitReached | SystemFull:
    outcome, mine, limit, total = reply
    kind = UserLimitReached if outcome == "user_full" else SystemFull
    return kind(
        tier=tier.upper(),
        user_limit=user_limit,
        current_user_jobs=int(mine),
        global_limit=int(limit),
        global_active_jobs=int(total),
    )
