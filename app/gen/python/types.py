"""The surface's types in Python: what each is called, and how a schema is written as an annotation."""

from app.gen.literals import literal_names, values_of
from app.gen.names import class_name
from app.gen.python.scope import CLASSES, Scope
from app.gen.references import reachable, tags
from app.rpc.schemas import REF, Schema
from app.rpc.surface import Surface

_PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
_FORMATS = {
    "uuid": "UUID",
    "date-time": "datetime",
    "date": "date",
    "time": "time",
    "duration": "timedelta",
    "decimal": "Decimal",
}


class Types:
    """The types of one surface."""

    def __init__(self, surface: Surface) -> None:
        self.schemas = surface.schemas
        self.classes: dict[str, str] = {}
        for name in surface.schemas:
            self.classes[name] = class_name(name, {*CLASSES, *self.classes.values()})
        self.tags = dict(tags([*surface.schemas.values(), *(p.output for p in surface.procedures)]))
        self.literals = literal_names(surface, self.tags, self.classes, {*CLASSES, *self.classes.values()})
        returned = reachable([p.output for p in surface.procedures], surface.schemas)
        self.sent = reachable([p.input for p in surface.procedures], surface.schemas) - returned
        """Types that only inputs use: sequences of any kind are taken there."""

    def annotation(self, schema: Schema, scope: Scope, *, sent: bool = False) -> str:
        """The type of a schema's values. `sent`: the caller makes them."""
        if "$ref" in schema:
            return scope.type(self.classes[schema["$ref"].removeprefix(REF)])
        options = _options(schema)
        if options != [schema]:
            return _union([self.annotation(option, scope, sent=sent) for option in options])
        if "enum" in schema or "const" in schema:
            return self._literal(schema, scope)
        match schema.get("type"):
            case "array":
                return self._array(schema, scope, sent=sent)
            case "object":
                return f"{scope('dict')}[{scope('str')}, {self._inner(schema, 'additionalProperties', scope, sent)}]"
            case _:
                return _scalar(schema, scope)

    def _array(self, schema: Schema, scope: Scope, *, sent: bool) -> str:
        if places := schema.get("prefixItems"):
            inner = ", ".join(self.annotation(place, scope, sent=sent) for place in places)
            return f"{scope('tuple')}[{inner}]"
        return f"{scope('Sequence' if sent else 'list')}[{self._inner(schema, 'items', scope, sent)}]"

    def _inner(self, schema: Schema, keyword: str, scope: Scope, sent: bool) -> str:
        inner: Schema | bool | None = schema.get(keyword)
        return self.annotation(inner, scope, sent=sent) if isinstance(inner, dict) else scope("Any")

    def _literal(self, schema: Schema, scope: Scope) -> str:
        values = values_of(schema)
        named = [scope.type(self.literals[values])] if values else []
        null = None in schema.get("enum", [schema.get("const", "")])
        return _union([*named, *(["None"] if null else [])])

    def is_struct(self, name: str) -> bool:
        """Whether a named type is an object with fields."""
        return "properties" in self.schemas[name]


def _scalar(schema: Schema, scope: Scope) -> str:
    kind = schema.get("type", "")
    if kind == "null":
        return "None"
    if kind == "string" and schema.get("contentEncoding") == "base64":
        return scope("bytes")
    if kind == "string" and schema.get("format") in _FORMATS:
        return scope(_FORMATS[schema["format"]])
    return scope(_PLAIN.get(kind, "Any"))


def _options(schema: Schema) -> list[Schema]:
    kind: str | list[str] | None = schema.get("type")
    if isinstance(kind, list):
        return [{**schema, "type": each} for each in kind]
    found: list[Schema] = schema.get("anyOf") or schema.get("oneOf") or [schema]
    return found


def _union(names: list[str]) -> str:
    """None last, as people write it; Any has all others in it."""
    distinct = list(dict.fromkeys(names))
    if "Any" in distinct:
        return "Any"
    return " | ".join(sorted(distinct, key=lambda name: name == "None"))
