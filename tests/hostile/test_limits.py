"""Batches and limits: at the limit it is taken, over it refused, whole or call by call, as each wire has it."""

import json
from typing import NamedTuple

import pytest

from tests.hostile.asking import Target
from tests.hostile.reading import summary

pytestmark = pytest.mark.fault("hostile input: all other families")

JSON = ("content-type", "application/json")
LIMIT = 64 * 1024
LARGEST = 14 * 1024 * 1024
PING = b'{"jsonrpc":"2.0","method":"system.ping","id":1}'
BATCH_OF_51 = "400 MalformedRequest: Batch call exceeds maximum size"


def rpc_refusal(text: str, number: int = -32600, name: str = "MalformedRequest") -> str:
    """A batch of JSON-RPC that is refused as a whole."""
    return f"200 {number} {name}: {text} (id null)"


def too_large(limit: int) -> str:
    """The error of too large a body, in bytes."""
    return f"PayloadTooLarge: The request body is larger than {limit} bytes"


def padded(text: bytes, size: int) -> bytes:
    """JSON of exactly so many bytes."""
    return text[:-1] + b" " * (size - len(text)) + text[-1:]


def batch(*calls: bytes) -> bytes:
    """A batch of JSON-RPC."""
    return b"[" + b",".join(calls) + b"]"


class Limit(NamedTuple):
    """A request, and the answer."""

    target: str
    body: bytes | None
    expected: str


CREATE, LIST = "/rpc/courses.create", "/rpc/courses.list"
TWO = "/trpc/courses.create,courses.create?batch=1"
LIMITS: dict[str, Limit] = {
    "a body at the limit": Limit(CREATE, padded(b'{"title":"x"}', LIMIT), "200"),
    "a body over the limit": Limit(CREATE, padded(b'{"title":"x"}', LIMIT + 1), f"413 {too_large(LIMIT)}"),
    "ten megabytes": Limit(CREATE, b"[" * 10_000_000, f"413 {too_large(LIMIT)}"),
    "ten megabytes of nothing known": Limit(
        "/rpc/no.such", b"[" * 10_000_000, '404 ProcedureNotFound: No procedure found on path "no.such"'
    ),
    "an address at the server's limit": Limit(
        f"{LIST}?input={'%20' * 21_000}", None, "400 ParseError: The request is not valid JSON"
    ),
    "an address over it": Limit(f"{LIST}?input={'%20' * 22_000}", None, "414"),
    "10000 parameters": Limit(f"{LIST}?{'a=1&' * 10_000}", None, "200"),
    "JSON-RPC: no call": Limit("/rpc", b"[]", rpc_refusal("A batch must hold at least one call")),
    "JSON-RPC: 50 calls": Limit("/rpc", batch(*[PING] * 50), f"200 [{', '.join(['result (id 1)'] * 50)}]"),
    "JSON-RPC: 51 calls": Limit("/rpc", batch(*[PING] * 51), rpc_refusal("A batch must not hold more than 50 calls")),
    "JSON-RPC: 100000 empty calls": Limit(
        "/rpc", batch(*[b"[]"] * 100_000), rpc_refusal("A batch must not hold more than 50 calls")
    ),
    "JSON-RPC: too many and broken": Limit(
        "/rpc", batch(*[PING] * 51, b"{"), rpc_refusal("The request is not valid JSON", -32700, "ParseError")
    ),
    "JSON-RPC: a batch in a batch": Limit(
        "/rpc",
        batch(batch(PING)),
        "200 [-32600 MalformedRequest: Not a JSON-RPC 2.0 request: Expected `object`, got `array` (id null)]",
    ),
    "JSON-RPC: one large call of two": Limit(
        "/rpc",
        batch(
            PING,
            json.dumps(
                {"jsonrpc": "2.0", "method": "courses.list", "id": 2, "params": {"cursor": "x" * LIMIT}}
            ).encode(),
        ),
        f"200 [result (id 1), -32013 {too_large(LIMIT)} (id 2)]",
    ),
    "JSON-RPC: a body over the largest": Limit(
        "/rpc", b" " * (LARGEST + 4097), f"413 -32013 {too_large(LARGEST + 4096)} (id null)"
    ),
    "tRPC: 50 calls": Limit(
        f"/trpc/{','.join(['system.ping'] * 50)}?batch=1", None, f"200 [{', '.join(['result'] * 50)}]"
    ),
    "tRPC: 51 calls": Limit(f"/trpc/{','.join(['system.ping'] * 51)}?batch=1", None, BATCH_OF_51),
    "tRPC: 5000 commas": Limit(f"/trpc/{',' * 5000}?batch=1", None, BATCH_OF_51),
    "tRPC: one large call of two": Limit(
        TWO,
        json.dumps({"0": {"title": "x" * LIMIT}, "1": {"title": "x"}}).encode(),
        f"207 [{too_large(LIMIT)}, result]",
    ),
    "tRPC: larger than both together": Limit(
        TWO,
        json.dumps({"0": {"title": "x" * 2 * LIMIT}, "1": {"title": "x" * 4096}}).encode(),
        f"413 [{', '.join([too_large(2 * LIMIT + 4096)] * 2)}]",
    ),
}


@pytest.mark.parametrize("case", LIMITS.values(), ids=LIMITS)
def test_a_limit_is_where_it_was_said_to_be(target: Target, case: Limit) -> None:
    method, headers = ("GET", []) if case.body is None else ("POST", [JSON])
    assert summary(target.ask(method, case.target, case.body, [*headers, target.caller.header])) == case.expected


def test_a_batch_that_is_refused_runs_none_of_its_calls(target: Target) -> None:
    first = target.call("courses.list", b'{"limit":1}').json["items"][0]["id"]
    create = json.dumps({"jsonrpc": "2.0", "method": "courses.create", "id": 1, "params": {"title": "x"}}).encode()
    target.ask("POST", "/rpc", batch(*[create] * 51), [JSON, target.caller.header])
    target.ask(
        "POST",
        f"/trpc/{','.join(['courses.create'] * 51)}?batch=1",
        b'{"0":{"title":"x"}}',
        [JSON, target.caller.header],
    )
    assert target.call("courses.list", b'{"limit":1}').json["items"][0]["id"] == first


def test_ten_megabytes_of_brackets_where_they_are_within_the_limit_cost_a_refusal(target: Target) -> None:
    for body in (b"[" * 10_000_000, b"[" + b"[]," * 3_000_000, b'{"courseId":' * 800_000):
        assert target.call("generation.uploadFile", body).status == 400
        assert target.memory() - target.memory_at_first < 64 * 1024 * 1024
