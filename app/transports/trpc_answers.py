"""tRPC's envelopes: outcomes as their JSON, and answers made of them."""

from typing import Final

import msgspec

from app.rpc import Code, Failure
from app.rpc.protocol_errors import ParseError
from app.transports.answers import CLOSE, JSON_HEADERS, failure_headers, retry_headers
from app.transports.calls import Encoded, encode
from app.transports.http import HeaderPairs, HttpResponse

_OK: Final = 200
_MIXED: Final = 207


def envelope(result: Encoded) -> bytes:
    """What stands for one call: its result, or its error."""
    if isinstance(result, Failure):
        return b'{"error":%b}' % error_object(result)
    return b'{"result":{"data":%b}}' % result


def error_object(failure: Failure) -> bytes:
    """The error object of a failure. tRPC calls an input that is not JSON a bad request."""
    shape = failure.shape()
    if isinstance(failure.error, ParseError):
        code = Code.BAD_REQUEST
        data = msgspec.structs.replace(shape.data, code=code.name, http_status=code.http_status)
        shape = msgspec.structs.replace(shape, code=code.number, data=data)
    return encode(shape)


def single_answer(result: Encoded) -> HttpResponse:
    """The answer to one call, or to a request that was refused as a whole."""
    return HttpResponse(_status(result), _headers(result), envelope(result))


def batch_answer(results: list[Encoded], *, unread: bool) -> HttpResponse:
    """The answers to a batch in the order of its calls; the status is the one they share, else 207.

    `unread`: a part of the request is still to come.
    """
    statuses = {_status(result) for result in results}
    body = b"[" + b",".join(map(envelope, results)) + b"]"
    failures = [result.error for result in results if isinstance(result, Failure)]
    if len(statuses) > 1:
        headers = JSON_HEADERS + retry_headers(failures)
        return HttpResponse(_MIXED, headers + CLOSE if unread else headers, body)
    longest = max(failures, key=lambda error: error.retry_after or 0, default=None)
    return HttpResponse(statuses.pop(), failure_headers(longest) if longest else JSON_HEADERS, body)


def _status(result: Encoded) -> int:
    return result.error.code.http_status if isinstance(result, Failure) else _OK


def _headers(result: Encoded) -> HeaderPairs:
    return failure_headers(result.error) if isinstance(result, Failure) else JSON_HEADERS
