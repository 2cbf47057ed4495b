"""The module of declared errors: a class each, with its details as typed attributes."""

from app.gen.names import class_name
from app.gen.python.layout import docstring, indented, module
from app.gen.python.names import attributes
from app.gen.python.scope import BASE_ERRORS, CLASSES, Scope
from app.gen.python.types import Types
from app.rpc.schemas import Schema
from app.rpc.surface import ErrorEntry, Surface

_TAKEN = frozenset(
    {"args", "details", "http_status", "issues", "message", "number", "path", "request_id", "retry_after", "type"}
    | {"add_note", "with_traceback", "self"}
)


def error_names(surface: Surface) -> dict[str, str]:
    """The type of an error on the wire to its class."""
    found: dict[str, str] = {}
    for name in surface.errors:
        found[name] = class_name(name, {*CLASSES, *found.values()})
    return found


def errors_module(surface: Surface, types: Types) -> str:
    """The text of `errors.py`."""
    scope = Scope(types=".types")
    names = error_names(surface)
    classes = [_class(names[error.name], error, types, scope) for error in surface.errors.values()]
    bases = [scope(name) for name in BASE_ERRORS]
    listed = ["__all__ = [", *(f'    "{name}",' for name in sorted({*bases, *names.values(), "ERRORS"})), "]"]
    table = [
        f"ERRORS: {scope('Final')}[{scope('Mapping')}[str, type[CallFailed]]] = {{",
        *(f'    "{wire}": {name},' for wire, name in names.items()),
        "}",
    ]
    doc = "The errors that calls may end with, to be caught by name."
    return module(doc, scope.imports(), listed, *classes, table)


def _class(name: str, error: ErrorEntry, types: Types, scope: Scope) -> list[str]:
    details: Schema = error.details or {"properties": {}, "required": []}
    names = attributes(details["properties"], _TAKEN)
    doc = docstring(f"{error.doc}\n\nHTTP {error.http_status}, {error.code}.", "")
    scope.inside(names.values())
    properties = [
        _property(names[wire], wire, schema, types, scope, required=wire in details["required"])
        for wire, schema in details["properties"].items()
    ]
    scope.inside(())
    body = [*doc, *(line for lines in properties for line in ("", *lines))]
    return [f"class {name}(CallFailed):", *indented(body)]


def _property(name: str, wire: str, schema: Schema, types: Types, scope: Scope, *, required: bool) -> list[str]:
    kind = types.annotation(schema, scope)
    given = kind if required or kind.endswith(" | None") else f"{kind} | None"
    read = "self._detail" if required else "self._optional_detail"
    return [
        f"@{scope('property')}",
        f"def {name}(self) -> {given}:",
        f'    return {scope("cast")}("{given}", {read}("{wire}", {kind}))',
    ]
