"""The table as plain data: what every document and client is generated from."""

import inspect
from typing import Any

import msgspec

from app.rpc.errors import RpcError
from app.rpc.router import Route, Table
from app.rpc.tracked import Tracked

REF = "#/schemas/{name}"


def surface(table: Table) -> dict[str, Any]:
    """Every procedure with its types as JSON Schema 2020-12, and every declared error; the same for the same table."""
    routes = sorted(table, key=lambda route: route.path)
    types = [t for route in routes for t in _types(route)]
    schemas, components = msgspec.json.schema_components(types, ref_template=REF)
    found = iter(schemas)
    procedures = [_procedure(route, [next(found) for _ in _types(route)]) for route in routes]
    errors = {error.__name__: _error(error) for route in routes for error in route.errors}
    return {
        "procedures": procedures,
        "errors": dict(sorted(errors.items())),
        "schemas": dict(sorted(components.items())),
    }


def _types(route: Route) -> list[Any]:
    """The output, then the input if there is one."""
    signature = route.procedure.signature
    return [_event(signature.output), *([signature.input] if signature.takes_input else [])]


def _event(output: Any) -> Any:
    """The data of a tracked event; its id is the transport's."""
    return output.__args__[0] if getattr(output, "__origin__", None) is Tracked else output


def _procedure(route: Route, schemas: list[dict[str, Any]]) -> dict[str, Any]:
    procedure, signature = route.procedure, route.procedure.signature
    return {
        "path": route.path,
        "kind": procedure.kind,
        "doc": signature.doc,
        "output": schemas[0],
        "input": schemas[1] if signature.takes_input else None,
        "inputOptional": signature.optional,
        "tracked": getattr(signature.output, "__origin__", None) is Tracked,
        "bodyLimit": procedure.options.body_limit,
        "examples": [msgspec.to_builtins(example) for example in procedure.options.examples],
        "errors": sorted(error.__name__ for error in route.errors),
    }


def _error(error: type[RpcError]) -> dict[str, Any]:
    fields = inspect.get_annotations(error, eval_str=True)
    details = msgspec.defstruct(error.__name__, list(fields.items())) if fields else None
    return {
        "code": error.code.name,
        "number": error.code.number,
        "httpStatus": error.code.http_status,
        "message": error.template,
        "details": msgspec.json.schema(details)["$defs"][error.__name__]["properties"] if details else {},
    }
