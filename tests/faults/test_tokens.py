"""Who started a run may lose what let them start it: the run is theirs by the database, and goes on to its end."""

import time

import pytest
from msgspec.structs import replace

from app.auth.claims import Role
from app.auth.errors import Unauthorized
from app.boot import make_verifier
from procedures.generation.initiate import InitiateInput, initiate
from tests.faults.oracle import settles
from tests.work.failpoints import Failpoints
from tests.work.harness import eventually
from tests.work.life import CHAIN, Life
from tests.world import token_of

SECONDS = 40.0


@pytest.mark.fault("token expired mid-run")
async def test_a_run_goes_on_after_the_token_of_its_start_has_expired(life: Life, failpoints: Failpoints) -> None:
    verifier = make_verifier(life.settings)
    owner = await life.user()
    token = token_of(life.caller(replace(owner.claims, expires_at=int(time.time()) + 2)))
    caller = life.caller(await verifier.verify(token))
    course = await life.course(caller)
    await initiate(caller, InitiateInput(course_id=course))

    async def refused() -> bool:
        try:
            await verifier.verify(token)
        except Unauthorized:
            return True
        return False

    async with life.worker():
        async with failpoints.gate("job_status", after=1):
            await failpoints.someone_waits()
            await eventually(refused)
        assert await life.ends(course, SECONDS) == "completed"
        await settles(life)
    assert await life.jobs(course) == [(name, "completed", 1) for name in CHAIN]


@pytest.mark.fault("role revoked mid-run")
@pytest.mark.parametrize("revoke", ["update users set role = 'student' where id = $1"])
async def test_a_run_goes_on_after_its_owner_has_lost_the_role_that_starts_runs(
    life: Life, failpoints: Failpoints, revoke: str
) -> None:
    owner = await life.user()
    course = await life.started(owner)
    async with life.worker():
        async with failpoints.gate("job_status", after=1):
            await failpoints.someone_waits()
            await life.sql.execute(revoke, owner.user_id)
        assert await life.ends(course, SECONDS) == "completed"
        await settles(life)
    assert await life.sql.fetchval("select role::text from users where id = $1", owner.user_id) == Role.STUDENT
    assert await life.jobs(course) == [(name, "completed", 1) for name in CHAIN]
    assert life.slots.given_back[await life.run_of(course)] == 1
