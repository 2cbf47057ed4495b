"""PHP expressions for what reads a schema's values from JSON, and for what makes them JSON again."""

from typing import Any

from app.gen.literals import values_of
from app.gen.php.layout import literal
from app.gen.php.types import Types, is_bytes, is_date_time, is_nullable, named, options
from app.gen.php.uses import Uses
from app.rpc.schemas import REF, Schema

_PLAIN = {"string": "string", "integer": "int", "number": "float", "boolean": "bool", "null": "null"}
_LATE = ("float", "string", "any")
"""Readers that take values of others too, which come first in a union."""


class Codecs:
    """Readers and writers for a file; both are callables with one parameter."""

    def __init__(self, types: Types, uses: Uses) -> None:
        self._types = types
        self._uses = uses

    def reader(self, schema: Schema) -> str:
        """What takes decoded JSON and gives a typed value."""
        schema = self._types.resolved(schema)
        if "$ref" in schema:
            return self._decode("object", f"{self._uses.type(self._types.classes[named(schema)])}::class")
        if "discriminator" in schema:
            return self._tagged(schema["discriminator"])
        if len(found := options(schema)) > 1:
            return self._union(found)
        return self._enumeration(schema) if "enum" in schema or "const" in schema else self._single(schema)

    def writer(self, schema: Schema) -> str | None:
        """What takes a typed value and gives what JSON has for it; None where that is the value itself."""
        schema = self._types.resolved(schema)
        if len(found := options(schema)) > 1:
            return self._union_writer(found)
        if schema.get("type") == "array":
            return self._list_writer(schema)
        if schema.get("type") == "object":
            return self._items_writer(schema, "additionalProperties", "map")
        if is_bytes(schema):
            return self._encode("bytes")
        return self._encode("dateTime") if is_date_time(schema) else None

    def written(self, schema: Schema, value: str, *, omittable: bool = False) -> str:
        """The expression for a value as JSON has it; `omittable`: it may be left out."""
        writer = self.writer(schema)
        if writer is None:
            return value
        if omittable and not writer.startswith("Encode::present("):
            writer = self._encode("present", writer)
        return writer.replace("(...)", f"({value})") if writer.endswith("(...)") else f"{writer}({value})"

    def _decode(self, name: str, *arguments: str) -> str:
        return f"{self._uses('Decode')}::{name}({', '.join(arguments) or '...'})"

    def _encode(self, name: str, *arguments: str) -> str:
        return f"{self._uses('Encode')}::{name}({', '.join(arguments) or '...'})"

    def _tagged(self, discriminator: Schema) -> str:
        found = [
            f"{literal(tag)} => {self._uses.type(self._types.classes[reference.removeprefix(REF)])}::class"
            for tag, reference in discriminator["mapping"].items()
        ]
        return self._decode("tagged", literal(discriminator["propertyName"]), f"[{', '.join(found)}]")

    def _union(self, found: list[Schema]) -> str:
        readers = [self.reader(option) for option in found if option.get("type") != "null"]
        ordered = sorted(dict.fromkeys(readers), key=lambda each: each.endswith(tuple(f"::{n}(...)" for n in _LATE)))
        reader = ordered[0] if len(ordered) == 1 else self._decode("anyOf", *ordered)
        return reader if len(readers) == len(found) else self._decode("nullable", reader)

    def _enumeration(self, schema: Schema) -> str:
        kinds: set[type[Any]] = {type(value) for value in values_of(schema)}
        name = {str: "string", int: "int", bool: "bool"}[kinds.pop()] if len(kinds) == 1 else "any"
        reader = self._decode(name)
        return self._decode("nullable", reader) if is_nullable(schema) else reader

    def _single(self, schema: Schema) -> str:
        if schema.get("type") == "array":
            return self._list(schema)
        if schema.get("type") == "object":
            return self._decode("mapOf", self._inner(schema, "additionalProperties"))
        return self._decode(_scalar(schema))

    def _list(self, schema: Schema) -> str:
        if places := schema.get("prefixItems"):
            return self._decode("tuple", *(self.reader(place) for place in places))
        return self._decode("listOf", self._inner(schema, "items"))

    def _inner(self, schema: Schema, keyword: str) -> str:
        inner: Schema | bool | None = schema.get(keyword)
        return self.reader(inner) if isinstance(inner, dict) else self._decode("any")

    def _union_writer(self, found: list[Schema]) -> str | None:
        rest = [option for option in found if option.get("type") != "null"]
        if len(rest) == 1:
            writer = self.writer(rest[0])
            return writer and self._encode("present", writer)
        return self._encode("any") if any(self.writer(option) for option in rest) else None

    def _list_writer(self, schema: Schema) -> str:
        places = schema.get("prefixItems", [])
        writers = [self.writer(place) for place in places]
        if any(writers):
            return self._encode("tuple", *(writer or self._decode("any") for writer in writers))
        return self._items_writer(schema, "items", "list")

    def _items_writer(self, schema: Schema, keyword: str, name: str) -> str:
        inner: Schema | bool | None = schema.get(keyword)
        writer = self.writer(inner) if isinstance(inner, dict) else None
        return self._encode(f"{name}Of", writer) if writer else self._encode(name)


def _scalar(schema: Schema) -> str:
    if is_date_time(schema):
        return "dateTime"
    return "bytes" if is_bytes(schema) else _PLAIN.get(schema.get("type", ""), "any")
