"""What all refusals have."""

from typing import Any

import httpx

TYPE = {"content-type": "application/json"}
DEEP = "[" * 20_000


def error_of(answer: Any) -> dict[str, Any]:
    """The error of one call's answer, which must have the one shape of all errors."""
    (key,) = answer
    assert key == "error"
    error: dict[str, Any] = answer["error"]
    assert error.keys() == {"code", "message", "data"}
    assert {"code", "httpStatus", "type", "declared"} <= error["data"].keys()
    assert error["data"]["httpStatus"] < 500
    return error


def refusal(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The error of a whole answer, checked for what all have."""
    assert (response.status_code, response.headers["content-type"]) == (status, "application/json"), response.text
    assert {"trpc-accept", "accept"} <= set(response.headers["vary"].split(", "))
    error = error_of(response.json())
    assert error["data"]["code"] == code
    return error
