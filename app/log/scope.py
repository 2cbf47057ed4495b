"""What the log lines of a call carry."""

from contextvars import ContextVar
from typing import Any

_scope: ContextVar[dict[str, Any] | None] = ContextVar("log_scope", default=None)


def begin_scope(**values: Any) -> None:
    """From here on, lines of this task and of the tasks it starts carry these values, and those noted later."""
    _scope.set(values)


def note(**values: Any) -> None:
    """Add values to the current scope, for all its further lines."""
    if (scope := _scope.get()) is not None:
        scope.update(values)


def scope() -> dict[str, Any] | None:
    """The values that lines of this task carry now."""
    return _scope.get()
