"""Declared errors: a class each, with a method for each detail."""

from app.gen.php.codecs import Codecs
from app.gen.php.layout import docblock, file, indented, literal, method
from app.gen.php.names import classes, members
from app.gen.php.types import NULL, Types
from app.gen.php.uses import Uses
from app.rpc.schemas import Schema
from app.rpc.surface import ErrorEntry, Surface

NAMESPACE = "Coursegen\\Error"
_RUNTIME = (
    *("CallFailed", "ConnectionFailed", "CoursegenError", "FileUnreadable", "TimedOut", "UnknownError"),
    *("UnreadableAnswer", "Decode", "Type"),
)
_METHODS = (
    *("detail", "optionalDetail", "getMessage", "getCode", "getPrevious", "getFile", "getLine", "getTrace"),
    *("getTraceAsString", "construct", "wakeup", "toString"),
)
"""What exceptions have already."""


def error_names(surface: Surface) -> dict[str, str]:
    """The type of an error on the wire to its class."""
    return classes(surface.errors, _RUNTIME, "Error")


def error_files(surface: Surface, types: Types) -> dict[str, str]:
    """Class name to the text of its file."""
    names = error_names(surface)
    return {names[error.name]: _file(names[error.name], error, types) for error in surface.errors.values()}


def _file(name: str, error: ErrorEntry, types: Types) -> str:
    uses = Uses(NAMESPACE)
    details: Schema = error.details or {"properties": {}, "required": []}
    names = members(details["properties"], _METHODS, "Detail")
    getters = [
        _getter(names[wire], wire, schema, Codecs(types, uses), types, uses, required=wire in details["required"])
        for wire, schema in details["properties"].items()
    ]
    body = [line for lines in getters for line in ("", *lines)][1:]
    doc = docblock(f"{error.doc}\n\nHTTP {error.http_status}, {error.code}.")
    return file(NAMESPACE, uses.lines(), [*doc, f"final class {name} extends CallFailed", "{", *indented(body), "}"])


def _getter(
    name: str, wire: str, schema: Schema, codecs: Codecs, types: Types, uses: Uses, *, required: bool
) -> list[str]:
    type = types.of(schema, uses) if required else types.of(schema, uses) | NULL
    read = "detail" if required else "optionalDetail"
    body = [f"return $this->{read}({literal(wire)}, {codecs.reader(schema)});"]
    tags = [*([f"@return {type.doc}"] if type.says_more else []), f"@throws {uses.error('UnreadableAnswer')}"]
    return [*docblock("", tags, 1), *method(f"public function {name}", [], type.php, body)]
