"""Server-sent events from bytes, however they are cut (WHATWG HTML, section 9.2.6)."""

from base64 import b64encode
from typing import Any

import pytest

from tests.clients.php.programs import Php

STREAM = "event: a\ndata: 1\ndata: ü漢\u2028\nid: x\n\n: comment\nretry: 5\n\ndata\n\r\ndata:  two\r\r\n\r\n".encode()
EVENTS = [["a", "1\nü漢\u2028", "x"], ["message", "", None], ["message", " two", None]]


def parsed(php: Php, *pieces: bytes) -> Any:
    """Name, data and id of the events in these pieces."""
    encoded = [f"base64_decode('{b64encode(piece).decode()}')" for piece in pieces]
    return php(f"""
        $stream = new EventStream();
        foreach ([{", ".join(encoded)}] as $piece) {{
            foreach ($stream->feed($piece) as $event) {{
                $events[] = [$event->name, $event->data, $event->id];
            }}
        }}
        return $events ?? [];
    """)


def test_events_are_the_same_wherever_the_network_cuts_them(php: Php) -> None:
    """At any two places, which makes three pieces, and byte by byte."""
    readings = php(f"""
        $whole = base64_decode('{b64encode(STREAM).decode()}');
        $read = function (array $pieces): array {{
            $stream = new EventStream();
            foreach ($pieces as $piece) {{
                foreach ($stream->feed($piece) as $event) {{
                    $events[] = [$event->name, $event->data, $event->id];
                }}
            }}
            return $events;
        }};
        $readings = [json_encode($read(str_split($whole))) => 1];
        for ($a = 0; $a <= strlen($whole); $a++) {{
            for ($b = $a; $b <= strlen($whole); $b++) {{
                $pieces = [substr($whole, 0, $a), substr($whole, $a, $b - $a), substr($whole, $b)];
                $readings[json_encode($read($pieces))] = 1;
            }}
        }}
        return array_map(json_decode(...), array_keys($readings));
    """)
    assert readings == [EVENTS]


@pytest.mark.parametrize("character", ["\u2028", "\x85", "\x0b", "\x0c"])
def test_only_the_three_line_breaks_of_the_format_end_a_line(php: Php, character: str) -> None:
    assert parsed(php, f"data: a{character}b\n\n".encode()) == [["message", f"a{character}b", None]]


def test_a_byte_order_mark_is_skipped_at_the_beginning_alone(php: Php) -> None:
    assert parsed(php, "\ufeffdata: 1\n\n\ufeffdata: 2\n\n".encode()) == [["message", "1", None]]


def test_an_id_with_a_nul_character_is_ignored(php: Php) -> None:
    assert parsed(php, b"data: 1\nid: a\0b\n\n") == [["message", "1", None]]


def test_an_event_that_never_ended_is_none(php: Php) -> None:
    assert parsed(php, b"data: 1\n") == []
