"""Subscriptions: events, the end, and going on after a lost connection."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from coursegen_client import ConnectionFailed, UnknownError

from tests.clients.python.conftest import Calling
from tests.clients.python.either import LimitReached
from tests.clients.python.scripted import (
    CONNECTED,
    PING,
    RETURN,
    Scripted,
    error,
    event,
    gives,
    hangs_up,
    says,
    shape,
    streams,
)

CRASHED = event(shape("InternalError", 500, -32603), "serialized-error")
REFUSED = event(shape("LimitReached", 429, -32029), "serialized-error")
NEWER = event(shape("Newer", 409, -32009), "serialized-error")


async def test_events_come_until_the_procedure_returns(server: Scripted, calling: Calling) -> None:
    server.will(streams(CONNECTED, event(1), PING, event(2), RETURN))
    assert [each.data for each in await calling().events({"id": "x"})] == [1, 2]
    query = parse_qs(urlsplit(server.asked[0].path).query)
    assert query == {"input": ['{"id":"x"}']}
    assert "last-event-id" not in server.asked[0].headers


@pytest.mark.parametrize("cut", [True, False])
async def test_a_broken_stream_goes_on_after_its_last_event(server: Scripted, calling: Calling, cut: bool) -> None:
    server.will(
        streams(CONNECTED, event(1, id="a"), event(2, id="b"), cut=cut), hangs_up, streams(event(3, id="c"), RETURN)
    )
    assert [(each.id, each.data) for each in await calling().events()] == [("a", 1), ("b", 2), ("c", 3)]
    assert [asked.headers.get("last-event-id") for asked in server.asked] == [None, "b", "b"]


async def test_an_untracked_event_does_not_make_the_stream_begin_anew(server: Scripted, calling: Calling) -> None:
    untracked = b"data: 2\nid: \n\n\n"
    server.will(streams(event(1, id="a"), untracked, cut=True), streams(RETURN))
    assert [(each.id, each.data) for each in await calling().events()] == [("a", 1), (None, 2)]
    assert server.asked[1].headers["last-event-id"] == "a"


async def test_a_restored_id_is_the_one_to_go_on_after(server: Scripted, calling: Calling) -> None:
    server.will(streams(event(1), b"event: restore-id\ndata: \nid: z\n\n\n", cut=True), streams(RETURN))
    assert [each.data for each in await calling().events()] == [1]
    assert server.asked[1].headers["last-event-id"] == "z"


async def test_a_bug_of_the_server_makes_the_client_reconnect(server: Scripted, calling: Calling) -> None:
    server.will(streams(event(1, id="a"), CRASHED), streams(event(2, id="b"), RETURN))
    assert [each.data for each in await calling().events()] == [1, 2]


async def test_every_other_error_ends_the_stream(server: Scripted, calling: Calling) -> None:
    server.will(streams(event(1), REFUSED))
    with pytest.raises(LimitReached):
        await calling().events()
    assert len(server.asked) == 1


async def test_a_subscription_that_is_refused_at_once_is_not_repeated(server: Scripted, calling: Calling) -> None:
    server.will(gives(error("LimitReached", 404), 404))
    with pytest.raises(LimitReached):
        await calling().events()


async def test_a_gateway_without_its_server_is_waited_out(server: Scripted, calling: Calling) -> None:
    server.will(says(b"<html>", 502), says(b"", 503), streams(event(1), RETURN))
    assert [each.data for each in await calling().events()] == [1]


async def test_patience_ends(server: Scripted, calling: Calling) -> None:
    server.will(*[hangs_up] * 20)
    began = time.monotonic()
    with pytest.raises(ConnectionFailed):
        await calling(patience=0.5).events()
    assert time.monotonic() - began < 2
    assert len(server.asked) > 1


async def test_a_server_that_always_breaks_off_at_the_same_event_is_given_up(
    server: Scripted, calling: Calling
) -> None:
    server.will(*[streams(CONNECTED, event("same"), cut=True)] * 20)
    with pytest.raises(ConnectionFailed):
        await calling(patience=0.5).events()


async def test_news_restore_patience(server: Scripted, calling: Calling) -> None:
    server.will(*[streams(event(number), cut=True) for number in range(6)], streams(RETURN))
    assert [each.data for each in await calling(patience=0.4).events()] == [0, 1, 2, 3, 4, 5]


async def test_leaving_a_loop_closes_its_connection(server: Scripted, calling: Calling) -> None:
    server.will(streams(event(1), hold=True))
    assert len(await calling().events(at_most=1)) == 1
    assert server.client_left.wait(2)


async def test_an_error_without_a_class_ends_the_stream_too(server: Scripted, calling: Calling) -> None:
    server.will(streams(NEWER))
    with pytest.raises(UnknownError):
        await calling().events()
