"""Errors as part of the interface: a code, a declared class, one shape on every wire.

The codes, their JSON-RPC numbers and HTTP statuses are those of tRPC v11 and JSON-RPC 2.0 (jsonrpc.org, section 5.1).
"""

import dataclasses
import inspect
from enum import Enum
from functools import partial
from string import Formatter
from typing import Any, ClassVar, dataclass_transform

import msgspec


class Code(Enum):
    """What kind of failure it is: (JSON-RPC number, HTTP status)."""

    PARSE_ERROR = (-32700, 400)
    BAD_REQUEST = (-32600, 400)
    UNAUTHORIZED = (-32001, 401)
    PAYMENT_REQUIRED = (-32002, 402)
    FORBIDDEN = (-32003, 403)
    NOT_FOUND = (-32004, 404)
    METHOD_NOT_SUPPORTED = (-32005, 405)
    TIMEOUT = (-32008, 408)
    CONFLICT = (-32009, 409)
    PRECONDITION_FAILED = (-32012, 412)
    PAYLOAD_TOO_LARGE = (-32013, 413)
    UNSUPPORTED_MEDIA_TYPE = (-32015, 415)
    UNPROCESSABLE_CONTENT = (-32022, 422)
    PRECONDITION_REQUIRED = (-32028, 428)
    TOO_MANY_REQUESTS = (-32029, 429)
    CLIENT_CLOSED_REQUEST = (-32099, 499)
    INTERNAL_SERVER_ERROR = (-32603, 500)
    NOT_IMPLEMENTED = (-32603, 501)
    BAD_GATEWAY = (-32603, 502)
    SERVICE_UNAVAILABLE = (-32603, 503)
    GATEWAY_TIMEOUT = (-32603, 504)

    @property
    def number(self) -> int:
        """The JSON-RPC error number."""
        return self.value[0]

    @property
    def http_status(self) -> int:
        """The HTTP status."""
        return self.value[1]


class Issue(msgspec.Struct, frozen=True):
    """One problem of an input: where (JSONPath, `$` is the input itself) and what."""

    path: str
    message: str


class ErrorData(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The `data` of an error on the wire; `details`, `issues` and `stack` stand there only when there are any.

    `retry_after` is what the header Retry-After says: calls in a batch have no headers of their own.
    """

    code: str
    http_status: int
    type: str
    declared: bool = msgspec.field()
    path: str | None = None
    retry_after: int | None = None
    details: dict[str, Any] | None = None
    issues: tuple[Issue, ...] = ()
    stack: str | None = None


class ErrorShape(msgspec.Struct, frozen=True):
    """An error as every wire sends it: JSON-RPC's error object."""

    code: int
    message: str
    data: ErrorData


def field_names(error: type[object]) -> tuple[str, ...]:
    """The fields that an error type declares."""
    return tuple(field.name for field in dataclasses.fields(error)) if dataclasses.is_dataclass(error) else ()


@dataclass_transform(kw_only_default=True, eq_default=False)
class RpcError(Exception):
    """A failure that a caller can act on.

    A subclass is an error type of the interface: its name is the `type`, the first paragraph of its docstring the
    message (with `{field}` filled in), its annotated fields the `details`. Fields that are None are left out.
    """

    code: ClassVar[Code] = Code.INTERNAL_SERVER_ERROR
    template: ClassVar[str] = ""

    def __init_subclass__(cls, *, code: Code | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if code is not None:
            cls.code = code
        if not cls.__dict__.get("__doc__"):
            raise TypeError(f"{cls.__qualname__}: the docstring is the message, and it is missing")
        cls.template = " ".join(inspect.cleandoc(cls.__doc__ or "").split("\n\n")[0].split())
        dataclasses.dataclass(kw_only=True, eq=False, repr=False)(cls)
        named = {name for _, name, _, _ in Formatter().parse(cls.template) if name is not None}
        if unknown := named.difference(field_names(cls)):
            raise TypeError(f"{cls.__qualname__}: the message names {sorted(unknown)}, which are no fields")

    @property
    def _fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in field_names(type(self))}

    @property
    def details(self) -> dict[str, Any]:
        """The fields that are set, by name."""
        return {name: value for name, value in self._fields.items() if value is not None}

    @property
    def message(self) -> str:
        """The sentence the caller reads."""
        return self.template.format_map(self._fields) if "{" in self.template else self.template

    @property
    def retry_after(self) -> int | None:
        """Seconds until it makes sense to try again (RFC 9110, `Retry-After`), or None."""
        return None

    @property
    def issues(self) -> tuple[Issue, ...]:
        """What is wrong with the input, problem by problem."""
        return ()

    def __reduce__(self) -> tuple[Any, ...]:
        """Fields are given by name, so an error that comes from a child process is made anew that way."""
        return partial(type(self), **self._fields), ()

    def __str__(self) -> str:
        return self.message

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.message!r})"

    def shape(self, path: str | None, *, declared: bool, stack: str | None = None) -> ErrorShape:
        """This error as it goes over the wire, for the procedure at `path`."""
        data = ErrorData(
            code=self.code.name,
            http_status=self.code.http_status,
            type=type(self).__name__,
            declared=declared,
            path=path,
            retry_after=self.retry_after,
            details=self.details or None,
            issues=self.issues,
            stack=stack,
        )
        return ErrorShape(self.code.number, self.message, data)
