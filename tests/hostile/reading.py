"""Answers as one line of text each, so that a table can hold them: status, type and message, or where what is wrong."""

import json
from typing import Any

from tests.hostile.asking import Answer

NOT_JSON = "400 ParseError: The request is not valid JSON"
NUL = "422 UnprocessableText at $.{}: Must not contain the NUL character"


def invalid(path: str, message: str) -> str:
    """The answer to an input with this problem."""
    return f"400 InvalidInput at {path}: {message}"


def summary(answer: Answer) -> str:
    """What was answered: `closed`, a status alone, or a status and the errors, those of a batch in brackets.

    A call of JSON-RPC is told with its number and id.
    """
    if answer.status == 0:
        return "closed"
    told = _told(answer)
    return f"{answer.status} {told}" if told else str(answer.status)


def _told(answer: Answer) -> str:
    media = answer.headers.get("content-type", "")
    if media.startswith("text/event-stream"):
        return _of_stream(answer.body.decode())
    if not answer.body or media != "application/json":
        return ""
    decoded = answer.json
    if isinstance(decoded, list):
        return "[" + ", ".join(_of_call(each) or "result" for each in decoded) + "]"
    return _of_call(decoded)


def _of_stream(text: str) -> str:
    event, _, data = text.partition("event: serialized-error\ndata: ")[2].partition("\n")
    assert not data.strip(), text
    return _of_error(json.loads(event)) if event else ""


def _of_call(answer: dict[str, Any]) -> str:
    if "jsonrpc" in answer:
        told = f"{answer['error']['code']} {_of_error(answer['error'])}" if "error" in answer else "result"
        return f"{told} (id {json.dumps(answer['id'])})"
    return _of_error(answer["error"]) if isinstance(answer.get("error"), dict) else ""


def _of_error(error: dict[str, Any]) -> str:
    assert error.keys() == {"code", "message", "data"}, error
    data = error["data"]
    issues = [f"at {issue['path']}: {issue['message']}" for issue in data.get("issues", ())]
    return f"{data['type']} {'; '.join(issues)}" if issues else f"{data['type']}: {error['message']}"
