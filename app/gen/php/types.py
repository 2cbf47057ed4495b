"""The surface's types in PHP: what each is called, and how a schema is written as a type, for PHP and for analysers."""

from dataclasses import dataclass

from app.gen.literals import literal_names, values_of
from app.gen.php.names import classes
from app.gen.php.uses import TYPE_NAMES, Uses
from app.gen.references import reachable, tags
from app.rpc.schemas import REF, Schema
from app.rpc.surface import Surface

_PLAIN = {"string": "string", "integer": "int", "number": "float", "boolean": "bool", "null": "null"}
_KINDS = {str: "string", int: "int", bool: "bool"}


@dataclass(frozen=True)
class PhpType:
    """The members of a union: as PHP has them, and as docblocks say them."""

    native: tuple[str, ...]
    told: tuple[str, ...]

    @classmethod
    def of(cls, native: str, told: str | None = None) -> "PhpType":
        """One type."""
        return cls((native,), (told or native,))

    def __or__(self, other: "PhpType") -> "PhpType":
        return PhpType((*self.native, *other.native), (*self.told, *other.told))

    @property
    def php(self) -> str:
        """As a declaration."""
        match _distinct(self.native):
            case [name, "null"]:
                return f"?{name}"
            case names:
                return "|".join(names)

    @property
    def doc(self) -> str:
        """As docblocks say it."""
        return "|".join(_distinct(self.told))

    @property
    def says_more(self) -> bool:
        """Whether the docblock has to tell what the declaration can't."""
        return _distinct(self.native) != _distinct(self.told)


NULL = PhpType.of("null")
MIXED = PhpType.of("mixed")


class Types:
    """The types of one surface."""

    def __init__(self, surface: Surface) -> None:
        self.schemas = surface.schemas
        self.tags = dict(tags([*surface.schemas.values(), *(p.output for p in surface.procedures)]))
        self.classes = classes(surface.schemas, TYPE_NAMES, "Type")
        found = literal_names(surface, self.tags, self.classes, set())
        kept = {name for name in self.classes.values() if name in found.values()}
        fresh = classes([n for n in found.values() if n not in kept], [*TYPE_NAMES, *self.classes.values()], "Type")
        self.enumerations = {values: fresh.get(name, name) for values, name in found.items()}
        returned = reachable([p.output for p in surface.procedures], surface.schemas)
        self.sent = reachable([p.input for p in surface.procedures], surface.schemas) - returned
        """Types that only inputs use: what the server would fill in itself is not sent."""

    def of(self, schema: Schema, uses: Uses, *, sent: bool = False) -> PhpType:
        """The type of a schema's values. `sent`: the caller makes them, and any kind of date will do."""
        schema = self.resolved(schema)
        if "$ref" in schema:
            return PhpType.of(uses.type(self.classes[named(schema)]))
        if len(found := options(schema)) > 1:
            return self._union(found, uses, sent)
        if "enum" in schema or "const" in schema:
            return self._enumeration(schema, uses)
        if schema.get("type") in ("array", "object"):
            return PhpType.of("array", self._array(schema, uses, sent))
        return _scalar(schema, sent)

    def resolved(self, schema: Schema) -> Schema:
        """A reference to an object type as it is; what other references stand for."""
        while "$ref" in schema and not self.is_object(named(schema)):
            schema = self.schemas[named(schema)]
        return schema

    def is_object(self, name: str) -> bool:
        """Whether a named type is an object with fields."""
        return "properties" in self.schemas[name]

    def _union(self, found: list[Schema], uses: Uses, sent: bool) -> PhpType:
        joined, *rest = [self.of(option, uses, sent=sent) for option in found]
        for option in rest:
            joined |= option
        return joined

    def _enumeration(self, schema: Schema, uses: Uses) -> PhpType:
        values = values_of(schema)
        kinds = sorted({_KINDS[type(value)] for value in values})
        found = PhpType(tuple(kinds), (f"{uses.type(self.enumerations[values])}::*",)) if values else NULL
        return found | NULL if is_nullable(schema) else found

    def _array(self, schema: Schema, uses: Uses, sent: bool) -> str:
        if places := schema.get("prefixItems"):
            return f"array{{{', '.join(self.of(place, uses, sent=sent).doc for place in places)}}}"
        inner: Schema | bool | None = schema.get("items" if schema["type"] == "array" else "additionalProperties")
        doc = self.of(inner, uses, sent=sent).doc if isinstance(inner, dict) else "mixed"
        return f"list<{doc}>" if schema["type"] == "array" else f"array<string, {doc}>"


def named(schema: Schema) -> str:
    """The name of the type that a schema refers to; empty where it refers to none."""
    return str(schema.get("$ref", "")).removeprefix(REF)


def options(schema: Schema) -> list[Schema]:
    """The members of a union, or the schema alone."""
    kind: str | list[str] | None = schema.get("type")
    if isinstance(kind, list):
        return [{**schema, "type": each} for each in kind]
    found: list[Schema] = schema.get("anyOf") or schema.get("oneOf") or [schema]
    return found


def is_nullable(schema: Schema) -> bool:
    """Whether an enumeration has null among its values."""
    return None in schema.get("enum", [schema.get("const", "")])


def is_bytes(schema: Schema) -> bool:
    """Whether a text is base64 for bytes."""
    return schema.get("contentEncoding") == "base64"


def is_date_time(schema: Schema) -> bool:
    """Whether a text is a moment."""
    return schema.get("type") == "string" and schema.get("format") == "date-time"


def _scalar(schema: Schema, sent: bool) -> PhpType:
    if is_date_time(schema):
        return PhpType.of("\\DateTimeInterface" if sent else "\\DateTimeImmutable")
    return PhpType.of(_PLAIN.get(schema.get("type", ""), "mixed"))


def _distinct(names: tuple[str, ...]) -> list[str]:
    """Null last, as people write it; `mixed` has all others in it."""
    if "mixed" in names:
        return ["mixed"]
    return sorted(dict.fromkeys(names), key=lambda name: name == "null")
