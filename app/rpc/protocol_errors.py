"""Failures of a call itself, before or around its procedure; every wire can answer with them."""

from dataclasses import field
from typing import Final

from app.rpc.errors import Code, Issue, RpcError


class ParseError(RpcError, code=Code.PARSE_ERROR):
    """The request is not valid JSON"""


class MalformedRequest(RpcError, code=Code.BAD_REQUEST):
    """{reason}"""

    reason: str


class InvalidInput(RpcError, code=Code.BAD_REQUEST):
    """Input validation failed"""

    problems: tuple[Issue, ...] = field(default=())

    @property
    def details(self) -> dict[str, object]:
        """Nothing: the problems are the `issues`."""
        return {}

    @property
    def issues(self) -> tuple[Issue, ...]:
        """The problems that were found."""
        return self.problems


class UnprocessableText(InvalidInput, code=Code.UNPROCESSABLE_CONTENT):
    """Text must not contain the NUL character"""


class ProcedureNotFound(RpcError, code=Code.NOT_FOUND):
    """No procedure found on path "{procedure}\""""

    procedure: str


class MethodNotSupported(RpcError, code=Code.METHOD_NOT_SUPPORTED):
    """Unsupported {method}-request to {kind} procedure at path "{procedure}\""""

    method: str
    kind: str
    procedure: str
    allow: str


class PostOnly(RpcError, code=Code.METHOD_NOT_SUPPORTED):
    """Only POST requests are supported for {media_type} requests"""

    media_type: str
    allow: str = "POST"


class StreamOnly(RpcError, code=Code.UNSUPPORTED_MEDIA_TYPE):
    """Cannot use stream-like response in non-streaming request - use httpBatchStreamLink"""


class InvalidConnectionParams(RpcError, code=Code.PARSE_ERROR):
    """Invalid connection params shape"""


class UnsupportedMediaType(RpcError, code=Code.UNSUPPORTED_MEDIA_TYPE):
    """Unsupported content type: send application/json"""


class PayloadTooLarge(RpcError, code=Code.PAYLOAD_TOO_LARGE):
    """The request body is larger than {limit_bytes} bytes"""

    limit_bytes: int


class BodyTimeout(RpcError, code=Code.TIMEOUT):
    """The request body did not arrive in time"""


class BodyCut(RpcError, code=Code.BAD_REQUEST):
    """The request body ended before it was complete"""


class CallTimeout(RpcError, code=Code.TIMEOUT):
    """The call took longer than {limit_seconds} seconds"""

    limit_seconds: float


class InternalError(RpcError, code=Code.INTERNAL_SERVER_ERROR):
    """Internal server error"""

    error_id: str


JSON_RPC_NUMBERS: Final[dict[type[RpcError], int]] = {
    ProcedureNotFound: -32601,
    InvalidInput: -32602,
    UnprocessableText: -32602,
}
"""The numbers that JSON-RPC 2.0 reserves (section 5.1); on its wire every other error has the number of its code."""
