"""Failures of a call itself, before or around its procedure; every wire can answer with them."""

from dataclasses import field

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
