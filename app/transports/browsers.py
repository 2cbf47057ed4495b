"""What browsers are told with every answer: headers that keep pages apart, and whose pages may call (CORS).

Constant headers, encoded once. Callers prove themselves by an Authorization header, which a browser adds to nothing by
itself: so pages of other origins may be answered, and credentials (cookies) never are asked for or allowed.
"""

from collections.abc import Iterable
from typing import Final

from app.transports.http import HeaderPairs, HttpRequest, HttpResponse

NO_SNIFFING: Final = (b"x-content-type-options", b"nosniff")
_APART: Final = (
    NO_SNIFFING,
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_HTTPS: Final = ((b"strict-transport-security", b"max-age=31536000"),)
_ALLOWED: Final = (
    (b"access-control-allow-methods", b"GET, HEAD, POST, PATCH, DELETE"),
    (
        b"access-control-allow-headers",
        b"authorization, content-type, idempotency-key, last-event-id, traceparent, tracestate, x-request-id, "
        b"trpc-accept, trpc-batch-mode, x-trpc-source, tus-resumable, upload-length, upload-metadata, upload-offset, "
        b"upload-checksum, x-http-method-override",
    ),
    (b"access-control-max-age", b"7200"),  # no browser keeps it longer
)
_EXPOSED: Final = (
    b"access-control-expose-headers",
    b"ratelimit, ratelimit-policy, retry-after, x-request-id, location, tus-checksum-algorithm, tus-extension, "
    b"tus-max-size, tus-resumable, tus-version, upload-expires, upload-length, upload-metadata, upload-offset",
)


class Browsers:
    """`origins` are those of pages that may call from elsewhere, exactly as browsers send them (RFC 6454, section 6.2).
    `https` tells browsers to come by https alone from now on (RFC 6797).
    """

    def __init__(self, origins: Iterable[str] = (), *, https: bool = False) -> None:
        self.apart: HeaderPairs = (*_APART, *_HTTPS) if https else _APART
        """What each answer says, whatever it is."""
        self.origins: dict[bytes, HeaderPairs] = {
            origin.encode(): ((b"access-control-allow-origin", origin.encode()), _EXPOSED) for origin in origins
        }
        """What an answer to a page of each origin says too."""
        vary = b"authorization, origin" if self.origins else b"authorization"
        self.always: HeaderPairs = (*self.apart, (b"vary", vary))
        """What each answer of a wire says."""

    def preflight(self, request: HttpRequest) -> HttpResponse | None:
        """The answer to a browser that asks whether a page may call (Fetch, CORS-preflight request), if it may."""
        told = self.origins.get(request.headers.raw(b"origin") or b"")
        if told is None or request.headers.raw(b"access-control-request-method") is None:
            return None
        return HttpResponse(204, _ALLOWED)  # the headers of its origin come with those of every answer
