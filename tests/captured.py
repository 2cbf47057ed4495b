"""Log lines of a block, as records."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from loguru import logger

if TYPE_CHECKING:
    from loguru import Message


@contextmanager
def captured_logs() -> Generator[list[dict[str, Any]]]:
    """The records of what is logged in the block, oldest first."""
    records: list[dict[str, Any]] = []

    def keep(message: "Message") -> None:
        records.append({**message.record})

    handle = logger.add(keep, level="DEBUG")
    try:
        yield records
    finally:
        logger.remove(handle)
