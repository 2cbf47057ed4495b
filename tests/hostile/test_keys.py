"""Idempotency keys: visible ASCII of up to 255 characters names one start; anything else is refused and starts none."""

import json
from uuid import UUID

import pytest

from tests.hostile.asking import Answer, Caller, Target
from tests.hostile.reading import summary

pytestmark = pytest.mark.fault("hostile input: all other families")

BAD = "400 KeyMalformed: Idempotency-Key must be 1 to 255 visible ASCII characters"
REUSED = "422 KeyReused: This Idempotency-Key was used with another request"

KEYS: dict[str, tuple[str | bytes, str]] = {
    "a UUID": ("8e03978e-40d5-43dd-bc93-6894a57f9324", "200"),
    "one character": ("k", "200"),
    "255 characters": ("k" * 255, "200"),
    "a string of structured fields": ('"8e03978e-40d5-43dd-bc93-6894a57f9324"', "200"),
    "SQL": ("';drop/**/table/**/generation_runs;--", "200"),
    "a template": ("{key}%s${x}{{7*7}}", "200"),
    "a path": ("../../etc/passwd", "200"),
    "a wildcard": ("*%_?", "200"),
    "null": ("null", "200"),
    "spaces around it": ("   k   ", "200"),
    "empty": ("", BAD),
    "spaces": ("   ", BAD),
    "256 characters": ("k" * 256, BAD),
    "10000 characters": ("k" * 10_000, BAD),
    "a tab": ("a\tb", BAD),
    "Latin-1": (b"\xe9", BAD),
    "UTF-8": ("ключ", BAD),
    "no UTF-8": (b"\xff\xfe", BAD),
    "a NUL": ("a\0b", "400"),
    "a control character": ("a\x1bb", "400"),
    "an escape of a terminal": ("\x1b[31m", "400"),
}


def start(target: Target, caller: Caller, *keys: str | bytes, course: UUID | None = None) -> Answer:
    """A start with these Idempotency-Key headers."""
    body = json.dumps({"courseId": str(course or caller.course)}).encode()
    return target.call("generation.initiate", body, caller, [("idempotency-key", key) for key in keys])


async def runs(target: Target, caller: Caller) -> int:
    """How many runs the caller has begun."""
    count: int = await target.world.sql.fetchval(
        "select count(*) from generation_runs where user_id = $1", caller.signed_in.user_id
    )
    return count


@pytest.mark.parametrize(("key", "expected"), KEYS.values(), ids=KEYS)
async def test_a_key_is_visible_ascii_of_up_to_255_characters(target: Target, key: str | bytes, expected: str) -> None:
    caller = await target.new_caller()
    first = start(target, caller, key)
    assert summary(first) == expected
    assert await runs(target, caller) == (expected == "200")
    if expected == "200":
        assert start(target, caller, key).body == first.body
        assert await runs(target, caller) == 1


async def test_two_headers_are_the_one_key_that_they_are_joined_to(target: Target) -> None:
    """RFC 9110, section 5.3: so neither of them is found again alone."""
    caller = await target.new_caller()
    first = start(target, caller, "a", "b")
    assert summary(first) == "200"
    assert start(target, caller, "a, b").body == first.body
    other = await target.world.course(caller.signed_in)
    assert summary(start(target, caller, "a, b", course=other)) == REUSED
    assert summary(start(target, caller, "a", course=other)) == "200"


async def test_a_key_is_compared_to_the_letter(target: Target) -> None:
    caller = await target.new_caller()
    assert summary(start(target, caller, "key")) == "200"
    other = await target.world.course(caller.signed_in)
    assert summary(start(target, caller, "key", course=other)) == REUSED
    assert summary(start(target, caller, "KEY", course=other)) == "200"
    third = await target.world.course(caller.signed_in)
    assert summary(start(target, caller, "key%", course=third)) == "200"


async def test_a_key_of_another_user_gives_nothing_of_theirs(target: Target) -> None:
    caller, stranger = await target.new_caller(), await target.new_caller()
    first = start(target, caller, "shared")
    assert summary(start(target, stranger, "shared", course=caller.course)) == "404 CourseNotFound: Course not found"
    assert start(target, stranger, "shared").json["jobId"] != first.json["jobId"]
