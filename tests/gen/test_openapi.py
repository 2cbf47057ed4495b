"""The OpenAPI document, of the notes and of the product."""

from typing import Any

import jsonschema
import msgspec
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from app.boot import TABLE as PRODUCT
from app.gen.openapi import openapi
from app.rpc.surface import ProcedureEntry, Surface, surface
from tests.gen.examples import TABLE as NOTES_TABLE

NOTES = openapi(surface(NOTES_TABLE), "1.2.3")
COURSES_SURFACE = surface(PRODUCT)
COURSES = msgspec.json.decode(msgspec.json.encode(openapi(COURSES_SURFACE, "1.2.3")))


@pytest.mark.parametrize("document", [NOTES, COURSES], ids=["notes", "product"])
def test_the_document_is_valid(document: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(document).validate()


def test_every_procedure_has_its_methods() -> None:
    methods = {path: set(item) for path, item in NOTES["paths"].items()}
    assert methods == {
        "/rpc/notes.add": {"post"},
        "/rpc/notes.count": {"get", "post"},
        "/rpc/notes.feed": {"get"},
        "/rpc/notes.newest": {"get", "post"},
    }


def test_operation_ids_are_unique() -> None:
    ids = [operation["operationId"] for item in COURSES["paths"].values() for operation in item.values()]
    assert len(set(ids)) == len(ids)


def _types(response: dict[str, Any]) -> set[str]:
    schema = response["content"]["application/json"]["schema"]
    return {option["$ref"].rpartition("/")[2] for option in schema.get("oneOf", [schema])}


def _called(described: Surface) -> list[ProcedureEntry]:
    return [entry for entry in described.procedures if entry.kind != "subscription"]


def test_every_declared_error_stands_under_its_status() -> None:
    for entry in _called(COURSES_SURFACE):
        responses = COURSES["paths"][f"/rpc/{entry.path}"]["post"]["responses"]
        for name in entry.errors:
            assert name in _types(responses[str(COURSES_SURFACE.errors[name].http_status)])


def test_what_the_wire_itself_refuses_is_declared_too() -> None:
    responses = NOTES["paths"]["/rpc/notes.add"]["post"]["responses"]
    assert {"400", "401", "408", "413", "415", "422", "429", "500"} < set(responses)
    assert _types(responses["400"]) == {"BodyCut", "InvalidInput", "ParseError"}


def test_headers_that_clients_act_on_are_declared() -> None:
    add = NOTES["paths"]["/rpc/notes.add"]["post"]
    assert add["parameters"] == [{"$ref": "#/components/parameters/IdempotencyKey"}]
    assert "Retry-After" in add["responses"]["429"]["headers"]
    assert "WWW-Authenticate" in add["responses"]["401"]["headers"]
    assert all("X-Request-ID" in response["headers"] for response in add["responses"].values())


def test_only_procedures_that_require_a_token_ask_for_one() -> None:
    assert NOTES["paths"]["/rpc/notes.add"]["post"]["security"] == [{"bearer": []}]
    assert NOTES["paths"]["/rpc/notes.count"]["get"]["security"] == []


def test_the_events_of_a_subscription_are_described() -> None:
    success = NOTES["paths"]["/rpc/notes.feed"]["get"]["responses"]["200"]
    kinds = success["content"]["text/event-stream"]["schema"]["oneOf"]
    item = next(kind for kind in kinds if kind["properties"]["event"] is False)
    assert {"$ref": "#/components/schemas/Note"} in item["properties"]["data"]["contentSchema"]["anyOf"]
    assert "id" in item["properties"]


def _valid(schema: dict[str, Any], value: Any) -> None:
    whole = {**schema, "components": COURSES["components"]}
    jsonschema.Draft202012Validator(whole, format_checker=jsonschema.FormatChecker()).validate(value)


def test_examples_are_valid_by_their_own_schemas() -> None:
    checked = 0
    for item in COURSES["paths"].values():
        for media in item.get("post", {}).get("requestBody", {}).get("content", {}).values():
            for example in media.get("examples", {}).values():
                _valid(media["schema"], example["value"])
                checked += 1
    for name, example in COURSES["components"]["examples"].items():
        _valid(COURSES["components"]["schemas"][name], example["value"])
    assert checked >= 3


def test_a_streamed_form_is_described_beside_json() -> None:
    content = COURSES["paths"]["/rpc/generation.uploadFile"]["post"]["requestBody"]["content"]
    assert set(content) == {"application/json", "multipart/form-data"}
    form = content["multipart/form-data"]["schema"]
    assert form["required"] == ["courseId", "file"]
    assert form["properties"]["file"] == {"type": "string", "contentMediaType": "application/octet-stream"}
    refused = COURSES["paths"]["/rpc/generation.uploadFile"]["post"]["responses"]["400"]
    assert "`MalformedRequest`" in refused["description"]
