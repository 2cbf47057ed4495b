"""Bodies that are no JSON, or JSON that is no input: each refused with what is wrong with it, and nothing is made."""

import pytest

from tests.hostile.asking import Target
from tests.hostile.json_bodies import BODIES
from tests.hostile.reading import invalid, summary

pytestmark = pytest.mark.fault("hostile input: all other families")


async def courses(target: Target) -> int:
    """How many courses the target's caller has."""
    organization = target.caller.signed_in.claims.organization_id
    count: int = await target.world.sql.fetchval(
        "select count(*) from courses where organization_id = $1", organization
    )
    return count


@pytest.mark.parametrize(("body", "expected"), BODIES.values(), ids=BODIES)
async def test_a_body_that_is_no_input_is_refused_with_what_is_wrong(
    target: Target, body: bytes, expected: str
) -> None:
    before = await courses(target)
    assert summary(target.call("courses.create", body)) == expected
    assert await courses(target) == before


@pytest.mark.parametrize(("body", "expected"), BODIES.values(), ids=BODIES)
async def test_nobody_is_told_more_than_a_caller(target: Target, body: bytes, expected: str) -> None:
    answer = target.ask("POST", "/rpc/courses.create", body, [("content-type", "application/json")])
    assert summary(answer) in (expected, "401 Unauthorized: Authentication required")


def test_of_a_name_that_stands_twice_the_last_one_counts(target: Target) -> None:
    assert target.call("courses.create", b'{"title":"a","title":"b"}').json["title"] == "b"
    assert summary(target.call("courses.create", b'{"title":"a","title":null}')) == invalid(
        "$.title", "Expected `str`, got `null`"
    )
