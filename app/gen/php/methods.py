"""The methods of the client: one per procedure, and one more where a procedure takes a file."""

import inspect
from collections.abc import Iterable

from app.gen.php.codecs import Codecs
from app.gen.php.fields import Field, description, fields_in, fields_of
from app.gen.php.layout import bracketed, docblock, indented, literal, method
from app.gen.php.types import PhpType, Types, named
from app.gen.php.uses import Uses
from app.gen.uploads import parted
from app.rpc.surface import ProcedureEntry

_KEYED = "`$idempotencyKey` names the call: with the same key it is done once. One is made where none is given."
_RESUMED = "A lost connection is taken up again, after the last event that arrived."
_RECONNECTED = "A lost connection is taken up again, and its events begin anew."
_UPLOADED = (
    "The file at `$path` is sent, under its own name and the MIME type that this stands for, unless others are given. "
    "`$onProgress` is told the bytes sent so far, and the size."
)
_DOCUMENT = {"filename": "$document->filename", "fileSize": "$document->size", "mimeType": "$document->mimeType"}
_ON_PROGRESS = "@param (callable(int, int): mixed)|null $onProgress"


class Methods:
    """The methods of a file's procedures."""

    def __init__(self, types: Types, errors: dict[str, str], uses: Uses) -> None:
        self._types = types
        self._errors = errors
        self._uses = uses
        self._codecs = Codecs(types, uses)

    def of(self, procedure: ProcedureEntry, name: str) -> list[str]:
        """The lines of a procedure's method."""
        fields = self._fields(procedure)
        result = self._result(procedure)
        returned = [f"@return {result.doc}"] if result.says_more else []
        tags = [*self._parameter_tags(procedure, fields), *returned, *self._raised(procedure)]
        arguments = [literal(procedure.path), self._given(procedure, fields), self._codecs.reader(procedure.output)]
        call = f"$this->transport->{_verb(procedure)}"
        native = "void" if result.php == "null" else result.php
        body = bracketed(f"{'' if native == 'void' else 'return '}{call}", [*arguments, *_options(procedure)], ";", 2)
        head = f"public function {name}"
        return [
            *docblock(self._doc(procedure), tags, 1),
            *method(head, self._parameters(procedure, fields), native, body),
        ]

    def upload(self, procedure: ProcedureEntry, name: str) -> list[str]:
        """The lines of the method that reads the file that the procedure takes."""
        schema, file = parted(procedure.form or {})
        fields = fields_in(self._types, schema, self._uses)
        others = [field for field in fields if field.wire not in _DOCUMENT]
        tags = [*(tag for field in others for tag in field.tag), _ON_PROGRESS]
        raised = [f"@throws {self._uses.error('FileUnreadable')}", *self._raised(procedure)]
        arguments = [literal(procedure.path), self._given_in_form(fields), literal(file), "$document"]
        arguments += [self._codecs.reader(procedure.output), "$onProgress"]
        document = f"$document = {self._uses('Document')}::at($path, $filename, $mimeType);"
        body = [document, *bracketed("return $this->transport->upload", arguments, ";", 2)]
        output = self._types.of(procedure.output, self._uses)
        returned = [f"@return {output.doc}"] if output.says_more else []
        doc = docblock(f"{procedure.doc}\n\n{_UPLOADED}", [*tags, *returned, *raised], 1)
        return [*doc, *method(f"public function {name}", _upload_parameters(others), output.php, body)]

    def _fields(self, procedure: ProcedureEntry) -> list[Field] | None:
        """The input's fields; None where it is one value, or may be left out though it has required fields."""
        name = named(procedure.input or {})
        if name not in self._types.schemas or not self._types.is_object(name):
            return None
        fields = fields_of(self._types, name, self._uses)
        if procedure.input_optional and any(field.default is None for field in fields):
            return None
        return fields

    def _input(self, procedure: ProcedureEntry) -> Field:
        """An input that is one value, as the only parameter."""
        schema = procedure.input or {}
        type = self._types.of(schema, self._uses, sent=True)
        if not procedure.input_optional:
            return Field("", "input", schema, type, None)
        omitted = self._uses("Omitted")
        return Field("", "input", schema, type | PhpType.of(omitted), f"{omitted}::Field")

    def _parameters(self, procedure: ProcedureEntry, fields: list[Field] | None) -> list[str]:
        key = ["?string $idempotencyKey = null"] if procedure.idempotency_key else []
        if procedure.input is None:
            return key
        listed = [self._input(procedure)] if fields is None else fields
        return [*(field.parameter for field in listed), *key]

    def _parameter_tags(self, procedure: ProcedureEntry, fields: list[Field] | None) -> list[str]:
        if procedure.input is None:
            return []
        listed = [self._input(procedure)] if fields is None else fields
        return [tag for field in listed for tag in field.tag]

    def _given(self, procedure: ProcedureEntry, fields: list[Field] | None) -> str:
        if procedure.input is None:
            return f"{self._uses('Omitted')}::Field"
        if fields is None:
            return self._written(self._input(procedure))
        return self._struct(procedure, (f"{field.name}: ${field.name}" for field in fields))

    def _struct(self, procedure: ProcedureEntry, arguments: Iterable[str]) -> str:
        name = self._uses.type(self._types.classes[named(procedure.input or {})])
        return "\n".join(bracketed(f"new {name}", arguments, "", 3))

    def _given_in_form(self, fields: list[Field]) -> str:
        """The fields of a form as JSON has them: the file tells some, the caller the others."""
        lines = [f"{literal(field.wire)} => {_DOCUMENT.get(field.wire) or self._written(field)}," for field in fields]
        return "\n".join(["[", *indented(lines), "]"])

    def _written(self, field: Field) -> str:
        return self._codecs.written(field.schema, f"${field.name}", omittable=field.omittable)

    def _result(self, procedure: ProcedureEntry) -> PhpType:
        output = self._types.of(procedure.output, self._uses)
        if procedure.kind != "subscription":
            return output
        event = f"{self._uses('Tracked')}<{output.doc}>" if procedure.tracked else output.doc
        return PhpType.of("\\Generator", f"\\Generator<int, {event}>")

    def _doc(self, procedure: ProcedureEntry) -> str:
        told = description(self._types, named(procedure.input or {})) if self._fields(procedure) else ""
        streamed = _RESUMED if procedure.resumable else _RECONNECTED
        notes = [
            procedure.doc,
            f"Parameters: {inspect.cleandoc(told)}" if told else "",
            _KEYED if procedure.idempotency_key else "",
            streamed if procedure.kind == "subscription" else "",
        ]
        return "\n\n".join(filter(None, notes))

    def _raised(self, procedure: ProcedureEntry) -> list[str]:
        names = [*(self._errors[name] for name in procedure.errors), "CoursegenError"]
        return [f"@throws {self._uses.error(name)}" for name in names]


def _upload_parameters(others: list[Field]) -> list[str]:
    required = [field.parameter for field in others if field.default is None]
    rest = [field.parameter for field in others if field.default is not None]
    given = ["?string $filename = null", "?string $mimeType = null", "?callable $onProgress = null"]
    return ["string $path", *required, *rest, *given]


def _verb(procedure: ProcedureEntry) -> str:
    if procedure.kind == "subscription":
        return "events" if procedure.tracked else "values"
    return "callOnce" if procedure.idempotency_key else "call"


def _options(procedure: ProcedureEntry) -> list[str]:
    if procedure.idempotency_key:
        return ["$idempotencyKey"]
    repeatable = "true" if procedure.kind == "query" else "false"
    return [] if procedure.kind == "subscription" else [f"repeatable: {repeatable}"]
