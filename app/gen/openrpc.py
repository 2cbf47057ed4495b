"""The surface as an OpenRPC 1.3 document: what `rpc.discover` answers (spec.open-rpc.org)."""

from typing import Any, Final

from app.gen.errors import data_schema
from app.rpc.schemas import REF, Schema, retarget
from app.rpc.surface import ErrorEntry, ProcedureEntry, Surface

SCHEMAS: Final = "#/components/schemas/"
_INFO: Final = """\
Course generation as typed procedures, as JSON-RPC 2.0 at `POST /rpc`: single calls, batches of up to 50, notifications.
Send the access token as `Authorization: Bearer`. Params are the members of the input by name. `error.data.type` is the
name of the error.
"""


def openrpc(surface: Surface, version: str) -> dict[str, Any]:
    """The document. Subscriptions and streamed queries are not in it: JSON-RPC has no events."""
    methods = [p for p in surface.procedures if p.kind != "subscription" and not p.streamed]
    named = sorted({name for procedure in methods for name in procedure.errors})
    return {
        "openrpc": "1.3.2",
        "info": {"title": "Coursegen", "version": version, "description": _INFO, "license": {"name": "MIT"}},
        "servers": [{"name": "this server", "url": "/rpc"}],
        "methods": [_method(surface, procedure) for procedure in methods],
        "components": {
            "schemas": {name: retarget(schema, SCHEMAS) for name, schema in surface.schemas.items()},
            "errors": {name: _error(surface.errors[name]) for name in named},
        },
        "x-generated": "by `make gen`, do not edit",
    }


def _method(surface: Surface, procedure: ProcedureEntry) -> Schema:
    schema = _input(surface, procedure)
    by_name = schema is None or "properties" in schema
    method: Schema = {
        "name": procedure.path,
        "summary": procedure.summary,
        "description": procedure.doc,
        "tags": [{"name": procedure.area}] if procedure.area else [],
        "paramStructure": "by-name" if by_name else "by-position",
        "params": _params(procedure, schema) if schema is not None else [],
        "result": {"name": "output", "schema": retarget(procedure.output, SCHEMAS)},
        "errors": [{"$ref": f"#/components/errors/{name}"} for name in procedure.errors],
        "x-requires-token": procedure.requires_token,
    }
    examples = [_example(i, value if by_name else {"input": value}) for i, value in enumerate(procedure.examples, 1)]
    return {**method, "examples": examples} if examples else method


def _input(surface: Surface, procedure: ProcedureEntry) -> Schema | None:
    schema = procedure.input
    return surface.schemas[schema["$ref"].removeprefix(REF)] if schema and "$ref" in schema else schema


def _params(procedure: ProcedureEntry, schema: Schema) -> list[Schema]:
    """The members of the input; the input itself, where it is no plain object, as the only element of an array."""
    if "properties" not in schema:
        return [{"name": "input", "required": not procedure.input_optional, "schema": retarget(schema, SCHEMAS)}]
    required = () if procedure.input_optional else schema["required"]
    return [
        {"name": name, "required": name in required, "schema": retarget(part, SCHEMAS)}
        for name, part in schema["properties"].items()
    ]


def _example(number: int, members: dict[str, Any]) -> Schema:
    params = [{"name": name, "value": value} for name, value in members.items()]
    return {"name": f"example{number}", "params": params}


def _error(error: ErrorEntry) -> Schema:
    return {"code": error.json_rpc_number, "message": error.message, "data": data_schema(error, SCHEMAS)}
