"""Subscriptions as event streams: the bytes, resuming, pings, failures, and clients that leave."""

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from app.rpc import Failure
from app.transports.sse import event_stream
from tests.transports.server import RawConnection, serving, until

State = Callable[[], dict[str, Any]]
CONNECTED = "event: connected\ndata: {}\n\n\n"
RETURN = "event: return\ndata: \n\n\n"
PING = "event: ping\ndata: \n\n\n"


def tick(number: int) -> str:
    """A tracked event."""
    return f'data: {{"n":{number}}}\nid: {number}\n\n\n'


def test_tracked_events_then_return(http: httpx.Client) -> None:
    response = http.get("/rpc/feed.ticks?input=%7B%22count%22%3A3%7D")
    assert response.text == CONNECTED + tick(1) + tick(2) + tick(3) + RETURN
    assert response.headers["content-type"] == "text/event-stream"
    assert response.headers["cache-control"] == "no-store, no-transform"
    assert response.headers["x-accel-buffering"] == "no"


def test_an_untracked_event_neither_carries_nor_loses_the_last_id(http: httpx.Client) -> None:
    assert http.get("/rpc/feed.mixed").text == (
        CONNECTED
        + "data: 1\nid: a\n\n\n"
        + 'data: "two\\nlines"\nid: \n\n\nevent: restore-id\ndata: \nid: a\n\n\n'
        + "data: 3\nid: c\n\n\n"
        + RETURN
    )


@pytest.mark.parametrize("query", ["", "?input=%7B%22count%22%3A3%7D", "?input=%7B%22lastEventId%22%3A%220%22%7D"])
def test_a_client_that_comes_back_goes_on_after_its_last_event(http: httpx.Client, query: str) -> None:
    response = http.get(f"/rpc/feed.ticks{query}", headers={"last-event-id": "2"})
    assert response.text == CONNECTED + tick(3) + RETURN


def test_the_last_event_id_may_stand_in_the_query(http: httpx.Client) -> None:
    assert http.get("/rpc/feed.ticks?lastEventId=2").text == CONNECTED + tick(3) + RETURN


def test_a_last_event_id_is_ignored_where_the_input_has_no_place_for_it(http: httpx.Client) -> None:
    assert http.get("/rpc/feed.mixed", headers={"last-event-id": "a"}).text.endswith(RETURN)


@pytest.mark.parametrize(
    ("path", "type_", "code"),
    [
        ("feed.denied", "OverLimit", -32029),
        ("feed.ticks?input=%7B%22count%22%3A%22x%22%7D", "InvalidInput", -32600),
        ("feed.ticks?input=%7B", "ParseError", -32700),
        ("feed.ticks?input=%7B&lastEventId=1", "ParseError", -32700),
        ("feed.crashLater", "InvalidInput", -32600),
    ],
)
def test_a_refusal_is_an_event_of_a_stream_that_is_200(http: httpx.Client, path: str, type_: str, code: int) -> None:
    response = http.get(f"/rpc/{path}")
    assert response.status_code == 200
    assert response.text.startswith(f'{CONNECTED}event: serialized-error\ndata: {{"code":{code},')
    assert f'"type":"{type_}"' in response.text
    assert response.text.endswith("}\n\n\n")


@pytest.mark.parametrize("bug", ["raise", "object", "id"])
def test_a_bug_in_the_middle_is_masked_and_ends_the_stream(http: httpx.Client, bug: str) -> None:
    text = http.get(f"/rpc/feed.crashLater?input=%22{bug}%22").text
    assert text.startswith(CONNECTED + 'data: 1\n\n\nevent: serialized-error\ndata: {"code":-32603,')
    assert "secret" not in text
    assert RETURN not in text


def test_an_unknown_subscription_is_404(http: httpx.Client) -> None:
    assert http.get("/rpc/feed.none").status_code == 404


def test_silence_is_broken_by_pings(port: int) -> None:
    with RawConnection(port) as raw:
        raw.send(b"GET /rpc/feed.silent HTTP/1.1\r\nhost: x\r\n\r\n")
        assert raw.read_until(PING.encode()).count(b"event: ping") == 1


def test_when_the_client_leaves_the_generator_is_closed_within_two_seconds(port: int, state: State) -> None:
    with RawConnection(port) as raw:
        raw.send(b"GET /rpc/feed.silent HTTP/1.1\r\nhost: x\r\n\r\n")
        raw.read_until(b"data: 1\n")
        assert state()["open"] == 1
    left = time.monotonic()
    until(lambda: state()["open"] == 0, "the generator is closed")
    assert time.monotonic() - left < 2


def test_a_client_that_does_not_read_and_leaves_closes_the_generator(port: int, state: State) -> None:
    with RawConnection(port) as raw:
        raw.send(b"GET /rpc/feed.flood HTTP/1.1\r\nhost: x\r\n\r\n")
        until(lambda: state()["open"] == 1, "the generator runs")
    until(lambda: state()["open"] == 0, "the generator is closed", 2)


@pytest.mark.parametrize(
    ("path", "body"), [("/rpc/addWhenLet", b""), ("/rpc", b'{"jsonrpc":"2.0","method":"addWhenLet","id":1}')]
)
def test_a_mutation_finishes_after_its_client_left(
    port: int, http: httpx.Client, state: State, path: str, body: bytes
) -> None:
    before = state()["added"]
    with RawConnection(port) as raw:
        raw.post(path, body)
        until(lambda: state()["open"] == 1, "the mutation runs")
    assert http.post("/rpc/letAdd").json() is None
    until(lambda: state()["added"] == before + 1, "the mutation is done")


def test_a_server_that_stops_ends_its_streams_and_finishes_its_mutations() -> None:
    with (
        serving("tests.transports.router:create_app") as (port, process),
        RawConnection(port) as stream,
        RawConnection(port) as mutation,
    ):
        stream.send(b"GET /rpc/feed.silent HTTP/1.1\r\nhost: x\r\n\r\n")
        stream.read_until(b"data: 1\n")
        mutation.post("/rpc/addSlowly", b"")
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as http:
            until(lambda: http.get("/rpc/readState").json()["open"] == 2, "both run")
        process.terminate()
        assert stream.read_to_end().endswith(b"0\r\n\r\n")
        assert mutation.read_to_end().endswith(b"\r\n1")
        assert process.wait(5) == 0


async def test_a_bug_before_the_procedure_breaks_the_stream_off() -> None:
    async def broken() -> Failure:
        raise LookupError("ours")

    stream = event_stream(broken, 0.01, lambda _failure: b"")
    assert await anext(stream) == CONNECTED.encode()
    with pytest.raises(LookupError, match=r"^ours$"):
        await anext(stream)
