"""The issuer of tokens under attack or away, as callers of the API meet it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic

import httpx
import pytest

from app.dev import Database
from tests.auth.issuer import Issuer, Key
from tests.faults.processes import Program
from tests.work.life import Life
from tests.world import environment_for

FLOOD = 200


@pytest.fixture
async def issuer(life: Life) -> AsyncIterator[Issuer]:
    """An issuer of tokens for a user of this world, with one key."""
    issuer = Issuer()
    issuer.keys = [Key.ec("known")]
    issuer.start()
    yield issuer
    issuer.stop()


async def status(http: httpx.AsyncClient, token: str) -> tuple[int, float]:
    """The status of a call with this token, and the seconds it took."""
    began = monotonic()
    response = await http.post("/rpc/courses.list", json={}, headers={"authorization": f"Bearer {token}"})
    return response.status_code, monotonic() - began


@pytest.mark.fault("JWKS: flooded with unknown kids")
@pytest.mark.fault("JWKS: slow")
@pytest.mark.fault("JWKS: down")
async def test_unknown_keys_cost_one_request_to_the_issuer_and_known_ones_never_wait_for_it(
    life: Life, issuer: Issuer, own_database: Database, own_redis_url: str, tmp_path: Path
) -> None:
    owner = (await life.user()).claims
    who = {"sub": str(owner.user_id), "user_id": str(owner.user_id), "organization_id": str(owner.organization_id)}
    who |= {"role": owner.role.value, "iss": "coursegen", "aud": "authenticated"}
    good = issuer.keys[0].token(**who)
    unknown = [Key(f"unknown-{n}", issuer.keys[0].private).token(**who) for n in range(FLOOD)]
    environment = environment_for(own_database, own_redis_url, tmp_path)
    async with (
        Program(environment, tmp_path).api(JWKS_URL=issuer.url) as (_, port),
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as http,
    ):
        assert (await status(http, good))[0] == 200
        assert issuer.requests == 1
        issuer.go_on.clear()
        answers = await asyncio.gather(*(status(http, token) for token in unknown))
        assert {code for code, _ in answers} <= {401, 429}
        assert max(seconds for _, seconds in answers) < 2
        assert issuer.requests <= 2
        assert (await status(http, good))[0] == 200
        issuer.stop()
        assert (await status(http, good))[0] == 200
        assert (await status(http, unknown[0]))[0] in (401, 429)
