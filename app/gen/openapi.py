"""The surface as an OpenAPI 3.1 document: the plain wire, as any HTTP client sees it."""

from typing import Any, Final

from app.gen.errors import example, shape_schema
from app.gen.openapi_operations import SCHEMAS, get_operation, post_operation, stream_operation
from app.rpc.schemas import Schema, retarget
from app.rpc.surface import ErrorEntry, ProcedureEntry, Surface

_INFO: Final = """\
Course generation as typed procedures.

Every procedure answers to `POST /rpc/{path}`: the body is its input as JSON, the 200 body its output. Queries answer to
GET as well, with the input as JSON in `?input=`. Subscriptions answer to GET with `text/event-stream`.

A refused call is answered with the HTTP status of its error and `{"error": {...}}`; `error.data.type` is the name of
the error, which clients should go by. Every answer carries `X-Request-ID`, the request's own where it sent one.

The same procedures are there as JSON-RPC 2.0 at `POST /rpc`, and for tRPC's clients under `/trpc`.
"""
_LICENSE: Final = {"name": "MIT", "identifier": "MIT"}
_COMPONENTS: Final[Schema] = {
    "securitySchemes": {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "An access token (RFC 6750) of the issuer that the server trusts.",
        }
    },
    "headers": {
        "RequestId": {
            "description": "The id under which the server logged the request",
            "required": True,
            "schema": {"type": "string"},
        },
        "RetryAfter": {
            "description": "Seconds after which it makes sense to try again (RFC 9110, section 10.2.3)",
            "schema": {"type": "string", "pattern": "^[0-9]+$"},
        },
        "WwwAuthenticate": {
            "description": "How to authenticate (RFC 9110, section 11.6.1)",
            "required": True,
            "schema": {"const": "Bearer"},
        },
    },
    "parameters": {
        "IdempotencyKey": {
            "name": "Idempotency-Key",
            "in": "header",
            "description": "Makes the call safe to repeat: one with the same key and input is given the first answer",
            "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
        },
        "LastEventId": {
            "name": "Last-Event-ID",
            "in": "header",
            "description": "The id of the last event that arrived: the stream goes on after it",
            "schema": {"type": "string"},
        },
    },
}


def openapi(surface: Surface, version: str) -> dict[str, Any]:
    """The document. Streamed queries are not in it: the plain wire does not carry them."""
    procedures = [procedure for procedure in surface.procedures if not procedure.streamed]
    return {
        "openapi": "3.1.0",
        "x-generated": "by `make gen`, do not edit",
        "info": {"title": "Coursegen", "version": version, "description": _INFO, "license": _LICENSE},
        "servers": [{"url": "/"}],
        "tags": [{"name": area} for area in surface.areas],
        "paths": {f"/rpc/{procedure.path}": _path(surface, procedure) for procedure in procedures},
        "components": {**_COMPONENTS, "schemas": _schemas(surface), "examples": _examples(surface)},
    }


def _path(surface: Surface, procedure: ProcedureEntry) -> Schema:
    if procedure.kind == "subscription":
        return {"get": stream_operation(surface, procedure)}
    if procedure.kind == "mutation":
        return {"post": post_operation(surface, procedure)}
    return {"post": post_operation(surface, procedure), "get": get_operation(surface, procedure)}


def _schemas(surface: Surface) -> dict[str, Schema]:
    named = {name: retarget(schema, SCHEMAS) for name, schema in surface.schemas.items()}
    errors = {name: _envelope(error) for name, error in surface.errors.items()}
    if both := sorted(named.keys() & errors):
        raise TypeError(f"both types and errors: {', '.join(both)}")
    return {**named, **errors}


def _envelope(error: ErrorEntry) -> Schema:
    return {
        "title": error.name,
        "description": error.doc,
        "type": "object",
        "properties": {"error": shape_schema(error, SCHEMAS, number=error.number)},
        "required": ["error"],
    }


def _examples(surface: Surface) -> dict[str, Schema]:
    declared = {name for procedure in surface.procedures for name in procedure.errors}
    return {
        name: {"value": {"error": example(error, declared=name in declared)}} for name, error in surface.errors.items()
    }
