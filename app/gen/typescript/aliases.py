"""The module of types: an alias per object and per enumeration.

Aliases and no interfaces: only those fit tRPC's types of what JSON can hold.
"""

from app.gen.typescript.layout import alias, jsdoc, literal, module
from app.gen.typescript.names import RUNTIME_TYPES
from app.gen.typescript.types import Types

_DOC = "What procedures take and give. Unknown fields, and enumerated strings newer than this, come as they are."


def types_module(types: Types) -> str:
    """The text of `types.d.ts`."""
    names = ", ".join(RUNTIME_TYPES)
    runtime = [
        f'import type {{ {names} }} from "./runtime/brands.js";',
        f"export type {{ {names} }};",
    ]
    docs = {types.classes[name]: schema.get("description", "") for name, schema in types.schemas.items()}
    enumerations = [
        alias(name, docs.get(name, ""), [literal(value) for value in values])
        for values, name in sorted(types.literals.items(), key=lambda item: item[1])
    ]
    named = [lines for name in types.schemas for lines in _named(types, name)]
    return module(_DOC, runtime, *enumerations, *named)


def _named(types: Types, name: str) -> list[list[str]]:
    """The alias of a named type, and the one of what callers give where that is another."""
    if types.classes[name] in types.literals.values():
        return []
    answered = _alias(types, name, types.classes[name], given=name in types.given_only)
    if name not in types.given_classes:
        return [answered]
    return [answered, _alias(types, name, types.given_classes[name], given=True)]


def _alias(types: Types, name: str, called: str, *, given: bool) -> list[str]:
    schema = types.schemas[name]
    doc = schema.get("description", "")
    if not types.is_object(name):
        return alias(called, doc, [types.written(schema, given=given)])
    return [*jsdoc(doc), f"export type {called} = {{", *types.fields(schema, given=given), "};"]
