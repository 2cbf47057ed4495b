"""Types as classes: an object is a readonly one, an enumeration one with constants."""

from app.gen.literals import Values
from app.gen.php.codecs import Codecs
from app.gen.php.fields import Field, description, fields_of
from app.gen.php.layout import bracketed, docblock, file, indented, literal, method
from app.gen.php.names import constant
from app.gen.php.types import Types
from app.gen.php.uses import Uses

NAMESPACE = "Coursegen\\Type"
_NEWER = "A server that is newer than this client may give other values as well: they come as they are."


def type_files(types: Types) -> dict[str, str]:
    """Class name to the text of its file."""
    objects = {types.classes[name]: _Object(types, name).text() for name in types.schemas if types.is_object(name)}
    described = {types.classes[name]: schema.get("description", "") for name, schema in types.schemas.items()}
    enumerations = {
        name: _enumeration(name, values, described.get(name, "")) for values, name in types.enumerations.items()
    }
    return objects | enumerations


class _Object:
    def __init__(self, types: Types, name: str) -> None:
        self._types = types
        self._name = name
        self._uses = Uses(NAMESPACE)
        self._codecs = Codecs(types, self._uses)
        self._fields = fields_of(types, name, self._uses)

    def text(self) -> str:
        """The file."""
        body = [*self._constructor(), "", *self._from_array(), "", *self._json_serialize()]
        head = f"final readonly class {self._types.classes[self._name]} implements {self._uses('JsonObject')}"
        doc = docblock(description(self._types, self._name))
        return file(NAMESPACE, self._uses.lines(), [*doc, head, "{", *indented(body), "}"])

    def _constructor(self) -> list[str]:
        doc = docblock("", (tag for field in self._fields for tag in field.tag), 1)
        if not self._fields:
            return ["public function __construct()", "{", "}"]
        promoted = indented(f"public {field.parameter}," for field in self._fields)
        return [*doc, "public function __construct(", *promoted, ") {", "}"]

    def _from_array(self) -> list[str]:
        arguments = [f"{field.name}: {self._read(field)}" for field in self._fields]
        body = bracketed("return new self", arguments, ";", 2)
        return method("public static function fromArray", ["array $data"], "self", body)

    def _read(self, field: Field) -> str:
        reader = self._codecs.reader(field.schema)
        decode = self._uses("Decode")
        if field.default is None:
            return f"{decode}::field($data, {literal(field.wire)}, {reader})"
        return f"{decode}::optional($data, {literal(field.wire)}, {reader}, {field.default})"

    def _json_serialize(self) -> list[str]:
        tag, value = self._types.tags.get(self._name, ("", None))
        lines = [*([f"{literal(tag)} => {literal(value)},"] if tag else []), *map(self._write, self._fields)]
        defaults = self._defaults() if self._name in self._types.sent else []
        arrays = ["[]" if not lines else "\n".join(["[", *indented(lines), "]"])]
        if defaults:
            arrays.append("\n".join(["[", *indented(defaults), "]"]))
        body = f"return {self._uses('Encode')}::object({', '.join(arrays)});".splitlines()
        return method("public function jsonSerialize", [], "\\stdClass", body)

    def _write(self, field: Field) -> str:
        written = self._codecs.written(field.schema, f"$this->{field.name}", omittable=field.omittable)
        return f"{literal(field.wire)} => {written},"

    def _defaults(self) -> list[str]:
        """What the server fills in itself, as it is written."""
        found = [field for field in self._fields if field.default is not None and not field.omittable]
        return [f"{literal(field.wire)} => {self._default(field)}," for field in found]

    def _default(self, field: Field) -> str:
        is_map = self._types.resolved(field.schema).get("type") == "object"
        return "new \\stdClass()" if is_map and field.default == "[]" else str(field.default)


def _enumeration(name: str, values: Values, told: str) -> str:
    lines: list[str] = []
    taken: list[str] = []
    for value in values:
        taken.append(constant(value, taken))
        lines.append(f"public const {taken[-1]} = {literal(value)};")
    doc = docblock(f"{told}\n\n{_NEWER}" if told else _NEWER)
    return file(NAMESPACE, [], [*doc, f"final class {name}", "{", *indented(lines), "}"])
