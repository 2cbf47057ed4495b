"""One table of calls, and the ways to make them: what comes of a call must not depend on the wire.

A `Call` is made by each of `WIRES` (plain JSON, JSON-RPC alone and in a batch, tRPC alone, in a batch and in a batch
stream) and by the in-process caller, `called_in_process`. Each gives the same `Told`: the output, or the error object.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import msgspec

from app.context import Request
from app.rpc import Dispatcher, Failure
from app.rpc.protocol_errors import JSON_RPC_NUMBERS
from tests.wire.trpc.transcripts import decode_lines

ERROR_ID = re.compile(r"[0-9a-f]{32}")
_RESERVED = {error.__name__: number for error, number in JSON_RPC_NUMBERS.items()}
_NUMBERS = {error.__name__: error.code.number for error in JSON_RPC_NUMBERS}


class Call(msgspec.Struct, frozen=True):
    """One call: `input` is JSON text, None for none; `fails` the type of the error that it ends with."""

    name: str
    path: str
    kind: str = "query"
    input: str | None = None
    fails: str | None = None
    token: str | None = None


class Told(msgspec.Struct, frozen=True):
    """What a caller is told: an output, or an error object."""

    value: Any = None
    error: dict[str, Any] | None = None


Wire = Callable[[httpx.AsyncClient, Call], Awaitable[Told]]


async def plain(http: httpx.AsyncClient, call: Call) -> Told:
    """`POST /rpc/{path}`."""
    answer = await http.post(f"/rpc/{call.path}", content=call.input, headers=_headers(call))
    return _answered(answer, answer.json())


async def plain_get(http: httpx.AsyncClient, call: Call) -> Told:
    """`GET /rpc/{path}?input=`, of a query; a mutation goes by POST."""
    if call.kind != "query":
        return await plain(http, call)
    query = {} if call.input is None else {"input": call.input}
    answer = await http.get(f"/rpc/{call.path}", params=query, headers=_headers(call))
    return _answered(answer, answer.json())


async def json_rpc(http: httpx.AsyncClient, call: Call) -> Told:
    """`POST /rpc`, one request."""
    answer = await http.post("/rpc", content=_request(call, 1), headers=_headers(call))
    assert answer.status_code == 200
    return _of_json_rpc(answer.json(), 1)


async def json_rpc_batch(http: httpx.AsyncClient, call: Call) -> Told:
    """`POST /rpc`, between two other requests of a batch, which it must not spoil."""
    others = [f'{{"jsonrpc":"2.0","method":"no.such","id":{number}}}' for number in (0, 2)]
    body = f"[{others[0]},{_request(call, 1)},{others[1]}]"
    answer = await http.post("/rpc", content=body, headers=_headers(call))
    before, told, after = answer.json()
    assert before["error"]["code"] == after["error"]["code"] == -32601
    return _of_json_rpc(told, 1)


async def trpc(http: httpx.AsyncClient, call: Call) -> Told:
    """`/trpc/{path}`: a query by GET, a mutation by POST."""
    if call.kind == "query":
        query = {} if call.input is None else {"input": call.input}
        answer = await http.get(f"/trpc/{call.path}", params=query, headers=_headers(call))
    else:
        answer = await http.post(f"/trpc/{call.path}", content=call.input, headers=_headers(call))
    return _answered(answer, _of_trpc(answer.json()))


async def trpc_batch(http: httpx.AsyncClient, call: Call) -> Told:
    """`/trpc/{path},{path}?batch=1`, behind a call that succeeds or fails on its own."""
    answer = await _batch(http, call, {})
    neighbour, told = answer.json()
    assert "error" in neighbour
    return Told(**_of_trpc(told))


async def trpc_stream(http: httpx.AsyncClient, call: Call) -> Told:
    """The same, answered as JSON Lines."""
    answer = await _batch(http, call, {"trpc-accept": "application/jsonl"})
    assert answer.status_code == 200
    values = decode_lines(answer.text)
    assert "error" in values["0"]
    return Told(**_of_trpc(values["1"]))


WIRES: tuple[Wire, ...] = (plain, plain_get, json_rpc, json_rpc_batch, trpc, trpc_batch, trpc_stream)


async def called_in_process(dispatcher: Dispatcher, make_context: Callable[[Request], Any], call: Call) -> Told:
    """The call as a worker or a script inside of the service would make it: dispatched, over no wire at all."""
    request = Request(id="in process", path=call.path, headers=_authorization(call))
    raw = None if call.input is None else call.input.encode()
    outcome = await dispatcher.call(dispatcher.route(call.path), raw, make_context(request))
    if isinstance(outcome, Failure):
        return Told(error=msgspec.json.decode(msgspec.json.encode(outcome.shape())))
    return Told(msgspec.json.decode(msgspec.json.encode(outcome.value)))


def settled(told: Told) -> Told:
    """The same without what is new each time: the id under which a bug is logged."""
    if told.error is None or "error_id" not in told.error["data"].get("details", {}):
        return told
    assert ERROR_ID.fullmatch(told.error["data"]["details"]["error_id"])
    data = {**told.error["data"], "details": {**told.error["data"]["details"], "error_id": "(new)"}}
    return Told(error={**told.error, "data": data})


def _authorization(call: Call) -> dict[str, str]:
    return {"authorization": f"Bearer {call.token}"} if call.token is not None else {}


def _headers(call: Call) -> dict[str, str]:
    return {"content-type": "application/json", **_authorization(call)}


def _request(call: Call, number: int) -> str:
    """A JSON-RPC request: an object is sent by name, anything else as the only element by position."""
    given = "" if call.input is None else f',"params":{call.input if call.input[0] == "{" else f"[{call.input}]"}'
    return f'{{"jsonrpc":"2.0","method":"{call.path}"{given},"id":{number}}}'


async def _batch(http: httpx.AsyncClient, call: Call, headers: dict[str, str]) -> httpx.Response:
    target, inputs = f"/trpc/no.such,{call.path}", "{}" if call.input is None else f'{{"1":{call.input}}}'
    headers = {**_headers(call), **headers}
    if call.kind == "query":
        return await http.get(target, params={"batch": "1", "input": inputs}, headers=headers)
    return await http.post(target, params={"batch": "1"}, content=inputs, headers=headers)


def _of_trpc(envelope: dict[str, Any]) -> dict[str, Any]:
    """tRPC's envelope as the plain wire would say it: `value`, or `error`."""
    if "error" in envelope:
        return {"error": envelope["error"]}
    return {"value": envelope["result"]["data"]}


def _answered(answer: httpx.Response, body: Any) -> Told:
    """An answer whose HTTP status must say the same as its body."""
    if answer.is_success:
        return Told(body["value"]) if "/trpc/" in str(answer.url) else Told(body)
    assert body.keys() == {"error"}
    assert answer.status_code == body["error"]["data"]["httpStatus"]
    return Told(error=body["error"])


def _of_json_rpc(answer: dict[str, Any], number: int) -> Told:
    """A JSON-RPC answer; a number that its specification reserves becomes that of the code again."""
    assert (answer["jsonrpc"], answer["id"]) == ("2.0", number)
    if "result" in answer:
        return Told(answer["result"])
    error = answer["error"]
    reserved = _RESERVED.get(error["data"]["type"])
    if reserved is None:
        return Told(error=error)
    assert error["code"] == reserved
    return Told(error={**error, "code": _NUMBERS[error["data"]["type"]]})
