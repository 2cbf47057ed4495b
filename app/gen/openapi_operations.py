"""The operations of the OpenAPI document: requests, and every answer that there can be to them."""

from collections import defaultdict
from http import HTTPStatus
from typing import Final

from app.rpc.schemas import Schema, retarget
from app.rpc.surface import ErrorEntry, ProcedureEntry, Surface

SCHEMAS: Final = "#/components/schemas/"
_JSON: Final = "application/json"
_REQUEST_ID: Final = {"X-Request-ID": {"$ref": "#/components/headers/RequestId"}}
# what the wire itself may refuse a request with, besides what its procedure declares
_OF_EVERY_CALL: Final = ("InternalError", "PayloadTooLarge")
_OF_FORMS: Final = ("MalformedRequest",)
_STREAMED: Final = (
    " A form is not counted: it is streamed, its file is its last part, and the procedure's limits count."
)
_OF_BODIES: Final = ("BodyCut", "BodyTimeout", "UnsupportedMediaType")


def post_operation(surface: Surface, procedure: ProcedureEntry) -> Schema:
    """A query or mutation by POST, its input in the body."""
    operation = _operation(procedure, procedure.path)
    if procedure.idempotency_key:
        operation["parameters"] = [{"$ref": "#/components/parameters/IdempotencyKey"}]
    if procedure.input is not None:
        operation["requestBody"] = _body(procedure, procedure.input)
    implied = (*_OF_EVERY_CALL, *_OF_BODIES, *(_OF_FORMS if procedure.form else ()))
    return {**operation, "responses": _responses(surface, procedure, implied)}


def get_operation(surface: Surface, procedure: ProcedureEntry) -> Schema:
    """A query by GET, its input in the query string."""
    operation = _operation(procedure, f"{procedure.path}_by_get")
    return {**operation, **_parameters(procedure), "responses": _responses(surface, procedure, _OF_EVERY_CALL)}


def stream_operation(surface: Surface, procedure: ProcedureEntry) -> Schema:
    """A subscription: always a 200 once its stream begins, with its errors in the stream."""
    operation = {**_operation(procedure, procedure.path), **_parameters(procedure)}
    refused = _refusals(surface, ("InvalidConnectionParams", "PayloadTooLarge"))
    return {**operation, "responses": {"200": _events(procedure), **refused}}


def _operation(procedure: ProcedureEntry, operation_id: str) -> Schema:
    operation: Schema = {
        "operationId": operation_id,
        "summary": procedure.summary,
        "description": procedure.doc,
        "security": [{"bearer": []}] if procedure.requires_token else [],
    }
    return {**operation, "tags": [procedure.area]} if procedure.area else operation


def _body(procedure: ProcedureEntry, schema: Schema) -> Schema:
    media = {"schema": retarget(schema, SCHEMAS)}
    return {
        "description": f"At most {procedure.body_limit} bytes.{_STREAMED if procedure.form else ''}",
        "required": not procedure.input_optional,
        "content": {
            _JSON: {**media, **_examples(procedure)},
            **dict.fromkeys(procedure.accepts, _form(procedure) or media),
        },
    }


def _form(procedure: ProcedureEntry) -> Schema | None:
    """The media type of a streamed form: its schema has no names in it."""
    return {"schema": procedure.form} if procedure.form else None


def _parameters(procedure: ProcedureEntry) -> Schema:
    if procedure.input is None:
        return {}
    media = {"schema": retarget(procedure.input, SCHEMAS), **_examples(procedure)}
    sent: Schema = {"name": "input", "in": "query", "description": "The input as JSON", "content": {_JSON: media}}
    resume = [{"$ref": "#/components/parameters/LastEventId"}] if procedure.resumable else []
    return {"parameters": [{**sent, "required": not procedure.input_optional}, *resume]}


def _examples(procedure: ProcedureEntry) -> Schema:
    named = {f"example{number}": {"value": value} for number, value in enumerate(procedure.examples, 1)}
    return {"examples": named} if named else {}


def _responses(surface: Surface, procedure: ProcedureEntry, implied: tuple[str, ...]) -> Schema:
    output = {"schema": retarget(procedure.output, SCHEMAS)}
    success: Schema = {"description": "The output", "headers": _REQUEST_ID, "content": {_JSON: output}}
    of_input = ("ParseError",) if procedure.input is not None else ()
    return {"200": success, **_refusals(surface, (*procedure.errors, *of_input, *implied))}


def _events(procedure: ProcedureEntry) -> Schema:
    """What a stream carries: the schema is that of one event, as OpenAPI 3.2 has it for this media type.

    Version 3.1 says nothing of streams, and tools that read event streams take the schema for an event's already.
    """
    errors = [{"$ref": f"{SCHEMAS}{name}/properties/error"} for name in sorted({*procedure.errors, "InternalError"})]
    kinds = [
        _event("connected"),
        _item(procedure),
        *([_event("restore-id", id={"type": "string"})] if procedure.tracked else []),
        _event("ping"),
        _event("serialized-error", data=_json_text({"oneOf": errors})),
        _event("return"),
    ]
    told = (
        "Server-sent events (WHATWG HTML, section 9.2). First `connected`; then an event without a name for each item; "
        "`ping` in silence. The last one is `return`, or `serialized-error` with an error object: refusals come in the "
        "stream too. A stream that breaks off without either may be opened again."
    )
    return {"description": told, "headers": _REQUEST_ID, "content": {"text/event-stream": {"schema": {"oneOf": kinds}}}}


def _event(name: str, **members: Schema) -> Schema:
    properties = {"event": {"const": name}, "data": {"type": "string"}, **members}
    return {"type": "object", "properties": properties, "required": ["event", "data"]}


def _item(procedure: ProcedureEntry) -> Schema:
    properties: Schema = {"event": False, "data": _json_text(retarget(procedure.output, SCHEMAS))}
    if procedure.tracked:
        properties["id"] = {"type": "string", "description": "Where to resume"}
    return {"type": "object", "properties": properties, "required": ["data"]}


def _json_text(schema: Schema) -> Schema:
    return {"type": "string", "contentMediaType": "application/json", "contentSchema": schema}


def _refusals(surface: Surface, names: tuple[str, ...]) -> Schema:
    by_status: dict[int, list[ErrorEntry]] = defaultdict(list)
    errors = [surface.errors[name] for name in set(names)]
    for error in sorted(errors, key=lambda each: (each.protocol, each.name)):  # the procedure's own come first
        by_status[error.http_status].append(error)
    return {str(status): _refusal(status, errors) for status, errors in sorted(by_status.items())}


def _refusal(status: int, errors: list[ErrorEntry]) -> Schema:
    schemas = [{"$ref": SCHEMAS + error.name} for error in errors]
    examples = {error.name: {"$ref": f"#/components/examples/{error.name}"} for error in errors}
    media = {"schema": schemas[0] if len(schemas) == 1 else {"oneOf": schemas}, "examples": examples}
    return {
        "description": f"{HTTPStatus(status).phrase}: {', '.join(f'`{error.name}`' for error in errors)}",
        "headers": _headers(errors),
        "content": {_JSON: media},
    }


def _headers(errors: list[ErrorEntry]) -> Schema:
    headers: Schema = dict(_REQUEST_ID)
    if any(error.has_retry_after for error in errors):
        headers["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
    if all(error.code == "UNAUTHORIZED" for error in errors):
        headers["WWW-Authenticate"] = {"$ref": "#/components/headers/WwwAuthenticate"}
    return headers
