"""Errors in documents: their schema on the wire, and what one looks like."""

from typing import Any

from app.rpc.schemas import Schema, retarget
from app.rpc.surface import ErrorEntry

_ISSUES: Schema = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "properties": {
            "path": {"type": "string", "description": "JSONPath; `$` is the input itself"},
            "message": {"type": "string"},
        },
        "required": ["path", "message"],
    },
}
_SAMPLES: dict[str, Any] = {"integer": 1, "number": 1.5, "boolean": True, "array": [], "object": {}}


def shape_schema(error: ErrorEntry, prefix: str, *, number: int) -> Schema:
    """The schema of the error object; `prefix` is where the document keeps its named types."""
    properties = {
        "code": {"const": number},
        "message": {"type": "string"},
        "data": data_schema(error, prefix),
    }
    return {"type": "object", "properties": properties, "required": list(properties)}


def data_schema(error: ErrorEntry, prefix: str) -> Schema:
    """The schema of the error object's `data`."""
    always: Schema = {
        "code": {"const": error.code},
        "httpStatus": {"const": error.http_status},
        "type": {"const": error.name},
        "declared": {"type": "boolean", "description": "Whether the procedure names this error"},
    }
    details = {"details": retarget(error.details, prefix)} if error.details else {}
    sometimes: Schema = {
        "path": {"type": "string", "description": "The procedure"},
        **({"issues": _ISSUES} if error.has_issues else {}),
        **(
            {"stack": {"type": "string", "description": "In development alone"}}
            if error.name == "InternalError"
            else {}
        ),
    }
    if error.has_retry_after:
        sometimes["retryAfter"] = {"type": "integer", "description": "Seconds after which it makes sense to try again"}
    required = [*always, *(details if error.details and error.details["required"] else {})]
    return {"type": "object", "properties": {**always, **details, **sometimes}, "required": required}


def example(error: ErrorEntry, *, declared: bool) -> dict[str, Any]:
    """An error object as the wire sends it; words in <> stand for details."""
    properties: Schema = error.details["properties"] if error.details else {}
    details = {name: _sample(name, schema) for name, schema in properties.items()}
    data: dict[str, Any] = {
        "code": error.code,
        "httpStatus": error.http_status,
        "type": error.name,
        "declared": declared,
    }
    if details:
        data["details"] = details
    if error.has_issues:
        data["issues"] = [{"path": "$.name", "message": "What is wrong with it"}]
    return {"code": error.number, "message": error.message.format_map(details), "data": data}


def _sample(name: str, schema: Schema) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    return _SAMPLES.get(schema.get("type", ""), f"<{name}>")
