"""The module of types: a Struct per object, an alias per enumeration."""

from dataclasses import dataclass

from app.gen.python.layout import WIDTH, bracketed, docstring, indented, literal, module
from app.gen.python.names import attributes, is_camel
from app.gen.python.scope import Scope
from app.gen.python.types import Types
from app.rpc.schemas import Schema

_DOC = """\
What procedures take and give.

Objects have their fields in snake_case. Fields that this version does not know are ignored; an enumerated string that
it does not know comes as it is. UNSET stands for a field that was, or is to be, left out."""
_NO_FIELDS = frozenset({"self", "idempotency_key"})
"""Fields become keyword arguments of methods, which have these already."""


@dataclass(frozen=True)
class Field:
    """One field: its name on the wire and in Python, its annotation, and its default, an expression, if it has one."""

    wire: str
    name: str
    annotation: str
    default: str | None


def types_module(types: Types) -> str:
    """The text of `types.py`."""
    scope = Scope()
    aliases = _aliases(types, scope)
    structs = [_struct(types, name, scope) for name in types.schemas if types.is_struct(name)]
    return module(_DOC, ["from __future__ import annotations", "", *scope.imports()], aliases, *structs)


def fields_of(types: Types, name: str, scope: Scope) -> list[Field]:
    """The fields of an object type, without the tag of a union; the scope hides none of its names yet."""
    tag, _ = types.tags.get(name, ("", None))
    return fields_in(types, types.schemas[name], scope, sent=name in types.sent, tag=tag)


def fields_in(types: Types, owner: Schema, scope: Scope, *, sent: bool = True, tag: str = "") -> list[Field]:
    """The fields of an object's schema, but for the tag. `sent`: callers make them."""
    wires = [wire for wire in owner["properties"] if wire != tag]
    names = attributes(wires, _NO_FIELDS)
    return [_field(types, owner, wire, names[wire], scope, sent=sent) for wire in wires]


def _field(types: Types, owner: Schema, wire: str, name: str, scope: Scope, *, sent: bool) -> Field:
    schema: Schema = owner["properties"][wire]
    annotation = types.annotation(schema, scope, sent=sent)
    if wire in owner.get("required", []):
        return Field(wire, name, annotation, None)
    default = _default(schema, annotation, sent=sent)
    if default is not None:
        return Field(wire, name, annotation, default)
    return Field(wire, name, f"{annotation} | {scope('UnsetType')}", scope("UNSET"))


def _default(schema: Schema, annotation: str, *, sent: bool) -> str | None:
    """A default as an expression; None for one that the server had better fill in itself."""
    match schema.get("default", NotImplemented):
        case None | bool() | int() | float() as value:
            return literal(value)
        case str() as value:
            return literal(value) if annotation.removesuffix(" | None") not in _CONVERTED else None
        case []:
            return "()" if sent else "[]"
        case _:
            return None


_CONVERTED = frozenset({"UUID", "datetime", "date", "time", "timedelta", "Decimal", "bytes"})


def _aliases(types: Types, scope: Scope) -> list[str]:
    literals = {name: values for values, name in types.literals.items()}
    if not literals:
        return []
    alias = scope("TypeAlias")
    checked = [
        _alias(name, f"{scope('Literal')}[{', '.join(map(literal, literals[name]))}]", alias) for name in literals
    ]
    loose = [f"{name} = {_kind(values, scope)}" for name, values in sorted(literals.items())]
    named = [line for name in types.schemas for line in _named(types, name, scope)]
    condition = scope("TYPE_CHECKING")
    newer = "else:  # values that are newer than this file are let through"
    return [f"if {condition}:", *indented(sorted(checked)), newer, *indented(loose), *named]


def _named(types: Types, name: str, scope: Scope) -> list[str]:
    """The alias of a named type that is no object; that of an enumeration stands among the others."""
    if types.is_struct(name) or types.classes[name] in types.literals.values():
        return []
    return [_alias(types.classes[name], types.annotation(types.schemas[name], scope), scope("TypeAlias"))]


def _alias(name: str, meaning: str, alias: str) -> str:
    line = f"{name}: {alias} = {meaning}"
    if len(line) <= WIDTH - 4:
        return line
    before, _, inside = meaning.partition("[")
    items = inside.removesuffix("]").split(", ")
    return "\n".join([f"{name}: {alias} = {before}[", *(f"        {item}," for item in items), "    ]"])


def _kind(values: tuple[object, ...], scope: Scope) -> str:
    kinds = {type(value) for value in values}
    return kinds.pop().__name__ if len(kinds) == 1 else scope("Any")


def _struct(types: Types, name: str, scope: Scope) -> list[str]:
    schema = types.schemas[name]
    scope.inside(())
    scope.inside(field.name for field in fields_of(types, name, scope))
    fields = fields_of(types, name, scope)
    settings = ["frozen=True", "kw_only=True", *_renaming(fields), *_tagging(types, name)]
    if name in types.sent:
        settings.append("omit_defaults=True")
    lines = [_line(field, _renaming(fields), scope) for field in fields]
    doc = docstring(schema.get("description", ""), "")
    body = [*doc, *([""] if doc and lines else []), *lines] or ["pass"]
    scope.inside(())
    return [*bracketed(f"class {types.classes[name]}", [scope("Struct"), *settings], ":", ""), *indented(body)]


def _renaming(fields: list[Field]) -> list[str]:
    return [] if all(field.name == field.wire for field in fields) else ['rename="camel"']


def _tagging(types: Types, name: str) -> list[str]:
    if name not in types.tags:
        return []
    field, tag = types.tags[name]
    return [f"tag_field={literal(field)}", f"tag={literal(tag)}"]


def _line(field: Field, renaming: list[str], scope: Scope) -> str:
    told = is_camel(field.wire, field.name) if renaming else field.wire == field.name
    if told:
        return f"{field.name}: {field.annotation}" + ("" if field.default is None else f" = {field.default}")
    options = [*([] if field.default is None else [f"default={field.default}"]), f"name={literal(field.wire)}"]
    return f"{field.name}: {field.annotation} = {scope('field')}({', '.join(options)})"
