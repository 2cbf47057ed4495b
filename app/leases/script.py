"""A Lua script: its source put together once, run by its digest in one round trip."""

import hashlib
from importlib.resources import files
from typing import cast

from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from app.leases.redis_errors import within_limits

Reply = list[str | int]


class Script:
    """Runs the concatenation of the named files of `scripts/`, so that they share their functions."""

    def __init__(self, *names: str) -> None:
        folder = files("app.leases") / "scripts"
        self.source = "\n".join((folder / f"{name}.lua").read_text("utf-8") for name in names)
        # Redis names scripts by SHA-1; nothing secret hangs on it.
        self._digest = hashlib.sha1(self.source.encode(), usedforsecurity=False).hexdigest()

    async def run(self, redis: Redis, keys: list[str], *args: str | int) -> Reply:
        """One round trip; a second one when the server does not know the script yet. Raises SlotsUnavailable."""
        with within_limits(redis):
            try:
                reply = await redis.evalsha(self._digest, len(keys), *keys, *args)
            except NoScriptError:
                reply = await redis.eval(self.source, len(keys), *keys, *args)
        return cast("Reply", reply)
