"""Subscriptions: events, the end, and going on after a lost connection."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.clients.php.programs import Php
from tests.clients.python.scripted import (
    CONNECTED,
    PING,
    RETURN,
    Handler,
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


def events(php: Php, **policy: float) -> list[tuple[str | None, Any]]:
    """Id and data of all events of a subscription."""
    settings = ", ".join(f"{name}: {value}" for name, value in policy.items())
    found = php(f"""
        $events = transport({settings})->events('a.b', ['id' => 'x'], Decode::any(...));
        return iterator_to_array($events, false);
    """)
    return [(each["id"], each["data"]) for each in found]


def failure(php: Php, **policy: float) -> Any:
    """What the subscription ends with."""
    settings = ", ".join(f"{name}: {value}" for name, value in policy.items())
    return php(f"""
        $events = transport({settings})->events('a.b', Omitted::Field, Decode::any(...));
        return caught(fn () => iterator_to_array($events, false));
    """)


def test_events_come_until_the_procedure_returns(server: Scripted, php: Php) -> None:
    server.will(streams(CONNECTED, event(1), PING, event(2), RETURN))
    assert [data for _, data in events(php)] == [1, 2]
    assert parse_qs(urlsplit(server.asked[0].path).query) == {"input": ['{"id":"x"}']}
    assert server.asked[0].headers["accept"] == "text/event-stream"
    assert "last-event-id" not in server.asked[0].headers


@pytest.mark.parametrize("cut", [True, False])
def test_a_broken_stream_goes_on_after_its_last_event(server: Scripted, php: Php, cut: bool) -> None:
    server.will(
        streams(CONNECTED, event(1, id="a"), event(2, id="0"), cut=cut), hangs_up, streams(event(3, id="c"), RETURN)
    )
    assert events(php) == [("a", 1), ("0", 2), ("c", 3)]
    assert [asked.headers.get("last-event-id") for asked in server.asked] == [None, "0", "0"]


def test_an_untracked_event_does_not_make_the_stream_begin_anew(server: Scripted, php: Php) -> None:
    server.will(streams(event(1, id="a"), b"data: 2\nid: \n\n\n", cut=True), streams(RETURN))
    assert events(php) == [("a", 1), (None, 2)]
    assert server.asked[1].headers["last-event-id"] == "a"


def test_a_restored_id_is_the_one_to_go_on_after(server: Scripted, php: Php) -> None:
    server.will(streams(event(1), b"event: restore-id\ndata: \nid: z\n\n\n", cut=True), streams(RETURN))
    assert events(php) == [(None, 1)]
    assert server.asked[1].headers["last-event-id"] == "z"


def test_a_bug_of_the_server_makes_the_client_reconnect(server: Scripted, php: Php) -> None:
    server.will(streams(event(1, id="a"), CRASHED), streams(event(2, id="b"), RETURN))
    assert [data for _, data in events(php)] == [1, 2]


def test_every_other_error_ends_the_stream(server: Scripted, php: Php) -> None:
    server.will(streams(event(1), REFUSED))
    assert failure(php)["class"] == "LimitReached"
    assert len(server.asked) == 1


def test_an_error_without_a_class_ends_the_stream_too(server: Scripted, php: Php) -> None:
    server.will(streams(NEWER))
    assert failure(php)["class"] == "UnknownError"


def test_a_subscription_that_is_refused_at_once_is_not_repeated(server: Scripted, php: Php) -> None:
    server.will(gives(error("LimitReached", 404), 404))
    assert failure(php)["httpStatus"] == 404


def test_a_gateway_without_its_server_is_waited_out(server: Scripted, php: Php) -> None:
    server.will(says(b"<html>", 502), says(b"", 503), streams(event(1), RETURN))
    assert events(php) == [(None, 1)]


def test_patience_ends(server: Scripted, php: Php) -> None:
    server.will(*[hangs_up] * 20)
    assert failure(php, patience=0.5)["class"] == "ConnectionFailed"
    assert 1 < len(server.asked) < 10
    assert server.asked[-1].at - server.asked[0].at < 2


def test_a_server_that_always_breaks_off_at_the_same_event_is_given_up(server: Scripted, php: Php) -> None:
    server.will(*[streams(CONNECTED, event("same"), cut=True)] * 20)
    assert failure(php, patience=0.5)["class"] == "ConnectionFailed"


def test_news_restore_patience(server: Scripted, php: Php) -> None:
    server.will(*[streams(event(number), cut=True) for number in range(6)], streams(RETURN))
    assert [data for _, data in events(php, patience=0.4)] == [0, 1, 2, 3, 4, 5]


def test_leaving_a_loop_closes_its_connection(server: Scripted, php: Php) -> None:

    def client_has_left(handler: Handler) -> None:
        gives(server.client_left.wait(5))(handler)

    server.will(streams(event(1), hold=True), client_has_left)
    assert php("""
        $transport = transport();
        foreach ($transport->values('a.b', Omitted::Field, Decode::any(...)) as $value) {
            break;
        }
        return [$value, $transport->call('a.b', Omitted::Field, Decode::bool(...), repeatable: true)];
    """) == [1, True]


def test_other_calls_are_made_while_a_stream_is_read(server: Scripted, php: Php) -> None:
    server.will(streams(CONNECTED, event(1), event(2), RETURN), gives("x"), gives("y"))
    assert php("""
        $transport = transport();
        foreach ($transport->values('a.b', Omitted::Field, Decode::any(...)) as $value) {
            $seen[] = [$value, $transport->call('c.d', Omitted::Field, Decode::string(...), repeatable: true)];
        }
        return $seen;
    """) == [[1, "x"], [2, "y"]]


def test_an_event_is_given_as_soon_as_it_is_there(server: Scripted, php: Php) -> None:
    server.will(streams(event(1), hold=True), gives(None))
    assert (
        php("""
        $transport = transport();
        $values = $transport->values('a.b', Omitted::Field, Decode::any(...));
        return $values->current();
    """)
        == 1
    )


def test_a_long_stream_is_never_whole_in_memory(server: Scripted, php: Php) -> None:
    long = event("x" * (1 << 19))
    server.will(streams(*[long] * 100, RETURN))
    count, peak = php(
        """
        $count = 0;
        foreach (transport()->values('a.b', Omitted::Field, Decode::string(...)) as $value) {
            $count++;
        }
        return [$count, memory_get_peak_usage()];
    """,
        memory="16M",
    )
    assert count == 100
    assert peak < 16 << 20
