"""generation.watch as an event stream to its end, and the ids of requests."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from app.context import SignedIn
from tests.procedures.generation.progressing import EVENTS, advance, running
from tests.wire.served import Served
from tests.world import token_of


class Stream:
    """The events of a response, as (name, data) pairs; `message` is the name of those without one."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()

    async def next(self) -> tuple[str, str]:
        """The next event that has any data, or is not a message."""
        name, data = "message", []
        async with asyncio.timeout(10):
            async for line in self._lines:
                field, _, value = line.partition(": ")
                if field == "event":
                    name = value
                elif field == "data":
                    data.append(value)
                elif not line and data:
                    return name, "\n".join(data)
        raise AssertionError("the stream ended without a return event")

    async def state(self) -> Any:
        """The next state."""
        name, data = await self.next()
        assert name == "message", data
        return msgspec.json.decode(data)


def watched(served: Served, caller: SignedIn, course: UUID) -> Any:
    headers = {"authorization": f"Bearer {token_of(caller)}"}
    params = {"input": msgspec.json.encode({"courseId": course}).decode()}
    return served.http.stream("GET", "/rpc/generation.watch", params=params, headers=headers)


async def test_a_run_is_followed_to_its_end(served: Served) -> None:
    owner, course = await running(served.world)
    async with watched(served, owner, course) as response:
        assert response.headers["content-type"] == "text/event-stream"
        stream = Stream(response)
        assert await stream.next() == ("connected", "{}")
        assert (await stream.state())["progress"]["percentage"] == 20
        percentages = []
        for event in EVENTS:
            await advance(served.world, course, *event)
            shown = (await stream.state())["progress"]
            assert (shown["current_step"], shown["message"]) == (event[0], event[2])
            percentages.append(shown["percentage"])
        assert percentages == [30, 40, 50, 60, 70, 80, 90, 100]
        assert await stream.next() == ("return", "")


async def test_cancelling_over_http_ends_the_stream(served: Served) -> None:
    owner, course = await running(served.world)
    async with watched(served, owner, course) as response:
        stream = Stream(response)
        await stream.next()
        await stream.state()
        answer = await served.post("generation.cancel", {"courseId": str(course)}, owner)
        assert answer.json() == {"success": True, "courseId": str(course), "message": "Отменено пользователем"}
        assert (await stream.state())["status"] == "cancelled"
        assert await stream.next() == ("return", "")


async def test_a_stranger_is_refused_within_the_stream(served: Served) -> None:
    _, course = await running(served.world)
    async with watched(served, await served.user(), course) as response:
        stream = Stream(response)
        await stream.next()
        name, data = await stream.next()
        assert name == "serialized-error"
        assert msgspec.json.decode(data)["data"]["type"] == "CourseNotFound"


async def test_a_watch_by_post_is_told_the_method(served: Served) -> None:
    owner, course = await running(served.world)
    response = await served.post("generation.watch", {"courseId": str(course)}, owner)
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD"


async def test_an_answer_repeats_the_requests_id(served: Served) -> None:
    response = await served.post("system.ping", x_request_id="lms-7/42")
    assert response.headers["x-request-id"] == "lms-7/42"


@pytest.mark.parametrize("sent", ["", "a b", "x" * 129])
async def test_a_request_without_a_usable_id_is_given_one(served: Served, sent: str) -> None:
    first, second = [(await served.post("system.ping", x_request_id=sent)).headers["x-request-id"] for _ in range(2)]
    assert first not in (sent, second)
    assert len(first) == len((await served.post("system.ping")).headers["x-request-id"]) == 32


async def test_a_refusal_has_an_id_too(served: Served) -> None:
    response = await served.post("courses.list", x_request_id="mine")
    assert (response.status_code, response.headers["x-request-id"]) == (401, "mine")


async def test_a_start_writes_its_requests_id_into_the_run(served: Served) -> None:
    owner = await served.user()
    course = await served.world.course(owner)
    await served.post("generation.initiate", {"courseId": str(course)}, owner, x_request_id="mine-too")
    run = await served.world.sql.fetchval("select request_id from generation_runs where course_id = $1", course)
    assert run == "mine-too"
