"""What the server logs of calls: one JSON line each, with its context, and nothing secret."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from tests.wire.served import Served, error_of
from tests.world import SECRET, token_of


async def test_the_line_of_a_start_has_the_contracts_context(served: Served) -> None:
    owner = await served.user(tier="premium")
    course = str(await served.world.course(owner))
    request_id = uuid4().hex
    answer = await served.post("generation.initiate", {"courseId": course}, owner, x_request_id=request_id)
    (line,) = served.log_lines(requestId=request_id, message="generation initiated")
    expected = {
        "service": "course-generator",
        "environment": "production",
        "level": "info",
        "userId": str(owner.user_id),
        "courseId": course,
        "jobId": answer.json()["jobId"],
        "tier": "PREMIUM",
    }
    assert {name: line[name] for name in expected} == expected
    assert line["version"] == served.world.resources.settings.version
    assert abs((datetime.now().astimezone() - datetime.fromisoformat(line["timestamp"])).total_seconds()) < 60


async def test_every_call_ends_with_one_line(served: Served) -> None:
    owner = await served.user()
    request_id = uuid4().hex
    await served.post("courses.list", None, owner, x_request_id=request_id)
    (line,) = served.log_lines(requestId=request_id)
    expected = {"path": "courses.list", "kind": "query", "code": "OK", "message": "call"}
    assert {name: line[name] for name in expected} == expected
    assert line["ms"] > 0
    assert line["userId"] == str(owner.user_id)


async def test_a_refusal_says_which_one(served: Served) -> None:
    request_id = uuid4().hex
    error_of(
        await served.post("courses.get", {"courseId": str(uuid4())}, await served.user(), x_request_id=request_id), 404
    )
    (line,) = served.log_lines(requestId=request_id)
    assert (line["message"], line["error"], line["code"]) == ("call refused", "CourseNotFound", "NOT_FOUND")


async def test_a_refused_token_is_explained_to_the_log_alone(served: Served) -> None:
    request_id = uuid4().hex
    response = await served.post("courses.list", authorization="Bearer a.b.c", x_request_id=request_id)
    (line,) = served.log_lines(requestId=request_id)
    assert line["why"]
    assert line["why"] not in response.text
    assert "userId" not in line


async def test_a_limit_is_warned_of_with_its_numbers(served: Served) -> None:
    owner = await served.user(tier="free")
    request_id = uuid4().hex
    for _ in range(2):
        given = {"courseId": str(await served.world.course(owner))}
        await served.post("generation.initiate", given, owner, x_request_id=request_id)
    (line,) = served.log_lines(requestId=request_id, message="concurrency limit hit")
    assert (line["level"], line["tier"], line["user_limit"]) == ("warn", "FREE", 1)


async def test_a_trace_is_named(served: Served) -> None:
    request_id, trace = uuid4().hex, uuid4().hex
    await served.post("system.ping", x_request_id=request_id, traceparent=f"00-{trace}-00f067aa0ba902b7-01")
    (line,) = served.log_lines(requestId=request_id)
    assert line["traceId"] == trace


async def test_two_calls_at_once_keep_their_own_context(served: Served) -> None:
    owners = {uuid4().hex: await served.user() for _ in range(10)}
    given = {"title": "T"}
    await asyncio.gather(*(served.post("courses.create", given, o, x_request_id=i) for i, o in owners.items()))
    for request_id, owner in owners.items():
        (line,) = served.log_lines(requestId=request_id)
        assert line["userId"] == str(owner.user_id)


@pytest.mark.parametrize(
    "forged",
    ['x","level":"fatal', "x%0a{}", "{}", "${jndi:ldap://x}", "%s%n", "<red>x</red>", "{message}", "\\u0000"],
)
async def test_what_a_caller_writes_stays_inside_its_field(served: Served, forged: str) -> None:
    request_id = f"{uuid4().hex}{forged}"
    await served.post("system.ping", x_request_id=request_id)
    (line,) = served.log_lines(requestId=request_id)
    assert line["level"] == "info"


async def test_no_token_and_no_secret_is_ever_logged(served: Served) -> None:
    owner = await served.user()
    token = token_of(owner)
    places: list[dict[str, Any]] = [
        {"authorization": f"Bearer {token}"},
        {"authorization": f"Bearer {token}x"},
        {"authorization": token},
        {"x_request_id": token[:128]},
        {"traceparent": token},
        {"idempotency_key": token[:255]},
        {"cookie": f"token={token}"},
    ]
    given = {"courseId": str(await served.world.course(owner))}
    for headers in places:
        await served.post("generation.initiate", given, **headers)
    await served.http.get("/rpc/courses.list", params={"input": "{}", "access_token": token})
    await served.post("jobs.getStatus", {"jobId": token[:100]}, owner)
    await served.post("courses.create", {"title": f"Bearer {token}"[:500]}, owner)
    last = uuid4().hex
    await served.post("system.ping", x_request_id=last)
    served.log_lines(requestId=last)
    text = served.log_text()
    header, payload, signature = token.split(".")
    assert not [secret for secret in (header, payload, signature, SECRET) if secret in text]


async def test_every_line_of_the_server_is_json(served: Served) -> None:
    request_id = uuid4().hex
    await served.post("system.ping", x_request_id=request_id)
    served.log_lines(requestId=request_id)
    rest = [line for line in served.log_text().splitlines() if not line.startswith("{")]
    assert all("granian" in line or line.startswith("[INFO]") for line in rest), rest
