"""The fields of object types: what each is called in PHP, its type, and what stands for it where it is left out."""

import re
from dataclasses import dataclass

from app.gen.php.layout import literal
from app.gen.php.names import members, snake
from app.gen.php.types import PhpType, Types, is_bytes, is_date_time
from app.gen.php.uses import Uses
from app.rpc.schemas import Schema

_NO_FIELDS = ("this", "idempotencyKey")
"""Fields become parameters of methods, which have these already."""


@dataclass(frozen=True)
class Field:
    """One field: its name on the wire and in PHP, its schema and type, its default, an expression, if there is one."""

    wire: str
    name: str
    schema: Schema
    type: PhpType
    default: str | None

    @property
    def omittable(self) -> bool:
        """Whether it may be left out, as something else than its default or null."""
        return self.default == "Omitted::Field"

    @property
    def parameter(self) -> str:
        """As a method declares it."""
        return f"{self.type.php} ${self.name}" + ("" if self.default is None else f" = {self.default}")

    @property
    def tag(self) -> list[str]:
        """What a docblock says of it, if there is more to say."""
        return [f"@param {self.type.doc} ${self.name}"] if self.type.says_more else []


def fields_of(types: Types, name: str, uses: Uses) -> list[Field]:
    """The fields of an object type, without the tag of a union; those that must be given first."""
    tag, _ = types.tags.get(name, ("", None))
    return fields_in(types, types.schemas[name], uses, sent=name in types.sent, tag=tag)


def fields_in(types: Types, owner: Schema, uses: Uses, *, sent: bool = True, tag: str = "") -> list[Field]:
    """The fields of an object's schema, but for the tag, those that must be given first. `sent`: callers make them."""
    wires = [wire for wire in owner["properties"] if wire != tag]
    names = members(wires, _NO_FIELDS)
    fields = [_field(types, owner, wire, names[wire], uses, sent=sent) for wire in wires]
    return sorted(fields, key=lambda field: field.default is not None)


def description(types: Types, name: str) -> str:
    """What a type's doc says, with its fields called as in PHP."""
    schema = types.schemas[name]
    wires = schema.get("properties", {})
    names = {snake(wire): name for wire, name in members(wires, _NO_FIELDS).items()}
    return re.sub(r"`(\w+)`", lambda found: f"`{names.get(found[1], found[1])}`", schema.get("description", ""))


def _field(types: Types, owner: Schema, wire: str, name: str, uses: Uses, *, sent: bool) -> Field:
    schema: Schema = owner["properties"][wire]
    type = types.of(schema, uses, sent=sent)
    if wire in owner.get("required", []):
        return Field(wire, name, schema, type, None)
    default = _default(types.resolved(schema))
    if default is not None:
        return Field(wire, name, schema, type, default)
    omitted = uses("Omitted")
    return Field(wire, name, schema, type | PhpType.of(omitted), f"{omitted}::Field")


def _default(schema: Schema) -> str | None:
    """A default as an expression; None for one that the server had better fill in itself."""
    match schema.get("default", NotImplemented):
        case None | bool() | int() | float() as value:
            return literal(value)
        case str() as value:
            return None if (value and is_bytes(schema)) or is_date_time(schema) else literal(value)
        case [] as value:
            return literal(value)
        case dict():
            return None if schema["default"] or "$ref" in schema else "[]"
        case _:
            return None
