"""Where chaos lets runs tell of themselves, and whether each event has come."""

import random
from asyncio import StreamWriter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from tests.webhooks.receiving import Receiver, receiving, status

FAILING = 0.2
"""How many attempts are answered with a failure, while there is load."""
DUE = "update webhook_deliveries set next_attempt_at = now() where state = 'pending' and claim_token is null"
PENDING = "select count(*)::int from webhook_deliveries where state = 'pending'"
SENT = "select id::text from webhook_deliveries"


class Hooks:
    """A receiver that fails now and then, until it is told to `recover`."""

    def __init__(self, receiver: Receiver, seed: int) -> None:
        self.receiver = receiver
        self._draw = random.Random(f"{seed} hooks")  # noqa: S311  it is to be foreseeable
        self._failing = FAILING
        receiver.script = self._answer

    async def _answer(self, writer: StreamWriter) -> None:
        await status(500 if self._draw.random() < self._failing else 204)(writer)

    def recover(self) -> None:
        """From now on answer well."""
        self._failing = 0.0

    async def pending(self, sql: "asyncpg.Connection[Any]") -> int:
        """How many events are still to be told. What waits for its turn, for days perhaps, has it now."""
        await sql.execute(DUE)
        return int(await sql.fetchval(PENDING))

    async def missing(self, sql: "asyncpg.Connection[Any]") -> tuple[int, int]:
        """How many events there were, and how many of them never came (I7)."""
        sent = {row[0] for row in await sql.fetch(SENT)}
        return len(sent), len(sent - set(self.receiver.ids))


@asynccontextmanager
async def hooks(port: int, seed: int) -> AsyncGenerator[Hooks]:
    """Such a receiver at this port, for the time of the block."""
    async with receiving(port=port) as receiver:
        yield Hooks(receiver, seed)
