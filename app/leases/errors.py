"""Why a slot or a call was refused: domain.md section 5 has the texts and details."""

from app.rpc import Code, RpcError


class UserLimitReached(RpcError, code=Code.TOO_MANY_REQUESTS):
    """Too many concurrent jobs. {tier} tier allows {user_limit} concurrent course generation.

    `tier` is in upper case, as in every payload.
    """

    tier: str
    user_limit: int
    current_user_jobs: int
    global_limit: int
    global_active_jobs: int

    @property
    def message(self) -> str:
        """The sentence the caller reads, in the singular or the plural."""
        return super().message if self.user_limit == 1 else super().message.removesuffix(".") + "s."

    @property
    def retry_after(self) -> int:
        """Half a minute: a run of the caller's own has to end first, and runs take minutes."""
        return 30


class SystemFull(RpcError, code=Code.TOO_MANY_REQUESTS):
    """System at capacity. Please try again in a few minutes.

    `tier` is in upper case, as in every payload.
    """

    tier: str
    user_limit: int
    current_user_jobs: int
    global_limit: int
    global_active_jobs: int

    @property
    def retry_after(self) -> int:
        """A minute: the few minutes of the message, asked for early enough not to lose a free slot."""
        return 60


class RateLimited(RpcError, code=Code.TOO_MANY_REQUESTS):
    """Too many requests. Please try again in {retry_after_seconds} s."""

    limit: int
    per_seconds: int
    retry_after_seconds: int

    @property
    def retry_after(self) -> int:
        """Seconds until the oldest counted call leaves the window."""
        return self.retry_after_seconds


class SlotsUnavailable(RpcError, code=Code.SERVICE_UNAVAILABLE):
    """Service temporarily unavailable. Please try again in a few seconds.

    Redis does not answer, refuses writes, or is empty and waits for the reaper to rebuild it from PostgreSQL.
    """

    @property
    def retry_after(self) -> int:
        """One period of the reaper, by default."""
        return 5
