"""The line that every call ends with: that of `logger.bind(path=..., ...).info("call")`, at a tenth of the cost.

Measured: loguru's record took as long as a third of a whole request. Here a call leaves the parts of its line, and many
lines are made at once, in the writer's thread: of what is the same in all, or in all of a procedure, only once.
"""

from datetime import UTC, datetime
from typing import Any

import msgspec
from loguru import logger

from app.log.secrets import UNENCODABLE, encode_lines, encoded, has_signs


class CallParts(msgspec.Struct, frozen=True, gc=False):
    """`at` in seconds since the epoch; `ms` in milliseconds; `scope` is what the task's lines carry.

    Many wait for the writer, and none is part of a cycle: the collector need not visit them over and over.
    """

    at: float
    scope: dict[str, Any]
    path: str
    kind: str
    code: str
    ms: float


class CallLines:
    """Makes lines with these fields in all of them."""

    def __init__(self, constant: dict[str, str]) -> None:
        self._start = _members({"level": "info", "message": "call", **constant})
        self._ends: dict[tuple[str, str, str], str] = {}
        self._second, self._second_text = -1, ""

    def compose(self, calls: list[CallParts]) -> list[str]:
        """The lines of these calls, each with its end; an empty text where the logger has to tell of a call."""
        try:
            scopes = encode_lines([call.scope for call in calls])
        except UNENCODABLE:
            return [self._careful(call) for call in calls]
        if has_signs(scopes):
            return [self._careful(call) for call in calls]
        each_scope = scopes.split("\n")[:-1]  # in JSON a text's own newlines are written otherwise
        return [self._line(call, _inner(scope)) for call, scope in zip(calls, each_scope, strict=True)]

    def _careful(self, call: CallParts) -> str:
        """A line without secrets. A call never fails for its log: loguru tells what is wrong with a line."""
        try:
            return self._line(call, _members(call.scope))
        except UNENCODABLE:
            by_loguru(call)
            return ""

    def _line(self, call: CallParts, scope: str) -> str:
        key = call.path, call.kind, call.code
        end = self._ends.get(key)
        if end is None:
            end = self._ends[key] = _members({"path": call.path, "kind": call.kind, "code": call.code})
        return f'{{"timestamp":"{self._when(call.at)}"{self._start}{scope}{end},"ms":{call.ms:.2f}}}\n'

    def _when(self, at: float) -> str:
        """RFC 3339, in UTC, to the microsecond; many calls share their second."""
        second = int(at)
        if second != self._second:
            self._second, self._second_text = second, datetime.fromtimestamp(second, UTC).isoformat()[:-6]
        return f"{self._second_text}.{int((at - second) * 1_000_000):06}Z"


def by_loguru(call: CallParts) -> None:
    """The same by the logger."""
    logger.bind(**call.scope, path=call.path, kind=call.kind, code=call.code, ms=round(call.ms, 2)).info("call")


def _members(fields: dict[str, Any]) -> str:
    """Fields as members of an object that stand after another one; without secrets."""
    return _inner(encoded(fields))


def _inner(text: str) -> str:
    return f",{text[1:-1]}" if len(text) > len("{}") else ""
