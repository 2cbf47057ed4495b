"""Names for enumerations, most of which stand unnamed in the surface's types."""

from collections.abc import Iterator
from typing import Any

from app.gen.names import class_name
from app.gen.references import children
from app.rpc.decode import Json
from app.rpc.schemas import Schema
from app.rpc.surface import Surface

Values = tuple[Any, ...]

_DATA = frozenset({"default", "enum", "const", "examples", "discriminator"})
"""Keywords whose values are no schemas."""


def literal_names(
    surface: Surface, tags: dict[str, tuple[str, Any]], classes: dict[str, str], taken: set[str]
) -> dict[Values, str]:
    """Values (without null) to the name of their alias: their own, else the shortest of those after their fields."""
    candidates: dict[Values, set[str]] = {}
    for owner, schema in _owners(surface, tags):
        for label, values in enumerations(schema):
            candidates.setdefault(values, set()).add(_name(owner, label))
    found = {values_of(schema): classes[name] for name, schema in surface.schemas.items() if "enum" in schema}
    unnamed = [(values, names) for values, names in candidates.items() if values not in found]
    for values, names in sorted(unnamed, key=lambda item: repr(item[0])):
        best = min(names, key=lambda name: (len(name), name))
        found[values] = class_name(best, taken | set(found.values()))
    return found


def values_of(schema: Schema) -> Values:
    """What an `enum` or `const` allows, null aside."""
    values = schema["enum"] if "enum" in schema else [schema["const"]]
    return tuple(value for value in values if value is not None)


def enumerations(node: Json, label: str = "") -> Iterator[tuple[str, Values]]:
    """The enumerations in a schema, each with the name of the property that it belongs to."""
    if not isinstance(node, dict):
        for child in children(node):
            yield from enumerations(child, label)
        return
    if "enum" in node or "const" in node:
        yield label, values_of(node)
    for key, child in node.items():
        if key == "properties" and isinstance(child, dict):
            for name, schema in child.items():
                yield from enumerations(schema, name)
        elif key not in _DATA:
            yield from enumerations(child, label)


def _owners(surface: Surface, tags: dict[str, tuple[str, Any]]) -> Iterator[tuple[str, Schema]]:
    for name, schema in surface.schemas.items():
        tag, _ = tags.get(name, ("", None))
        if "enum" not in schema:
            yield name, {**schema, "properties": {k: v for k, v in schema.get("properties", {}).items() if k != tag}}
    for error in surface.errors.values():
        yield error.name, error.details or {}
    for procedure in surface.procedures:
        yield f"{procedure.path}.input", procedure.input or {}
        yield f"{procedure.path}.form", procedure.form or {}
        yield f"{procedure.path}.output", procedure.output


def _name(owner: str, label: str) -> str:
    mine, its = class_name(owner), class_name(label) if label else ""
    return its if its.startswith(mine) else mine + its
