"""Who asks for slots in these tests, and what the reaper does for them."""

from uuid import UUID, uuid4

from app.leases import Lease, LiveRun, RateLimited, Reconciled, Slots, SystemFull, UserLimitReached, Window


class Caller:
    """A user who asks for slots, with a limit of their own."""

    def __init__(self, slots: Slots, user_limit: int = 1, tier: str = "free") -> None:
        self.slots, self.user_limit, self.tier, self.user_id = slots, user_limit, tier, uuid4()

    async def acquire(
        self, run_id: UUID | None = None, token: UUID | None = None, window: Window | None = None
    ) -> Lease | UserLimitReached | SystemFull | RateLimited:
        run_id, token = run_id or uuid4(), token or uuid4()
        return await self.slots.acquire(run_id, self.user_id, token, self.tier, self.user_limit, window)

    async def lease(self) -> Lease:
        lease = await self.acquire()
        assert isinstance(lease, Lease)
        return lease

    def live(self) -> LiveRun:
        return LiveRun(uuid4(), self.user_id, uuid4())


async def reap(slots: Slots) -> Reconciled:
    """A pass of the reaper that finds no run in PostgreSQL."""
    return await slots.reconcile(await slots.held(), [], [])


async def ready(slots: Slots) -> Slots:
    """The slots after the first pass on a server without runs."""
    assert (await reap(slots)).ready
    return slots
