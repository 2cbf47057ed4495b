"""JSON Schemas of the types that procedures take and give, by msgspec, with what it can't know set right."""

from collections.abc import Iterable
from typing import Any, Final, cast

import msgspec
from msgspec import inspect

from app.rpc.decode import Json
from app.rpc.unencoded import Form

Schema = dict[str, Any]

REF: Final = "#/schemas/"


def schemas_of(inputs: list[Any], outputs: list[Any]) -> tuple[list[Schema], list[Schema], dict[str, Schema]]:
    """A schema for each input and each output, and the named types that they refer to by `#/schemas/NAME`.

    A type that only outputs use has every field `required` that is always sent, and no defaults: those are for who
    writes it. TypeError when two types have one name, which is the name of their class in every client.
    """
    schemas, components = msgspec.json.schema_components([*inputs, *outputs], ref_template=REF + "{name}")
    if ambiguous := sorted(name for name in components if "." in name):
        raise TypeError(f"types need names of their own: {', '.join(ambiguous)}")
    taken = _structs(inputs)
    for cls, struct in _structs(outputs).items():
        if cls not in taken:
            _describe_as_sent(components[_name(cls)], struct)
    return list(schemas[: len(inputs)]), list(schemas[len(inputs) :]), dict(sorted(components.items()))


def form_schema(form: type[Form]) -> Schema:
    """The schema of a streamed form; its file is whatever bytes there are (OpenAPI 3.1, section 4.8.14.4)."""
    _, components = msgspec.json.schema_components((form,), schema_hook=_file, ref_template=REF + "{name}")
    schema: Schema = components[form.__name__]
    return schema


def _file(_type: type) -> Schema:
    return {"type": "string", "contentMediaType": "application/octet-stream"}


def retarget(schema: Schema, prefix: str) -> Schema:
    """A copy whose references begin with `prefix` instead of `#/schemas/`, discriminators' included."""
    return {key: _moved(value, prefix) for key, value in schema.items()}


def _moved(node: Json, prefix: str) -> Json:
    if isinstance(node, dict):
        return {key: _moved(value, prefix) for key, value in node.items()}
    if isinstance(node, list):
        return [_moved(value, prefix) for value in node]
    return prefix + node.removeprefix(REF) if isinstance(node, str) and node.startswith(REF) else node


def _structs(types: Iterable[Any]) -> dict[Any, inspect.StructType]:
    found: dict[Any, inspect.StructType] = {}
    roots = inspect.multi_type_info(types)  # held while ids of nodes are compared
    seen: set[int] = set()
    waiting: list[object] = list(roots)
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, inspect.StructType):
            found[node.cls] = node
        if isinstance(node, inspect.Type | inspect.Field):
            waiting.extend(msgspec.structs.astuple(node))
        elif isinstance(node, tuple):
            waiting.extend(cast(tuple[object, ...], node))
    return found


def _name(struct: Any) -> str:
    (reference,), _ = msgspec.json.schema_components((struct,), ref_template="{name}")
    return str(reference["$ref"])


def _describe_as_sent(schema: Schema, struct: inspect.StructType) -> None:
    if struct.array_like:
        return
    for part in schema["properties"].values():
        part.pop("default", None)
    if not struct.cls.__struct_config__.omit_defaults:
        absent = {field.encode_name for field in struct.fields if _may_be_unset(field)}
        schema["required"] = [name for name in schema["properties"] if name not in absent]


def _may_be_unset(field: inspect.Field) -> bool:
    """Whether its default is UNSET, of which msgspec tells nothing but that there is neither a default nor a need."""
    return not field.required and field.default is msgspec.NODEFAULT and field.default_factory is msgspec.NODEFAULT
