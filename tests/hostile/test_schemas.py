"""Every procedure over plain JSON with inputs made from its own schema: what it allows is no invalid input, what misses
it by one thing is no bug, and each refusal is one that the surface names.

The same inputs on every run; HOSTILE_EXAMPLES=1000 asks for so many of each, and for new ones.
"""

import json
import os
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.auth.claims import Role
from app.boot import TABLE
from app.rpc.surface import surface
from tests.hostile.asking import Answer, Caller, Target
from tests.hostile.strategies import nearly_valid, valid
from tests.wire.inputs import POSTED

pytestmark = pytest.mark.fault("hostile input: all other families")

SURFACE = surface(TABLE)
TAKING = {entry.path: entry for entry in SURFACE.procedures if entry.path in POSTED and entry.input is not None}
OF_CALLS = {error.name for error in SURFACE.errors.values() if error.protocol}
ASKED = os.environ.get("HOSTILE_EXAMPLES")
CALLERS = 8
GLOBAL_LIMIT = 100
bounded = settings(
    max_examples=int(ASKED or 20),
    derandomize=not ASKED,
    database=None,
    deadline=None,
    # the server's fixtures are made for each test, not for each input; how long a busy machine takes is no finding
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@pytest.fixture(scope="module")
async def callers(target: Target) -> list[Caller]:
    """Instructors, so many that rate limits do not hide what comes behind them."""
    return [await target.new_caller() for _ in range(CALLERS)]


@pytest.fixture(scope="module")
async def superadmins(target: Target) -> list[Caller]:
    """Superadmins of an organization of their own."""
    organization = await target.world.organization()
    users = [await target.world.user(organization, Role.SUPERADMIN) for _ in range(2)]
    return [Caller(user, uuid4()) for user in users]


@pytest.fixture
def _restored(target: Target, superadmins: list[Caller]) -> Iterator[None]:
    """What a superadmin may have set for all is as it was, when other tests come."""
    yield
    body = json.dumps({"limit": GLOBAL_LIMIT}).encode()
    assert target.call("admin.setGlobalLimit", body, superadmins[0]).status == 200


def who_may(path: str, callers: list[Caller], superadmins: list[Caller]) -> list[Caller]:
    """Who is let in by the procedure."""
    return superadmins if path.startswith("admin.") else callers


def known_ids(caller: Caller, others: list[Caller]) -> list[str]:
    """Ids that there are: the caller's course, and users and organizations that nobody else needs."""
    claims = [other.signed_in.claims for other in others]
    known = [caller.course, *(each.user_id for each in claims), *(each.organization_id for each in claims)]
    return [*[str(caller.course)] * len(known), *map(str, known)]


def sent(target: Target, path: str, value: Any, caller: Caller) -> Answer:
    """The answer, which is a success or one of the refusals that the surface names for the procedure."""
    answer = target.call(path, json.dumps(value).encode(), caller)
    if answer.status != 200:
        assert answer.error["data"]["type"] in {*TAKING[path].errors, *OF_CALLS}, (value, answer)
    return answer


@pytest.mark.usefixtures("_restored")
@pytest.mark.parametrize("path", TAKING)
@bounded
@given(data=st.data())
def test_what_a_schema_allows_is_no_invalid_input(
    target: Target, callers: list[Caller], superadmins: list[Caller], path: str, data: st.DataObject
) -> None:
    caller = data.draw(st.sampled_from(who_may(path, callers, superadmins)), "caller")
    schema = TAKING[path].input
    assert schema is not None
    value = data.draw(valid(schema, SURFACE.schemas, known_ids(caller, callers)))
    answer = sent(target, path, value, caller)
    assert b'"InvalidInput"' not in answer.body, (value, answer)


@pytest.mark.usefixtures("_restored")
@pytest.mark.parametrize("path", TAKING)
@bounded
@given(data=st.data())
def test_what_misses_a_schema_by_one_thing_is_no_bug(
    target: Target, callers: list[Caller], superadmins: list[Caller], path: str, data: st.DataObject
) -> None:
    caller = data.draw(st.sampled_from(who_may(path, callers, superadmins)), "caller")
    schema = TAKING[path].input
    assert schema is not None
    answer = sent(target, path, data.draw(nearly_valid(schema, SURFACE.schemas, known_ids(caller, callers))), caller)
    if answer.status != 200:
        issues = answer.error["data"].get("issues", [])
        assert all(issue["path"].startswith("$") and issue["message"] for issue in issues)
