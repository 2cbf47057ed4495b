"""The methods of the client: one per procedure, and one more where a procedure takes a file."""

import inspect
from collections.abc import Iterable

from app.gen.python.layout import bracketed, docstring, literal
from app.gen.python.names import attribute
from app.gen.python.scope import Scope
from app.gen.python.structs import Field, fields_in, fields_of
from app.gen.python.types import Types
from app.gen.uploads import parted
from app.rpc.schemas import REF
from app.rpc.surface import ProcedureEntry, Surface

_KEYED = "`idempotency_key` names the call: with the same key it is done once. One is made where none is given."
_RESUMED = "A lost connection is taken up again, after the last event that arrived."
_RECONNECTED = "A lost connection is taken up again, and its events begin anew."
_UPLOADED = (
    "The file at `path` is sent, under its own name and the MIME type that this stands for, unless others are given.\n\
`on_progress` is told the bytes sent so far, and the size. Raises OSError for a file that can't be read."
)
_DOCUMENT = {"filename": "document.filename", "fileSize": "document.size", "mimeType": "document.mime_type"}


class Methods:
    """The methods of one surface's procedures."""

    def __init__(self, surface: Surface, types: Types, errors: dict[str, str], scope: Scope) -> None:
        self._surface = surface
        self._types = types
        self._errors = errors
        self._scope = scope

    def of(self, procedure: ProcedureEntry, name: str) -> list[str]:
        """The lines of a procedure's method."""
        fields = self._fields(procedure)
        parameters = ["self", *self._parameters(procedure, fields)]
        given = self._given(procedure, fields)
        head = "def" if procedure.kind == "subscription" else "async def"
        output = self._types.annotation(procedure.output, self._scope)
        call = f"self._transport.{_verb(procedure)}"
        arguments = [f'"{procedure.path}"', "given", f"{self._scope('outputs')}.{constant(procedure)}"]
        result = "return " if procedure.kind == "subscription" else "return await "
        return [
            *bracketed(f"{head} {name}", parameters, f" -> {self._result(procedure, output)}:", ""),
            *docstring(self._doc(procedure), "    "),
            *given,
            *bracketed(f"{result}{call}", [*arguments, *_options(procedure)], "", "    "),
        ]

    def upload(self, procedure: ProcedureEntry, name: str) -> list[str]:
        """The lines of the method that reads the file that the procedure takes."""
        schema, file = parted(procedure.form or {})
        fields = fields_in(self._types, schema, self._scope)
        output = self._types.annotation(procedure.output, self._scope)
        decoder = f"{self._scope('outputs')}.{constant(procedure)}"
        arguments = [literal(procedure.path), "given", literal(file), "document", decoder, "on_progress"]
        return [
            *bracketed(f"async def {name}", self._upload_parameters(fields), f" -> {output}:", ""),
            *docstring(f"{procedure.doc}\n\n{_UPLOADED}{self._raised(procedure)}", "    "),
            f"    document = {self._scope('Document')}.at(path, filename, mime_type)",
            "    given = {",
            *(f"        {literal(field.wire)}: {_of_document(field)}," for field in fields),
            "    }",
            *bracketed("return await self._transport.upload", arguments, "", "    "),
        ]

    def _upload_parameters(self, fields: list[Field]) -> list[str]:
        scope = self._scope
        text = scope("str")
        return [
            *("self", f"path: {text} | {scope('PathLike')}[{text}]", "/", "*"),
            *_keywords(field for field in fields if field.wire not in _DOCUMENT),
            *(f"filename: {text} | None = None", f"mime_type: {text} | None = None"),
            f"on_progress: {scope('OnProgress')} | None = None",
        ]

    def _fields(self, procedure: ProcedureEntry) -> list[Field] | None:
        """The input's fields; None where it is one value, or may be left out though it has required fields."""
        name = (procedure.input or {}).get("$ref", "").removeprefix(REF)
        if name not in self._types.schemas or not self._types.is_struct(name):
            return None
        fields = fields_of(self._types, name, self._scope)
        if procedure.input_optional and any(field.default is None for field in fields):
            return None
        return fields

    def _struct(self, procedure: ProcedureEntry) -> str:
        return self._types.classes[(procedure.input or {}).get("$ref", "").removeprefix(REF)]

    def _parameters(self, procedure: ProcedureEntry, fields: list[Field] | None) -> list[str]:
        key = [f"idempotency_key: {self._scope('str')} | None = None"] if procedure.idempotency_key else []
        keywords = [*_keywords(fields or []), *key]
        marked = ["*", *keywords] if keywords else []
        if procedure.input is None or fields is not None:
            return marked
        annotation = self._types.annotation(procedure.input, self._scope, sent=True)
        if procedure.input_optional:
            return [f"given: {annotation} | {self._scope('UnsetType')} = {self._scope('UNSET')}", "/", *marked]
        return [f"given: {annotation}", "/", *marked]

    def _given(self, procedure: ProcedureEntry, fields: list[Field] | None) -> list[str]:
        if procedure.input is None:
            return [f"    given = {self._scope('UNSET')}"]
        if fields is None:
            return []
        values = [f"{field.name}={field.name}" for field in fields]
        return bracketed(f"given = {self._scope.type(self._struct(procedure))}", values, "", "    ")

    def _result(self, procedure: ProcedureEntry, output: str) -> str:
        if procedure.kind != "subscription":
            return output
        event = f"{self._scope('Tracked')}[{output}]" if procedure.tracked else output
        return f"{self._scope('AsyncGenerator')}[{event}]"

    def _doc(self, procedure: ProcedureEntry) -> str:
        notes = [procedure.doc]
        if self._fields(procedure):
            name = (procedure.input or {})["$ref"].removeprefix(REF)
            notes.append(_told(self._types.schemas[name].get("description", "")))
        if procedure.idempotency_key:
            notes.append(_KEYED)
        if procedure.kind == "subscription":
            notes.append(_RESUMED if procedure.resumable else _RECONNECTED)
        return "\n\n".join(filter(None, notes)) + self._raised(procedure)

    def _raised(self, procedure: ProcedureEntry) -> str:
        names = [self._errors[name] for name in procedure.errors if not self._surface.errors[name].protocol]
        return "\n\nRaises:\n" + "\n".join(f"    {name}" for name in names) if names else ""


def _of_document(field: Field) -> str:
    """What a field of a form is given: the file tells some, the caller the others."""
    return _DOCUMENT.get(field.wire, field.name)


def constant(procedure: ProcedureEntry) -> str:
    """The name of the decoder of a procedure's output."""
    return attribute(procedure.path).upper()


def _told(description: str) -> str:
    return f"Arguments: {inspect.cleandoc(description)}" if description else ""


def _verb(procedure: ProcedureEntry) -> str:
    if procedure.kind == "subscription":
        return "events" if procedure.tracked else "values"
    return "call_once" if procedure.idempotency_key else "call"


def _options(procedure: ProcedureEntry) -> list[str]:
    if procedure.idempotency_key:
        return ["idempotency_key"]
    return [] if procedure.kind == "subscription" else [f"repeatable={procedure.kind == 'query'}"]


def _keywords(fields: Iterable[Field]) -> list[str]:
    """As keyword arguments: those that must be given first."""
    ordered = sorted(fields, key=lambda field: field.default is not None)
    return [f"{f.name}: {f.annotation}" + ("" if f.default is None else f" = {f.default}") for f in ordered]
