"""The table as plain data: what every document and client is generated from.

A `Surface` holds no classes of the service: it is written as `clients/surface.json` and read back from there, so that
two versions can be compared. Everything in it is sorted by path or name; the same table gives the same bytes.

Schemas are JSON Schema 2020-12 as msgspec writes it. A named type is `{"$ref": "#/schemas/NAME"}`, and stands in
`Surface.schemas` under that name (`app.rpc.schemas.retarget` moves the references elsewhere). "Nothing" is
`{"type": "null"}`. Formats in use: `uuid`, `date-time`. Names of properties are those of the wire.
"""

import inspect
import typing
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from app.rpc import protocol_errors
from app.rpc.errors import Code, RpcError, field_names
from app.rpc.router import Route, Table
from app.rpc.schemas import Schema, form_schema, schemas_of
from app.rpc.signature import joined, union_options
from app.rpc.tracked import Returned, Tracked

_FORM: Final = ("multipart/form-data",)
_PROTOCOL_ERRORS = tuple(
    error
    for _, error in inspect.getmembers(protocol_errors, inspect.isclass)
    if issubclass(error, RpcError) and error is not RpcError
)


class ErrorEntry(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One error type. Its `name` is the wire's `data.type`; `code`, `number` and `http_status` those of the shape."""

    name: str
    doc: str
    """The whole docstring; its first paragraph is the message."""
    message: str
    """The message, with `{field}` where a detail is filled in; the server may word it otherwise."""
    code: str
    number: int
    json_rpc_number: int
    """The number on the JSON-RPC wire, which reserves some (jsonrpc.org, section 5.1)."""
    http_status: int
    details: Schema | None
    """The schema of `data.details`, an object; None where there are none. Fields that may be left out are not
    `required`."""
    has_issues: bool
    """Whether `data.issues` tells what is wrong with the input."""
    has_retry_after: bool
    """Whether it can carry a Retry-After header."""
    protocol: bool
    """Whether it belongs to the calls themselves, not to some procedure: any call may end with it."""


class ProcedureEntry(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One procedure that a wire can reach."""

    path: str
    kind: str
    """`query`, `mutation` or `subscription`."""
    doc: str
    input: Schema | None
    """None for a procedure that takes nothing."""
    input_optional: bool
    """Whether the input may be left out altogether."""
    input_default: Any
    """What a call without input is taken for, as JSON; None also where an input must be sent."""
    output: Schema
    """Of a subscription, the data of one event; of a streamed query, one piece."""
    streamed: bool
    """Whether a query yields its output piece by piece: only tRPC's batch stream carries it."""
    tracked: bool
    """Whether a subscription's events have ids, all or some."""
    resumable: bool
    """Whether the input has a `lastEventId`, after which a subscription goes on."""
    errors: tuple[str, ...]
    """Names of the errors that it declares, in `Surface.errors`."""
    requires_token: bool
    """Whether a call without a bearer token is refused before it begins."""
    idempotency_key: bool
    """Whether an Idempotency-Key header makes it safe to repeat."""
    accepts: tuple[str, ...]
    """The media types beside JSON that an input may come in."""
    body_limit: int
    """Bytes."""
    timeout: float | None
    """Seconds after which the server gives a call up; None for a generator, which may take as long as it likes."""
    examples: tuple[Any, ...]
    """Inputs, as JSON."""
    form: Schema | None = None
    """What it takes as `multipart/form-data` instead, streamed: the members are the form's parts."""

    @property
    def area(self) -> str:
        """The first part of the path: `courses` of `courses.get`; empty where there is only one part."""
        return self.path.partition(".")[0] if "." in self.path else ""

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2]

    @property
    def summary(self) -> str:
        """The first line of the doc."""
        return self.doc.partition("\n")[0]


class Surface(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """All procedures by path, all errors by name (every protocol error is there), all named types by name."""

    procedures: tuple[ProcedureEntry, ...]
    errors: dict[str, ErrorEntry]
    schemas: dict[str, Schema]

    @property
    def areas(self) -> tuple[str, ...]:
        """The areas, sorted."""
        return tuple(sorted({procedure.area for procedure in self.procedures if procedure.area}))


def surface(table: Table) -> Surface:
    """The surface of a table. TypeError when two types, or two errors, have one name."""
    routes = sorted(table, key=lambda route: route.path)
    errors = _error_types(routes)
    details = [hint for error in errors for hint in _details(error).values()]
    inputs, outputs, schemas = schemas_of(
        [route.procedure.signature.input for route in routes if route.procedure.signature.takes_input],
        [*(_item(route.procedure.signature.output) for route in routes), *(_given(hint) for hint in details)],
    )
    given, sent = iter(inputs), iter(outputs)
    procedures = [_procedure(route, given, next(sent)) for route in routes]
    entries = {error.__name__: _error(error, sent) for error in errors}
    return Surface(procedures=tuple(procedures), errors=entries, schemas=schemas)


def _procedure(route: Route, inputs: Iterator[Schema], output: Schema) -> ProcedureEntry:
    procedure, signature, options = route.procedure, route.procedure.signature, route.procedure.options
    fields = getattr(signature.input, "__struct_encode_fields__", ())
    return ProcedureEntry(
        path=route.path,
        kind=procedure.kind,
        doc=signature.doc,
        input=next(inputs) if signature.takes_input else None,
        input_optional=signature.optional,
        input_default=msgspec.to_builtins(signature.default) if signature.optional else None,
        output=output,
        streamed=signature.generates and procedure.kind == "query",
        tracked=any(_is_tracked(option) for option in union_options(signature.output)),
        resumable="lastEventId" in fields,
        errors=tuple(sorted(error.__name__ for error in route.errors)),
        requires_token=any(e.code is Code.UNAUTHORIZED for m in procedure.middlewares for e in m.errors),
        idempotency_key=options.idempotency_key,
        accepts=options.accepts or (_FORM if signature.form else ()),
        body_limit=options.body_limit,
        timeout=None if signature.generates else options.timeout,
        examples=tuple(msgspec.to_builtins(example) for example in options.examples),
        form=form_schema(signature.form) if signature.form else None,
    )


def _is_tracked(output: Any) -> bool:
    return typing.get_origin(output) is Tracked


def _item(output: Any) -> Any:
    """What a client is given of one item: an event's id is the transport's, and a return value no item."""
    items = [typing.get_args(o)[0] if _is_tracked(o) else o for o in union_options(output)]
    return joined(item for item in items if typing.get_origin(item) is not Returned)


def _error_types(routes: list[Route]) -> list[type[RpcError]]:
    found: dict[str, type[RpcError]] = {}
    for error in (*_PROTOCOL_ERRORS, *(error for route in routes for error in route.errors)):
        if found.setdefault(error.__name__, error) is not error:
            raise TypeError(f"two errors are named {error.__name__}")
    return [found[name] for name in sorted(found)]


def _error(error: type[RpcError], schemas: Iterator[Schema]) -> ErrorEntry:
    hints = _details(error)
    properties = {name: next(schemas) for name in hints}
    required = [name for name, hint in hints.items() if type(None) not in union_options(hint)]
    return ErrorEntry(
        name=error.__name__,
        doc=inspect.getdoc(error) or "",
        message=error.template,
        code=error.code.name,
        number=error.code.number,
        json_rpc_number=protocol_errors.JSON_RPC_NUMBERS.get(error, error.code.number),
        http_status=error.code.http_status,
        details={"type": "object", "properties": properties, "required": required} if hints else None,
        has_issues=error.issues is not RpcError.issues,
        has_retry_after=error.retry_after is not RpcError.retry_after,
        protocol=error in _PROTOCOL_ERRORS,
    )


def _details(error: type[RpcError]) -> dict[str, Any]:
    """The types of the fields that go into the details, unless the class says otherwise about them."""
    if error.details is not RpcError.details:
        return {}
    hints = typing.get_type_hints(error)
    return {name: hints[name] for name in field_names(error)}


def _given(hint: Any) -> Any:
    """The type without None: such a detail is left out, so that it is never null."""
    return joined(option for option in union_options(hint) if option is not type(None))
