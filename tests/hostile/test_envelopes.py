"""What stands around a call, on each wire: methods, addresses, content types, envelopes of JSON-RPC and of tRPC."""

import json
from typing import NamedTuple
from urllib.parse import quote
from uuid import uuid4

import pytest

from tests.hostile.asking import Headers, Target
from tests.hostile.reading import NOT_JSON, invalid, summary

pytestmark = pytest.mark.fault("hostile input: all other families")

JSON = ("content-type", "application/json")
PING = b'{"jsonrpc":"2.0","method":"system.ping","id":1}'
TYPE = "415 UnsupportedMediaType: Unsupported content type: send application/json"
NO_SUCH = '404 ProcedureNotFound: No procedure found on path "{}"'
OBJECT = "Expected `object`, got `{}`"


class Sent(NamedTuple):
    """A request, and the answer to it."""

    target: str
    body: bytes | None
    expected: str
    method: str = "POST"
    headers: Headers = (JSON,)


def get(target: str, expected: str, method: str = "GET") -> Sent:
    """A request without a body."""
    return Sent(target, None, expected, method, ())


def typed(content_type: str, expected: str = TYPE, *more: tuple[str, str]) -> Sent:
    """A call with this content type."""
    return Sent("/rpc/courses.list", b"{}", expected, headers=(("content-type", content_type), *more))


def refused_method(method: str, kind: str, path: str) -> str:
    """The answer to a wrong method."""
    return f'405 MethodNotSupported: Unsupported {method}-request to {kind} procedure at path "{path}"'


PLAIN: dict[str, Sent] = {
    "text/plain": typed("text/plain"),
    "no content type": Sent("/rpc/courses.list", b"{}", TYPE, headers=()),
    "another JSON": typed("application/json-patch+json"),
    "JSON in UTF-16": typed("application/json; charset=utf-16"),
    "two content types in one": typed("application/json, text/plain"),
    "two content types": typed("application/json", TYPE, ("content-type", "text/plain")),
    "a form": typed("application/x-www-form-urlencoded"),
    "a multipart form": typed("multipart/form-data; boundary=x"),
    "gzip": typed("application/json", TYPE, ("content-encoding", "gzip")),
    "gzip, then none": typed("application/json", TYPE, ("content-encoding", "gzip, identity")),
    "an unknown encoding": typed("application/json", TYPE, ("content-encoding", "x")),
    "PUT": Sent("/rpc/courses.list", b"{}", refused_method("PUT", "query", "courses.list"), "PUT"),
    "GET of a mutation": get("/rpc/courses.create?input=%7B%7D", refused_method("GET", "mutation", "courses.create")),
    "TRACE": get("/rpc/courses.create", refused_method("TRACE", "mutation", "courses.create"), "TRACE"),
    "CONNECT": get("/rpc/courses.create", refused_method("CONNECT", "mutation", "courses.create"), "CONNECT"),
    "a method in small letters": get("/rpc/system.ping", refused_method("get", "query", "system.ping"), "get"),
    "a method of 300 letters": get("/rpc/system.ping", refused_method("X" * 20, "query", "system.ping"), "X" * 300),
    "a subscription posted": Sent(
        "/rpc/generation.watch", b"{}", refused_method("POST", "subscription", "generation.watch")
    ),
    "input that is no JSON": get("/rpc/courses.list?input=%7B", NOT_JSON),
    "input that is no UTF-8": get("/rpc/courses.list?input=%FF", NOT_JSON),
    "input that is half a percent sign": get("/rpc/courses.list?input=%", NOT_JSON),
    "input null": get("/rpc/courses.list?input=null", invalid("$", OBJECT.format("null"))),
    "input twice": get("/rpc/courses.list?input=x&input=%7B%7D", NOT_JSON),
    "a subscription's input": get("/rpc/generation.watch?input=%7B", NOT_JSON.replace("400", "200")),
    "a subscription's parameters": get(
        "/rpc/generation.watch?connectionParams=x", "400 InvalidConnectionParams: Invalid connection params shape"
    ),
    "no such procedure": Sent("/rpc/none", b"{}", NO_SUCH.format("none")),
    "half a path": Sent("/rpc/courses", b"{}", NO_SUCH.format("courses")),
    "a slash for a dot": Sent("/rpc/courses/list", b"{}", NO_SUCH.format("courses/list")),
    "capitals": Sent("/rpc/Courses.List", b"{}", NO_SUCH.format("Courses.List")),
    "a private name": Sent("/rpc/__init__", b"{}", NO_SUCH.format("__init__")),
    "a path out": Sent("/rpc/..%2f..%2fetc", b"{}", NO_SUCH.format("../../etc")),
    "a path out, as it is": get("/rpc/../health", NO_SUCH.format("../health")),
    "a NUL in the path": Sent("/rpc/%00", b"{}", NO_SUCH.format("\0")),
    "a path that is no UTF-8": Sent("/rpc/%ff", b"{}", NO_SUCH.format("\ufffd")),
    "a header in the path": Sent("/rpc/x%0d%0aset-cookie:a=b", b"{}", NO_SUCH.format("x\r\nset-cookie:a=b")),
    "a job": Sent(
        "/rpc/generation.stages.documentProcessing", b"{}", NO_SUCH.format("generation.stages.documentProcessing")
    ),
    "3000 letters": Sent("/rpc/" + "a" * 3000, b"{}", NO_SUCH.format("a" * 200)),
    "nothing at all": get("/", "404 NotFoundException: Not Found"),
    "a file of the server": get("/docs/%2e%2e/%2e%2e/etc/passwd", "404 NotFoundException: Not Found"),
    "a download of no signature": get(
        "/downloads/../../etc/passwd", "404 NothingHere: There is nothing at this address, or no longer"
    ),
}


def envelope(**members: object) -> bytes:
    """A call of JSON-RPC."""
    return json.dumps({"jsonrpc": "2.0", "method": "courses.list", "id": 1} | members).encode()


def rpc(body: bytes, expected: str) -> Sent:
    """A request of JSON-RPC, which is answered 200 whatever it is."""
    return Sent("/rpc", body, f"200 {expected}" if expected else "204")


def no_request(problem: str, call_id: str = "1") -> str:
    """The answer to what is no request."""
    return f"-32600 MalformedRequest: Not a JSON-RPC 2.0 request: {problem} (id {call_id})"


RPC_PARSE = "-32700 ParseError: The request is not valid JSON (id null)"
BAD_ID = "-32600 MalformedRequest: `id` must be a string, a number or null (id null)"
BAD_PARAMS = "-32600 MalformedRequest: `params` must be an object or an array (id 1)"
ONE_INPUT = "-32602 InvalidInput at $: Send the input as an object, or as the only element of an array (id 1)"
NO_METHOD = '-32601 ProcedureNotFound: No procedure found on path "{}" (id 1)'
WATCH = "generation.watch"

JSON_RPC: dict[str, Sent] = {
    "no JSON": rpc(b"{", RPC_PARSE),
    "nothing": rpc(b"", RPC_PARSE),
    "two requests": rpc(PING + PING, RPC_PARSE),
    "a byte order mark": rpc(b"\xef\xbb\xbf" + PING, RPC_PARSE),
    "null": rpc(b"null", no_request(OBJECT.format("null"), "null")),
    "a number": rpc(b"1", no_request(OBJECT.format("int"), "null")),
    "a string": rpc(b'"system.ping"', no_request(OBJECT.format("str"), "null")),
    "an empty object": rpc(b"{}", no_request("Object missing required field `jsonrpc`", "null")),
    "a response": rpc(b'{"jsonrpc":"2.0","result":1,"id":1}', no_request("Object missing required field `method`")),
    "no version": rpc(b'{"method":"system.ping","id":1}', no_request("Object missing required field `jsonrpc`")),
    "version 1.0": rpc(envelope(jsonrpc="1.0"), no_request("Invalid enum value '1.0' - at `$.jsonrpc`")),
    "a version that is a number": rpc(
        envelope(jsonrpc=2.0), no_request("Expected `str`, got `float` - at `$.jsonrpc`")
    ),
    "a method that is a number": rpc(envelope(method=1), no_request("Expected `str`, got `int` - at `$.method`")),
    "a method that is a list": rpc(envelope(method=["x"]), no_request("Expected `str`, got `array` - at `$.method`")),
    "an empty method": rpc(envelope(method=""), NO_METHOD.format("")),
    "a method that is reserved": rpc(envelope(method="rpc.listMethods"), NO_METHOD.format("rpc.listMethods")),
    "a method that is private": rpc(envelope(method="__proto__"), NO_METHOD.format("__proto__")),
    "a method with a space": rpc(envelope(method="system.ping "), NO_METHOD.format("system.ping ")),
    "a method with a NUL": rpc(envelope(method="a\0"), NO_METHOD.format("a\0")),
    "a method of 60000 letters": rpc(envelope(method="a" * 60_000), NO_METHOD.format("a" * 200)),
    "a subscription": rpc(
        envelope(method=WATCH, params={"courseId": str(uuid4())}),
        f"-32005 {refused_method('JSON-RPC', 'subscription', WATCH)[4:]} (id 1)",
    ),
    "an id that is an object": rpc(envelope(id={}), BAD_ID),
    "an id that is an array": rpc(envelope(id=[1]), BAD_ID),
    "an id that is true": rpc(envelope(id=True), BAD_ID),
    "an id that is NaN": rpc(PING.replace(b"1}", b"NaN}"), RPC_PARSE),
    "an id that is half a pair": rpc(PING.replace(b"1}", b'"\\ud800"}'), RPC_PARSE),
    "an id with markup": rpc(envelope(method="system.ping", id="</script>"), 'result (id "</script>")'),
    "an id twice": rpc(PING.replace(b"1}", b'1,"id":2}'), "result (id 2)"),
    "params that are a string": rpc(envelope(params="x"), BAD_PARAMS),
    "params that are null": rpc(envelope(params=None), BAD_PARAMS),
    "params of two": rpc(envelope(params=[{}, {}]), ONE_INPUT),
    "params in an array too many": rpc(
        envelope(params=[[{}]]), f"-32602 {invalid('$', OBJECT.format('array'))[4:]} (id 1)"
    ),
    "an unknown parameter": rpc(
        envelope(params={"x": 1}), "-32602 InvalidInput at $: Object contains unknown field `x` (id 1)"
    ),
    "deep params": rpc(envelope(params=0).replace(b"0}", b"[" * 20_000 + b"]" * 20_000 + b"}"), RPC_PARSE),
    "a deep member of no meaning": rpc(PING[:-1] + b',"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", RPC_PARSE),
    "bad UTF-8 in a member of no meaning": rpc(PING[:-1] + b',"x":"\xff"}', RPC_PARSE),
    "a notification of no such method": rpc(b'{"jsonrpc":"2.0","method":"no.such"}', ""),
    "a notification that is no request": rpc(
        b'{"jsonrpc":"2.0","method":1}', no_request("Expected `str`, got `int` - at `$.method`", "null")
    ),
    "an address that is read only": get(
        "/rpc", '405 -32005 MethodNotSupported: Unsupported GET-request to JSON-RPC procedure at path "/rpc" (id null)'
    ),
    "text/plain": Sent(
        "/rpc", PING, TYPE.replace("415", "415 -32015") + " (id null)", headers=[("content-type", "text/plain")]
    ),
}

LIST = "/trpc/courses.list"
SUPERJSON = quote('{"json":{}}')
NO_OBJECT = '"input" needs to be an object when doing a batch call'
TRPC: dict[str, Sent] = {
    "input that is no JSON": get(f"{LIST}?input=%7B", NOT_JSON),
    "input that is a NUL": get(f"{LIST}?input=%00", NOT_JSON),
    "input in the envelope of superjson": get(
        f"{LIST}?input={SUPERJSON}", invalid("$", "Object contains unknown field `json`")
    ),
    "two inputs in one": get(f"{LIST}?input={quote('{} {}')}", NOT_JSON),
    "brackets": get(f"{LIST}?input={'%5B' * 10_000}", invalid("$", OBJECT.format("array"))),
    "GET of a mutation": get("/trpc/courses.create", refused_method("GET", "mutation", "courses.create")),
    "PUT": Sent(LIST, b"{}", refused_method("PUT", "query", "courses.list"), "PUT"),
    "DELETE without a type": get(LIST, TYPE, "DELETE"),
    "text/plain": Sent(LIST, b"{}", TYPE, headers=[("content-type", "text/plain")]),
    "nothing": get("/trpc/", NO_SUCH.format("")),
    "another wire": get("/trpc/..%2frpc%2fsystem.ping", NO_SUCH.format("../rpc/system.ping")),
    "a parameter of the path": get("/trpc/system.ping;x=1", NO_SUCH.format("system.ping;x=1")),
    "a NUL": get("/trpc/system.ping%00", NO_SUCH.format("system.ping\0")),
    "a constructor": get("/trpc/constructor", NO_SUCH.format("constructor")),
    "mixed kinds": get(
        "/trpc/system.ping,courses.create?batch=1",
        "400 MalformedRequest: Cannot mix procedure types in call: query, mutation",
    ),
    "an unknown one of two": get("/trpc/system.ping,no.such?batch=1", f"207 [result, {NO_SUCH.format('no.such')[4:]}]"),
    "inputs that are no JSON": Sent(f"{LIST},system.ping?batch=1", b"{", f"207 [{NOT_JSON[4:]}, result]"),
    "inputs that are an array": Sent(
        f"{LIST},system.ping?batch=1", b"[]", f"207 [MalformedRequest: {NO_OBJECT}, result]"
    ),
    "a bad input": Sent(f"{LIST}?batch=1", b'{"0":{"limit":0}}', "400 [InvalidInput at $.limit: Expected `int` >= 1]"),
    "deep inputs": Sent(f"{LIST}?batch=1", b'{"x":' + b"[" * 20_000 + b"]" * 20_000 + b"}", f"400 [{NOT_JSON[4:]}]"),
    "a NUL in an input": Sent(
        "/trpc/courses.create?batch=1",
        b'{"0":{"title":"\\u0000"}}',
        "422 [UnprocessableText at $.title: Must not contain the NUL character]",
    ),
    "a subscription in a batch": get(
        f"/trpc/{WATCH}?batch=1", "400 [MalformedRequest: Cannot batch subscription calls]"
    ),
    "a subscription's input": get(f"/trpc/{WATCH}?input=%7B", NOT_JSON.replace("400", "200")),
    "a stream that is no batch": Sent(
        LIST,
        b"{}",
        "400 MalformedRequest: Streaming requests must be batched (you can do a batch of 1)",
        headers=[JSON, ("trpc-accept", "application/jsonl")],
    ),
}

WIRES = {"plain": PLAIN, "JSON-RPC": JSON_RPC, "tRPC": TRPC}
ALL = [pytest.param(sent, id=f"{wire}: {name}") for wire, table in WIRES.items() for name, sent in table.items()]


@pytest.mark.parametrize("sent", ALL)
def test_an_envelope_that_is_wrong_is_refused_with_what_is_wrong(target: Target, sent: Sent) -> None:
    headers = [*sent.headers, target.caller.header]
    assert summary(target.ask(sent.method, sent.target, sent.body, headers)) == sent.expected
