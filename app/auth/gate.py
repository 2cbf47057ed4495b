"""Before a token is verified: an address that has sent too many bad ones has to wait."""

import math
import time
from collections.abc import Callable, Mapping
from typing import Final

from app.auth.addresses import Proxies
from app.auth.claims import Claims
from app.auth.errors import AddressLimited, Unauthorized
from app.auth.tokens import Verifier

SECONDS: Final = 60.0
MOST_ADDRESSES: Final = 10_000
"""How many are remembered: some 2 MB. Of more, the ones that failed longest ago are forgotten."""
_ROUNDING: Final = 1e-6


class Gate:
    """Verifies tokens, and counts the refused ones by address, in this process's memory.

    In memory, because this has to hold when Redis is away, and must cost honest callers nothing: no round trip, and
    while no token was refused in the last minute, one look at an empty dictionary. It is the generic cell rate
    algorithm (ITU-T I.371): of each address only the moment is kept when it will have worked off what it did, a minute
    divided by the limit for each refused token. `limit` may be worked off ahead; 0 is no limit.
    """

    def __init__(
        self, verifier: Verifier, proxies: Proxies, limit: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._verifier = verifier
        self._proxies = proxies
        self._cost = SECONDS / limit if limit else 0.0
        self._clock = clock
        self._clear_at: dict[str, float] = {}
        self._all_clear_at = 0.0

    async def verify(self, token: str, peer: str | None, headers: Mapping[str, str]) -> Claims:
        """The claims of a valid token. Raises Unauthorized, and AddressLimited without a look at the token.

        `peer` is the address at the other end of the connection.
        """
        if self._clear_at:
            self._check(peer, headers)
        try:
            return await self._verifier.verify(token)
        except Unauthorized as refused:
            if self._cost and refused.blamed:
                self._count(peer, headers)
            raise

    def _check(self, peer: str | None, headers: Mapping[str, str]) -> None:
        now = self._clock()
        if now >= self._all_clear_at:
            self._clear_at.clear()
            return
        clear_at = self._clear_at.get(self._caller(peer, headers) or "", 0.0)
        wait = clear_at + self._cost - now - SECONDS
        if wait > _ROUNDING:
            raise AddressLimited(retry_after_seconds=math.ceil(wait))

    def _count(self, peer: str | None, headers: Mapping[str, str]) -> None:
        caller = self._caller(peer, headers)
        if caller is None:
            return
        now = self._clock()
        clear_at = max(now, self._clear_at.pop(caller, now)) + self._cost
        self._clear_at[caller] = clear_at  # the last one now
        self._all_clear_at = max(self._all_clear_at, clear_at)
        if len(self._clear_at) > MOST_ADDRESSES:
            del self._clear_at[next(iter(self._clear_at))]

    def _caller(self, peer: str | None, headers: Mapping[str, str]) -> str | None:
        return self._proxies.caller(peer, headers.get("x-forwarded-for"))
