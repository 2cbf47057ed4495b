"""What a generator may yield beside plain values: an event with an id, and its return value."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

_FORBIDDEN = frozenset("\r\n\0")


@dataclass(frozen=True, slots=True)
class Tracked(Generic[T]):
    """An event that a client may resume after: the SSE `id:` field (WHATWG HTML, section 9.2).

    `id` is what a client that reconnects sends back as its last event id; `data` is the event.
    ValueError for an id that the stream could not carry: empty, or with a line break or NUL in it.
    """

    id: str
    data: T

    def __post_init__(self) -> None:
        if not self.id or not _FORBIDDEN.isdisjoint(self.id):
            raise ValueError(f"not an event id: {self.id!r}")


@dataclass(frozen=True, slots=True)
class Returned(Generic[T]):
    """What a generator returns, yielded as its last item: Python's async generators can't return a value."""

    data: T
