"""The module of errors: a type each, told apart by `data.type`."""

from app.gen.names import class_name
from app.gen.typescript.layout import alias, indented, jsdoc, key, literal, module
from app.gen.typescript.names import TAKEN_BY_ERRORS
from app.gen.typescript.types import Types
from app.rpc.surface import ErrorEntry, Surface

_DOC = "The errors that calls may end with: tRPC's `shape` of each."
_IMPORTS = [
    'import type * as types from "./types.js";',
    'import type { Issue, UnknownError } from "./runtime/rpc_error.js";',
    'export { isRpcError } from "./runtime/rpc_error.js";',
    'export type { Issue, RpcClientError, UnknownError } from "./runtime/rpc_error.js";',
]
_RETRY = "readonly retryAfter?: number;"
_PROTOCOL_DOC = "What any call may end with; `UnknownError` stands for an error that is newer than this file."


def error_names(surface: Surface) -> dict[str, str]:
    """The type of an error on the wire to its type here."""
    found: dict[str, str] = {}
    for name in surface.errors:
        found[name] = class_name(name, {*TAKEN_BY_ERRORS, *found.values()})
    return found


def errors_module(surface: Surface, types: Types) -> str:
    """The text of `errors.d.ts`."""
    names = error_names(surface)
    shapes = [_shape(names[error.name], error, types) for error in surface.errors.values()]
    protocol = [names[error.name] for error in surface.errors.values() if error.protocol]
    table = [
        *jsdoc("Every error by its name on the wire, `data.type`."),
        "export type RpcErrors = {",
        *indented(f"{key(wire)}: {name};" for wire, name in names.items()),
        "};",
    ]
    known = alias("RpcErrorName", "The names of all errors.", ["keyof RpcErrors"])
    every = alias(
        "RpcError", "What any call of any procedure may end with.", ["RpcErrors[RpcErrorName]", "UnknownError"]
    )
    return module(
        _DOC, _IMPORTS, *shapes, alias("ProtocolError", _PROTOCOL_DOC, [*protocol, "UnknownError"]), table, known, every
    )


def _shape(name: str, error: ErrorEntry, types: Types) -> list[str]:
    data = [
        f"readonly code: {literal(error.code)};",
        f"readonly httpStatus: {error.http_status};",
        f"readonly type: {literal(error.name)};",
        *jsdoc("Whether the procedure names this error."),
        "readonly declared: boolean;",
        *jsdoc("The procedure."),
        "readonly path?: string;",
        *([*jsdoc("Seconds after which it makes sense to try again."), _RETRY] if error.has_retry_after else []),
        *jsdoc("In development alone."),
        "readonly stack?: string;",
        *_details(error, types),
        *([*jsdoc("What is wrong with the input."), "readonly issues?: readonly Issue[];"] if error.has_issues else []),
    ]
    body = [f"readonly code: {error.number};", "readonly message: string;", "readonly data: {", *indented(data), "};"]
    doc = f"{error.doc}\n\nHTTP {error.http_status}, {error.code}."
    return [*jsdoc(doc), f"export type {name} = {{", *indented(body), "};"]


def _details(error: ErrorEntry, types: Types) -> list[str]:
    if error.details is None:
        return []
    sign = "" if error.details["required"] else "?"
    return [f"readonly details{sign}: {{", *types.fields(error.details, prefix="types."), "};"]
