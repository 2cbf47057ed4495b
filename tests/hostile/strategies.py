"""Inputs made from the surface's own schemas: such as a schema allows, and such as miss it by one thing."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from app.rpc.schemas import REF, Schema

Schemas = dict[str, Schema]
Values = st.SearchStrategy[Any]

KNOWN = {
    *("$ref", "anyOf", "enum", "type", "properties", "required", "additionalProperties", "items", "maxItems"),
    *("minimum", "maximum", "exclusiveMinimum", "minLength", "maxLength", "pattern", "format"),
    *("default", "description", "title"),
}
LONGEST = 200
"""Of a text or an array whose schema has no end; longer ones are cases of their own."""
CHARACTERS = st.characters(codec="utf-8", exclude_characters="\0")
JUNK: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, 1e308, 2**31, 2**63, -(2**70), 10**400),
    *("", " ", "\0", "a\0b", "\ud800", "\u202e", "0", "NaN", "x" * 300, "x" * 20_000, "'; drop table courses; --"),
    *([], [[]], [None] * 50, {}, {"$ne": None}, {"__proto__": {}}),
)
"""What fields are replaced by; some of it is valid in some fields."""


def valid(schema: Schema, schemas: Schemas, ids: list[str]) -> Values:
    """Values that the schema allows; a UUID is one of `ids` or a new one."""
    assert schema.keys() <= KNOWN, f"a strategy for {sorted(schema.keys() - KNOWN)} is missing"
    if "$ref" in schema:
        return valid(schemas[schema["$ref"].removeprefix(REF)], schemas, ids)
    if "anyOf" in schema:
        return st.one_of(*(valid(option, schemas, ids) for option in schema["anyOf"]))
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    return _typed(schema, schemas, ids)


def _typed(schema: Schema, schemas: Schemas, ids: list[str]) -> Values:
    of_type: dict[str, Callable[[], Values]] = {
        "object": lambda: _object(schema, schemas, ids),
        "array": lambda: st.lists(valid(schema["items"], schemas, ids), max_size=schema.get("maxItems", LONGEST)),
        "string": lambda: _string(schema, ids),
        "integer": lambda: _integer(schema),
        "boolean": st.booleans,
        "null": st.none,
    }
    return of_type[schema["type"]]()


def _integer(schema: Schema) -> Values:
    return st.integers(schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1), schema.get("maximum"))


def _object(schema: Schema, schemas: Schemas, ids: list[str]) -> Values:
    fields = {name: valid(each, schemas, ids) for name, each in schema["properties"].items()}
    required = schema.get("required", ())
    optional = {name: each for name, each in fields.items() if name not in required}
    return st.fixed_dictionaries({name: fields[name] for name in required}, optional=optional)


def _string(schema: Schema, ids: list[str]) -> Values:
    if schema.get("format") == "uuid":
        return st.one_of(st.sampled_from(ids), st.uuids().map(str))
    if schema.get("format") == "date-time":
        return st.datetimes().map(lambda moment: moment.isoformat() + "Z")
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength", LONGEST)
    if "pattern" in schema:
        matching = st.from_regex(schema["pattern"], alphabet=CHARACTERS)
        return matching.filter(lambda text: shortest <= len(text) <= longest)
    return st.text(CHARACTERS, min_size=shortest, max_size=longest)


@st.composite
def nearly_valid(draw: st.DrawFn, schema: Schema, schemas: Schemas, ids: list[str]) -> Any:
    """A value that the schema allows, but for one thing."""
    value = draw(valid(schema, schemas, ids))
    field = draw(st.sampled_from(sorted(value))) if value else None
    match draw(st.sampled_from(["drop", "junk", "junk", "junk", "wrap", "add", "rename", "other"])):
        case "drop" if field:
            del value[field]
        case "junk" if field:
            value[field] = draw(st.sampled_from(JUNK))
        case "wrap" if field:
            value[field] = [value[field]]
        case "rename" if field:
            value[field.swapcase()] = value.pop(field)
        case "other":
            return draw(st.sampled_from(JUNK))
        case _:
            value["noSuchField"] = draw(st.sampled_from(JUNK))
    return value
