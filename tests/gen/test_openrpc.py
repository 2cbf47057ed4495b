"""The OpenRPC document, and `rpc.discover` that answers with it."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft7Validator
from referencing import Registry
from referencing.jsonschema import DRAFT7, DRAFT202012

from app.boot import TABLE as PRODUCT
from app.gen.openrpc import openrpc
from app.rpc.surface import surface
from tests.gen.examples import TABLE as NOTES_TABLE
from tests.wire.served import Served

# the npm package @open-rpc/meta-schema 1.14.9, Apache-2.0
META_SCHEMA = Path(__file__).parent / "openrpc" / "meta-schema-1.14.9.json"
COMMITTED = json.loads((Path(__file__).parents[2] / "clients" / "openrpc.json").read_text())
# what it refers to for "any JSON Schema"; ours are of 2020-12
ANY_SCHEMA: dict[str, Any] = {
    "$id": "https://meta.json-schema.tools",
    "$ref": "https://json-schema.org/draft/2020-12/schema",
    "definitions": {"JSONSchemaObject": {"properties": {"$ref": {"type": "string", "format": "uri-reference"}}}},
}


def _validator() -> Draft7Validator:
    meta = json.loads(META_SCHEMA.read_text())
    dialect = DRAFT202012.create_resource(ANY_SCHEMA)
    named = {ANY_SCHEMA["$id"]: dialect, ANY_SCHEMA["$id"] + "/": dialect, meta["$id"]: DRAFT7.create_resource(meta)}
    registry: Registry[Any] = Registry().with_resources(named.items())
    return Draft7Validator(meta, registry=registry)


def _document(table: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(openrpc(surface(table), "1.2.3")))


@pytest.mark.parametrize("table", [NOTES_TABLE, PRODUCT], ids=["notes", "product"])
def test_the_document_is_valid_by_the_meta_schema(table: Any) -> None:
    _validator().validate(_document(table))


def test_the_meta_schema_refuses_what_is_wrong() -> None:
    document = _document(NOTES_TABLE)
    document["methods"][0].pop("params")
    assert not _validator().is_valid(document)


def test_params_are_the_members_of_the_input() -> None:
    method = next(m for m in _document(NOTES_TABLE)["methods"] if m["name"] == "notes.add")
    assert [(param["name"], param["required"]) for param in method["params"]] == [
        ("text", True),
        ("colour", False),
        ("parent", False),
    ]
    assert method["paramStructure"] == "by-name"


def test_what_json_rpc_cannot_carry_is_not_in_it() -> None:
    assert {method["name"] for method in _document(NOTES_TABLE)["methods"]} == {
        "notes.add",
        "notes.count",
        "notes.newest",
    }


def test_errors_have_the_numbers_of_the_json_rpc_wire() -> None:
    errors = _document(PRODUCT)["components"]["errors"]
    assert errors["InvalidInput"]["code"] == -32602
    assert errors["UserLimitReached"]["code"] == -32029
    assert set(errors["UserLimitReached"]["data"]["properties"]["details"]["required"]) == {
        *("tier", "user_limit", "current_user_jobs", "global_limit", "global_active_jobs")
    }


async def test_discover_answers_with_the_committed_document(served: Served) -> None:
    answer = await served.http.post("/rpc", json={"jsonrpc": "2.0", "id": 1, "method": "rpc.discover"})
    assert answer.json() == {"jsonrpc": "2.0", "id": 1, "result": COMMITTED}
