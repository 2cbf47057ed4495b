"""Server-sent events from bytes, however they are cut (WHATWG HTML, section 9.2.6)."""

import itertools

import pytest
from coursegen_client._runtime.event_stream import Event, EventStream
from hypothesis import given
from hypothesis import strategies as st

STREAM = "event: a\ndata: 1\ndata: ü漢\u2028\nid: x\n\n: comment\nretry: 5\n\ndata\n\r\ndata:  two\r\r\n\r\n".encode()
EVENTS = [Event("a", "1\nü漢\u2028", "x"), Event("message", "", None), Event("message", " two", None)]


def parsed(*pieces: bytes) -> list[Event]:
    stream = EventStream()
    return [event for piece in pieces for event in stream.feed(piece)]


@given(st.lists(st.integers(0, len(STREAM))))
def test_events_are_the_same_wherever_the_network_cuts_them(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(STREAM)]
    assert parsed(*(STREAM[a:b] for a, b in itertools.pairwise(places))) == EVENTS


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"])
def test_only_the_three_line_breaks_of_the_format_end_a_line(character: str) -> None:
    assert parsed(f"data: a{character}b\n\n".encode()) == [Event("message", f"a{character}b", None)]


def test_a_byte_order_mark_is_skipped_at_the_beginning_alone() -> None:
    assert parsed("\ufeffdata: 1\n\n\ufeffdata: 2\n\n".encode()) == [Event("message", "1", None)]


def test_an_id_with_a_nul_character_is_ignored() -> None:
    assert parsed(b"data: 1\nid: a\0b\n\n") == [Event("message", "1", None)]


def test_an_event_that_never_ended_is_none() -> None:
    assert parsed(b"data: 1\n") == []
