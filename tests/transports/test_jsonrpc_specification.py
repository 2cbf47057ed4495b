"""The examples of the JSON-RPC 2.0 specification, section 7, in its order.

Method names are in camelCase here, as this service's names are. One deliberate difference: a procedure has one input,
so an array by position may hold one element; those examples that send more are answered with -32602.
"""

from dataclasses import dataclass
from typing import Any

import httpx
import msgspec
import pytest


@dataclass(frozen=True)
class Example:
    """What is sent, and the result, the error's number, or None for no answer at all; a list for a batch."""

    title: str
    sent: str
    answered: Any


def result(value: object, call_id: object) -> dict[str, object]:
    """A successful answer."""
    return {"jsonrpc": "2.0", "result": value, "id": call_id}


def error(number: int, call_id: object = None) -> dict[str, object]:
    """A failed answer, without its texts."""
    return {"jsonrpc": "2.0", "error": number, "id": call_id}


MIXED = """[
    {"jsonrpc": "2.0", "method": "sum", "params": [[1,2,4]], "id": "1"},
    {"jsonrpc": "2.0", "method": "notifyHello", "params": [7]},
    {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
    {"foo": "boo"},
    {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
    {"jsonrpc": "2.0", "method": "getData", "id": "9"}
]"""

EXAMPLES = [
    Example(
        "positional parameters (refused: two of them)",
        '{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}',
        error(-32602, 1),
    ),
    Example(
        "a positional parameter",
        '{"jsonrpc": "2.0", "method": "subtract", "params": [{"subtrahend": 23, "minuend": 42}], "id": 2}',
        result(19, 2),
    ),
    Example(
        "named parameters",
        '{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}',
        result(19, 3),
    ),
    Example(
        "named parameters in another order",
        '{"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4}',
        result(19, 4),
    ),
    Example("a notification", '{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}', None),
    Example("a notification of no such method", '{"jsonrpc": "2.0", "method": "foobar"}', None),
    Example("no such method", '{"jsonrpc": "2.0", "method": "foobar", "id": "1"}', error(-32601, "1")),
    Example("invalid JSON", '{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]', error(-32700)),
    Example("an invalid request object", '{"jsonrpc": "2.0", "method": 1, "params": "bar"}', error(-32600)),
    Example(
        "a batch of invalid JSON",
        '[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"}, {"jsonrpc": "2.0", "method"]',
        error(-32700),
    ),
    Example("an empty array", "[]", error(-32600)),
    Example("an invalid batch, not empty", "[1]", [error(-32600)]),
    Example("an invalid batch", "[1,2,3]", [error(-32600), error(-32600), error(-32600)]),
    Example(
        "a batch of all kinds",
        MIXED,
        [result(7, "1"), error(-32602, "2"), error(-32600), error(-32601, "5"), result(["hello", 5], "9")],
    ),
    Example(
        "a batch of notifications",
        '[{"jsonrpc": "2.0", "method": "notifyHello", "params": [7]}, {"jsonrpc": "2.0", "method": "notifyHello"}]',
        None,
    ),
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_the_examples_of_the_specification_are_answered_as_it_says(http: httpx.Client, example: Example) -> None:
    response = http.post("/rpc", content=example.sent, headers={"content-type": "application/json"})
    if example.answered is None:
        assert (response.status_code, response.content) == (204, b"")
        return
    assert response.status_code == 200
    assert numbers_only(msgspec.json.decode(response.content)) == example.answered


def numbers_only(answer: Any) -> Any:
    """An answer with its errors reduced to their numbers."""
    if isinstance(answer, list):
        return [numbers_only(each) for each in answer]
    return {**answer, "error": answer["error"]["code"]} if "error" in answer else answer
