"""Headers of answers that the wires share."""

from collections.abc import Collection, Iterable
from typing import Final

from app.leases import Standing
from app.rpc import Code, Failure, RpcError
from app.rpc.protocol_errors import BodyCut, BodyTimeout, MethodNotSupported, PayloadTooLarge, PostOnly
from app.transports.calls import encode
from app.transports.http import HeaderPairs, HttpResponse

JSON_HEADERS: Final = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"))
CLOSE: Final = ((b"connection", b"close"),)
_BEARER: Final = ((b"www-authenticate", b"Bearer"),)
UNREAD: Final = (BodyCut, BodyTimeout, PayloadTooLarge)


def failure_headers(error: RpcError) -> HeaderPairs:
    """The headers of a failure: `Allow`, `Retry-After` and `WWW-Authenticate` where RFC 9110 asks for them."""
    headers: HeaderPairs = JSON_HEADERS
    if isinstance(error, MethodNotSupported | PostOnly):
        headers += ((b"allow", error.allow.encode()),)
    headers += retry_headers([error])
    if error.code is Code.UNAUTHORIZED:
        headers += _BEARER
    if isinstance(error, UNREAD):
        headers += CLOSE  # the rest of the body would be taken for the next request
    return headers


def retry_headers(errors: Iterable[RpcError]) -> HeaderPairs:
    """`Retry-After` where one of the failures says when to try again: the longest wait, since the answer is of all."""
    waits = [error.retry_after for error in errors if error.retry_after is not None]
    return ((b"retry-after", b"%d" % max(waits)),) if waits else ()


def error_answer(failure: Failure) -> HttpResponse:
    """A failure as the plain wire tells it."""
    body = encode({"error": failure.shape()})
    return HttpResponse(failure.error.code.http_status, failure_headers(failure.error), body)


def limit_headers(limits: Collection[Standing]) -> HeaderPairs:
    """How a caller stands with these rate limits (draft-ietf-httpapi-ratelimit-headers-10, sections 3 and 4).

    `t` is when the window slides past its oldest call: for who was refused the same moment as Retry-After.
    """
    policies = ", ".join(f'"{each.name}";q={each.limit};w={each.per_seconds}' for each in limits)
    standings = ", ".join(f'"{each.name}";r={each.remaining};t={each.reset_seconds}' for each in limits)
    return (b"ratelimit-policy", policies.encode()), (b"ratelimit", standings.encode())
