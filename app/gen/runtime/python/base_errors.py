"""What a call can fail with, besides the declared errors."""

from collections.abc import Mapping
from typing import Any

import msgspec


class Issue(msgspec.Struct, frozen=True):
    """One problem of an input: where (`$` is the input itself) and what."""

    path: str
    message: str


class ErrorData(msgspec.Struct, frozen=True, rename="camel"):
    """The `data` of an error object."""

    type: str
    http_status: int
    path: str | None = None
    details: dict[str, Any] | None = None
    issues: tuple[Issue, ...] = ()


class ErrorShape(msgspec.Struct, frozen=True):
    """An error object as the server sends it."""

    code: int
    message: str
    data: ErrorData


class CoursegenError(Exception):
    """Whatever a call can end with: the server refused it, or could not be reached."""


class CallFailed(CoursegenError):
    """The server answered with an error; the classes of declared errors are under this one.

    `type` names the error. `details` and `issues` (of an input) say more, where there is more to say. `retry_after` is
    the seconds that the server asks to wait. `request_id` finds the call in the server's log.
    """

    def __init__(  # noqa: PLR0913  all that an answer tells
        self,
        message: str,
        *,
        type: str | None = None,
        number: int = 0,
        http_status: int = 0,
        path: str | None = None,
        details: Mapping[str, Any] | None = None,
        issues: tuple[Issue, ...] = (),
        retry_after: float | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.type = type or self.__class__.__name__
        self.number = number
        self.http_status = http_status
        self.path = path
        self.details = details or {}
        self.issues = issues
        self.retry_after = retry_after
        self.request_id = request_id

    def _detail(self, name: str, kind: Any) -> Any:
        """A detail as its own type. Raises KeyError if the server left it out."""
        return msgspec.convert(self.details[name], kind)

    def _optional_detail(self, name: str, kind: Any) -> Any:
        return self._detail(name, kind) if name in self.details else None


class UnknownError(CallFailed):
    """An error that this version of the client has no class for, or that came from something before the server."""


class UnreadableAnswer(CoursegenError):
    """The call was answered, but not with what it is declared to give."""


class ConnectionFailed(CoursegenError):
    """The server could not be reached, or the connection was lost.

    `sent` tells whether the call may have reached the server.
    """

    def __init__(self, message: str, *, sent: bool = True) -> None:
        super().__init__(message)
        self.sent = sent


class TimedOut(ConnectionFailed):
    """The server did not answer in time."""
