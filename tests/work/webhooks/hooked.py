"""Runs that tell a receiver, and the outbox as it stands."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import msgspec

from app.boot import open_resources
from app.context import SignedIn
from app.db.session import SERVICE
from app.webhooks import Sender
from app.work.waiting import ended
from app.work.webhooks import WebhookDelivery
from procedures.generation.initiate import InitiateInput, initiate
from tests.webhooks.receiving import Receiver
from tests.work.harness import eventually
from tests.work.life import Life

CLAIM = "select * from app.claim_webhooks($1, 100, $2)"
RECORD = "select app.record_webhook($1, $2, $3, $4, $5, $6)"
STATES = "select state, count(*) from webhook_deliveries group by state"


class Hooked:
    """A world and its receiver."""

    def __init__(self, life: Life, receiver: Receiver) -> None:
        self.life = life
        self.sql = life.sql
        self.receiver = receiver

    async def started(self, owner: SignedIn | None = None, url: str | None = None) -> UUID:
        """A new course whose generation was started with the receiver's address."""
        owner = owner or await self.life.user()
        course = await self.life.course(owner)
        await initiate(owner, InitiateInput(course_id=course, webhook_url=url or self.receiver.url))
        return course

    @asynccontextmanager
    async def delivering(self, loops: int = 1, sender: Sender | None = None) -> AsyncGenerator[None]:
        """So many workers' deliveries, and nothing else of a worker; by this sender where one is given."""
        settings = self.life.settings
        async with open_resources(settings, settings.worker_database_url, SERVICE) as resources:
            tasks = [asyncio.create_task(WebhookDelivery(resources, sender).run()) for _ in range(loops)]
            try:
                yield
            finally:
                await ended(*tasks)

    async def payloads(self, course: UUID) -> list[dict[str, Any]]:
        """The events of a course, oldest first."""
        rows = await self.sql.fetch(
            "select payload::text from webhook_deliveries where course_id = $1 order by created_at", course
        )
        return [msgspec.json.decode(row["payload"]) for row in rows]

    async def states(self) -> dict[str, int]:
        """How many deliveries are in which state."""
        return {row[0]: row[1] for row in await self.sql.fetch(STATES)}

    async def become(self, within: float = 10.0, **states: int) -> None:
        """Until the deliveries are in these states."""

        async def so() -> bool:
            return await self.states() == states

        await eventually(so, within)

    async def make_due(self) -> None:
        """What waits is due now, leases included."""
        await self.sql.execute("update webhook_deliveries set next_attempt_at = now() where state = 'pending'")

    async def claim(self, limit: int = 100, lease: float = 30.0) -> list[dict[str, Any]]:
        """What a worker would take."""
        return [dict(row.items()) for row in await self.sql.fetch(CLAIM, limit, lease)]

    async def record(
        self, claimed: dict[str, Any], outcome: str, status: int | None = None, retry_after: float | None = None
    ) -> str | None:
        """What a worker would write of an attempt; the state afterwards."""
        given = (claimed["id"], claimed["claim_token"], outcome, status, None, retry_after)
        state: str | None = await self.sql.fetchval(RECORD, *given)
        return state

    async def waits(self) -> float:
        """In how many seconds the only delivery is due."""
        seconds: float = await self.sql.fetchval(
            "select extract(epoch from next_attempt_at - now())::float from webhook_deliveries"
        )
        return seconds
