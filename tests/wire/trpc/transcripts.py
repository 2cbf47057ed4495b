"""Transcripts of the reference server: their requests sent anew, and what a client sees in an answer."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

TRANSCRIPTS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "transcripts.json").read_text())
UNDEFINED = "(undefined)"
_TOO_LARGE = json.dumps({"email": "x" * 70_000})
_JSON_EVENTS = ("", "connected", "serialized-error")


@dataclass(frozen=True)
class Rejected:
    """The error that a value of a stream turned out to be."""

    error: Any


def send(http: httpx.Client, request: dict[str, Any]) -> httpx.Response:
    """Send the request of a transcript, as curl did: a body has a form's type unless told, an empty header is none."""
    headers = {name: value for name, value in request["headers"].items() if value}
    if request["form"]:
        return http.request(request["method"], request["target"], headers=headers, **_form(request["form"]))
    body = _TOO_LARGE if isinstance(request["body"], dict) else request["body"]
    if body is not None and "content-type" not in request["headers"]:
        headers["content-type"] = "application/x-www-form-urlencoded"
    return http.request(request["method"], request["target"], headers=headers, content=body)


def _form(fields: list[str]) -> dict[str, Any]:
    """curl's `name=text` and `name=@file;type=...;filename=...`."""
    data: dict[str, str] = {}
    files: dict[str, tuple[str, bytes, str]] = {}
    for name, _, value in (field.partition("=") for field in fields):
        if value.startswith("@"):
            options = dict(option.split("=") for option in value.split(";")[1:])
            files[name] = (options["filename"], b"small", options["type"])
        else:
            data[name] = value
    return {"data": data, "files": files}


def seen(kind: str, content_type: str, body: str) -> Any:
    """What a client sees in a body: a value, the values of a stream, or events."""
    if not body:
        return None
    if content_type.startswith("text/event-stream"):
        return [_event(block) for block in body.split("\n\n\n") if block]
    return decode_lines(body) if kind == "stream" else json.loads(body)


def _event(block: str) -> dict[str, Any]:
    event: dict[str, Any] = {"event": ""}
    for name, _, value in (line.partition(": ") for line in block.splitlines()):
        event[name] = value
    if event["event"] in _JSON_EVENTS:
        event["data"] = json.loads(event["data"])
    return event


def decode_lines(body: str) -> dict[str, Any]:
    """The values of a batch stream by the index of the call, chunks put where they are referred to."""
    assert body.endswith("\n")
    head, *chunks = [json.loads(line) for line in body.removesuffix("\n").split("\n")]
    by_index: dict[int, list[Any]] = {}
    for index, *chunk in chunks:
        by_index.setdefault(index, []).append(chunk)
    return {key: _value(encoded, by_index) for key, encoded in head.items()}


def _value(encoded: list[Any], chunks: dict[int, list[Any]]) -> Any:
    value: Any = encoded[0][0] if encoded[0] else UNDEFINED
    for key, kind, index in encoded[1:]:
        later = _promised(chunks, index) if kind == 0 else _items(chunks, index)
        if key is None:
            return later
        value[key] = later
    return value


def _promised(chunks: dict[int, list[Any]], index: int) -> Any:
    ((status, payload),) = chunks[index]
    return _value(payload, chunks) if status == 0 else Rejected(payload)


def _items(chunks: dict[int, list[Any]], index: int) -> list[Any]:
    """Each item with its status; the last one is the return or an error."""
    *items, last = chunks[index]
    assert [status for status, _ in items] == [1] * len(items)
    told = [("item", _value(payload, chunks)) for _, payload in items]
    return [*told, ("error", last[1]) if last[0] == 2 else ("return", _value(last[1], chunks))]
