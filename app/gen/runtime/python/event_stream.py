"""Server-sent events from bytes (WHATWG HTML, section 9.2.6)."""

import re
from collections.abc import Iterator
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")

_LINE_BREAK = re.compile(rb"\r\n|\n|\r(?!\Z)")
"""These three alone: text may hold other characters that Python's own splitlines would break at. A last \\r may be half
of a \\r\\n, so it waits for what comes next."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Event(msgspec.Struct, frozen=True):
    """One event; `id` is None where it brought none."""

    name: str
    data: str
    id: str | None


class Tracked(msgspec.Struct, Generic[T], frozen=True):
    """An event of a subscription whose events have ids, after which it can be resumed."""

    id: str | None
    data: T


class EventStream:
    """Collects bytes into events."""

    def __init__(self) -> None:
        self._rest = b""
        self._begun = False
        self._name = "message"
        self._data: list[str] = []
        self._id: str | None = None

    def feed(self, piece: bytes) -> Iterator[Event]:
        """The events that these bytes complete."""
        *lines, self._rest = _LINE_BREAK.split(self._rest + piece)
        for line in lines:
            event = self._take(self._first(line).decode("utf-8", "replace"))
            if event is not None:
                yield event

    def _first(self, line: bytes) -> bytes:
        begun, self._begun = self._begun, True
        return line if begun else line.removeprefix(_BYTE_ORDER_MARK)

    def _take(self, line: str) -> Event | None:
        if not line:
            return self._complete()
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            self._name = value
        elif field == "data":
            self._data.append(value)
        elif field == "id" and "\0" not in value:
            self._id = value
        return None

    def _complete(self) -> Event | None:
        told = self._data or self._id is not None or self._name != "message"
        event = Event(self._name, "\n".join(self._data), self._id) if told else None
        self._name, self._data, self._id = "message", [], None
        return event
