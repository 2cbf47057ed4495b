"""LISTEN over a connection of its own that heals.

SAQ's multiplexer listens on a pooled connection, never looks whether it is alive, and does not begin again by itself.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from loguru import logger
from psycopg import AsyncConnection

from app.work.statements import OUTAGE, STATEMENT_SECONDS, statement

SILENCE_SECONDS: Final = 10.0
RECONNECT_SECONDS: Final = 0.5


class Listener:
    """Calls a channel's handler for each notification, and every handler after each (re)connection, because what was
    said before it has not been heard. Handlers are quick and do not fail.
    """

    def __init__(self, conninfo: str, listens: tuple[str, ...], handlers: Mapping[str, Callable[[], None]]) -> None:
        """`listens` names the queries that subscribe to the channels of `handlers`."""
        self._conninfo = conninfo
        self._listens = listens
        self._handlers = handlers

    async def run(self) -> None:
        """Listen until cancelled; a lost connection is replaced."""
        while True:
            try:
                await self._hear()
            except OUTAGE as error:
                logger.warning("listening again after: {}", error)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _hear(self) -> None:
        async with await AsyncConnection.connect(self._conninfo, autocommit=True) as connection:
            async with asyncio.timeout(STATEMENT_SECONDS):
                for query in self._listens:
                    await connection.execute(statement(query))
            for handler in self._handlers.values():
                handler()
            while True:
                async for heard in connection.notifies(timeout=SILENCE_SECONDS):
                    self._handlers[heard.channel]()
                async with asyncio.timeout(STATEMENT_SECONDS):
                    await connection.execute(statement("queue_alive"))
