"""What a client is besides its procedures: connections, a token, and how patient it is."""

import copy
from types import TracebackType
from typing import ClassVar, Self

import httpx

from .failures import Errors
from .retries import Policy
from .transport_async import AsyncTransport


class AsyncBaseClient:
    """One server and one caller. Use it as a context manager, or close it."""

    _errors: ClassVar[Errors] = {}
    _agent: ClassVar[str] = ""

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        timeout: float = 30.0,
        retries: int = 3,
        patience: float = 60.0,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        """`url` is where the server is, without `/rpc`; `token` the access token of who calls.

        `timeout`: seconds to wait for a connection, and then each time for the other end to go on. `retries`: how often
        a call that is safe to repeat is made again. `patience`: seconds for which a subscription that lost its
        connection tries to get it back. `http`: connections of the caller's own making, which stay open on closing.
        """
        connections = httpx.AsyncClient() if http is None else http
        self._own_http = connections if http is None else None
        self._transport = AsyncTransport(
            url,
            token,
            agent=self._agent,
            errors=self._errors,
            policy=Policy(timeout, retries, patience),
            http=connections,
        )

    def with_token(self, token: str | None) -> Self:
        """A client over the same connections for another caller; closing the first one closes them."""
        other = copy.copy(self)
        other._own_http = None
        other._transport = self._transport.with_token(token)
        return other

    async def aclose(self) -> None:
        """Close the connections."""
        if self._own_http is not None:
            await self._own_http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
