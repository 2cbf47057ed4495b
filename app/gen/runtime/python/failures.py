"""From what goes wrong on the wire to exceptions."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
import msgspec

from .base_errors import CallFailed, ConnectionFailed, ErrorShape, TimedOut, UnknownError

Errors = Mapping[str, type[CallFailed]]

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class _Envelope(msgspec.Struct, frozen=True):
    error: ErrorShape


def answered(answer: httpx.Response, errors: Errors) -> CallFailed:
    """The exception for an answer that is no success, its body read; one with no error object in it (a proxy's page)
    keeps its status."""
    try:
        failure = declared(msgspec.json.decode(answer.content, type=_Envelope).error, errors)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        failure = UnknownError(f"HTTP {answer.status_code} {answer.reason_phrase}".rstrip())
    failure.http_status = answer.status_code
    failure.retry_after = retry_after(answer.headers.get("retry-after"))
    failure.request_id = answer.headers.get("x-request-id")
    return failure


def declared(shape: ErrorShape, errors: Errors) -> CallFailed:
    """The exception of an error object: of its own class, or else UnknownError."""
    data = shape.data
    return errors.get(data.type, UnknownError)(
        shape.message,
        type=data.type,
        number=shape.code,
        http_status=data.http_status,
        path=data.path,
        details=data.details,
        issues=data.issues,
    )


def disconnected(url: httpx.URL, error: httpx.RequestError) -> ConnectionFailed:
    """The exception for a call without an answer."""
    kind = TimedOut if isinstance(error, httpx.TimeoutException) else ConnectionFailed
    return kind(f"{url}: {str(error) or type(error).__name__}", sent=not isinstance(error, _NEVER_SENT))


def retry_after(value: str | None) -> float | None:
    """The seconds that a Retry-After header asks for (RFC 9110, section 10.2.3): a number, or a date."""
    if not value:
        return None
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
