"""An event with an id that a client may resume after (the SSE `id:` field, WHATWG HTML section 9.2)."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

_FORBIDDEN = frozenset("\r\n\0")


@dataclass(frozen=True, slots=True)
class Tracked(Generic[T]):
    """`id` is what a client that reconnects sends back as its last event id; `data` is the event.

    ValueError for an id that the stream could not carry: empty, or with a line break or NUL in it.
    """

    id: str
    data: T

    def __post_init__(self) -> None:
        if not self.id or not _FORBIDDEN.isdisjoint(self.id):
            raise ValueError(f"not an event id: {self.id!r}")
