"""Calls over HTTP to a process that may die, freeze or be cut off before it answers."""

from uuid import UUID

import httpx

from app.context import SignedIn
from tests.world import token_of


async def start(port: int, owner: SignedIn, course: UUID, key: str, timeout: float = 10.0) -> httpx.Response:
    """generation.initiate with an Idempotency-Key. Raises httpx.TransportError when no answer comes."""
    headers = {"authorization": f"Bearer {token_of(owner)}", "idempotency-key": key}
    url = f"http://127.0.0.1:{port}/rpc/generation.initiate"
    async with httpx.AsyncClient(timeout=timeout, trust_env=False) as http:
        return await http.post(url, json={"courseId": str(course)}, headers=headers)
