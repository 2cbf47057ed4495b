"""JSON-RPC beyond the specification's examples: ids, errors, limits, rubbish."""

from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import pytest

from tests.transports.calls import SMALL_BODY
from tests.transports.router import WIRE
from tests.transports.server import RawConnection, until

State = Callable[[], dict[str, Any]]
JSON = {"content-type": "application/json"}


def send(http: httpx.Client, body: bytes | str) -> httpx.Response:
    """Post these bytes as JSON-RPC."""
    return http.post("/rpc", content=body, headers=JSON)


def call(http: httpx.Client, method: str, params: Any = None, **more: Any) -> dict[str, Any]:
    """One call by name; its whole answer."""
    request = {"jsonrpc": "2.0", "method": method, "id": 1, **({} if params is None else {"params": params}), **more}
    response = send(http, msgspec.json.encode(request))
    assert response.status_code == 200
    answer: dict[str, Any] = response.json()
    return answer


@pytest.mark.parametrize(
    "sent", ["1", "-7", "1.50", "1e2", "123456789012345678901234567890", '"a"', '"\\u00fc"', "null"]
)
def test_an_id_comes_back_exactly_as_it_was_sent(http: httpx.Client, sent: str) -> None:
    answer = send(http, '{"jsonrpc":"2.0","method":"getData","id":  ' + sent + " }").text
    assert answer == '{"jsonrpc":"2.0","result":["hello",5],"id":' + sent + "}"


@pytest.mark.parametrize("sent", ["true", "false", "[1]", "{}"])
def test_an_id_of_another_type_is_no_request(http: httpx.Client, sent: str) -> None:
    answer = send(http, '{"jsonrpc":"2.0","method":"getData","id":' + sent + "}").json()
    assert (answer["error"]["code"], answer["id"]) == (-32600, None)


@pytest.mark.parametrize("params", ["null", "1", '"bar"', "true"])
def test_params_that_are_no_structure_are_no_request(http: httpx.Client, params: str) -> None:
    answer = send(http, '{"jsonrpc":"2.0","method":"greet","id":5,"params":' + params + "}").json()
    assert (answer["error"]["code"], answer["id"]) == (-32600, 5)


@pytest.mark.parametrize(
    "request_text",
    [
        '{"method":"greet","id":5}',
        '{"jsonrpc":"1.0","method":"greet","id":5}',
        '{"jsonrpc":2.0,"method":"greet","id":5}',
    ],
)
def test_another_version_is_no_request_but_its_id_is_known(http: httpx.Client, request_text: str) -> None:
    answer = send(http, request_text).json()
    assert (answer["error"]["code"], answer["id"]) == (-32600, 5)


def test_absent_params_and_an_empty_array_are_no_input(http: httpx.Client) -> None:
    assert call(http, "greet")["result"] == {"text": "hello nobody"}
    assert call(http, "greet", [])["result"] == {"text": "hello nobody"}


def test_refused_input_says_where(http: httpx.Client) -> None:
    error = call(http, "subtract", {"minuend": "x", "subtrahend": 1})["error"]
    assert error["code"] == -32602
    assert error["data"]["issues"] == [{"path": "$.minuend", "message": "Expected `int`, got `str`"}]
    assert error["data"]["path"] == "subtract"


def test_an_unknown_field_is_refused(http: httpx.Client) -> None:
    assert call(http, "greet", {"nome": "x"})["error"]["code"] == -32602


def test_a_nul_character_is_refused_as_input(http: httpx.Client) -> None:
    error = call(http, "greet", {"name": "a\x00b"})["error"]
    assert (error["code"], error["data"]["httpStatus"]) == (-32602, 422)
    assert error["data"]["issues"][0]["path"] == "$.name"


def test_a_declared_error_carries_the_number_of_its_code_and_its_fields(http: httpx.Client) -> None:
    error = call(http, "overLimit")["error"]
    assert (error["code"], error["message"]) == (-32029, "At most 3 at a time")
    assert error["data"] == {
        "code": "TOO_MANY_REQUESTS",
        "httpStatus": 429,
        "path": "overLimit",
        "type": "OverLimit",
        "declared": True,
        "retryAfter": 30,
        "details": {"limit": 3},
    }


def test_a_bug_is_masked(http: httpx.Client) -> None:
    answer = call(http, "crash")
    assert answer["error"]["code"] == -32603
    assert answer["error"]["message"] == "Internal server error"
    assert "secret" not in str(answer)


@pytest.mark.parametrize("method", ["rpc.anything", "", "a" * 10_000, "greet/", "/greet", "feed", "__class__"])
def test_an_unknown_method_is_not_found(http: httpx.Client, method: str) -> None:
    assert call(http, method)["error"]["code"] == -32601


def test_a_subscription_is_not_supported(http: httpx.Client) -> None:
    error = call(http, "feed.ticks")["error"]
    assert (error["code"], error["data"]["type"]) == (-32005, "MethodNotSupported")


def batch_of(count: int) -> bytes:
    """So many calls that wait for each other's release."""
    return msgspec.json.encode([{"jsonrpc": "2.0", "method": "addWhenLet", "id": n} for n in range(count)])


def test_a_batch_runs_concurrently_and_answers_in_order(http: httpx.Client, port: int, state: State) -> None:
    with RawConnection(port) as raw:
        raw.post("/rpc", batch_of(WIRE.batch_limit))
        until(lambda: state()["open"] == WIRE.batch_limit, "all run at once")
        http.post("/rpc/letAdd")
        answers = msgspec.json.decode(raw.read_until(b"}]").split(b"\r\n\r\n")[1])
    assert [answer["id"] for answer in answers] == list(range(WIRE.batch_limit))


def test_a_batch_over_the_maximum_is_refused_whole_with_one_object(http: httpx.Client, state: State) -> None:
    answer = send(http, batch_of(WIRE.batch_limit + 1)).json()
    assert (answer["error"]["code"], answer["id"]) == (-32600, None)
    assert state()["open"] == 0


def test_equal_ids_in_a_batch_are_answered_each(http: httpx.Client) -> None:
    batch = [{"jsonrpc": "2.0", "method": "getData", "id": 1}] * 2
    assert [answer["id"] for answer in send(http, msgspec.json.encode(batch)).json()] == [1, 1]


def test_of_equal_keys_the_last_one_counts(http: httpx.Client) -> None:
    answer = send(http, '{"jsonrpc":"2.0","method":"crash","method":"getData","id":1,"id":2}').json()
    assert answer == {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2}


def test_a_nested_batch_is_no_request(http: httpx.Client) -> None:
    assert send(http, '[[{"jsonrpc":"2.0","method":"getData","id":1}]]').json()[0]["error"]["code"] == -32600


NOT_JSON = {
    "nothing": b"",
    "space": b" \n",
    "text": b"hello",
    "bad UTF-8 in an id": b'{"jsonrpc":"2.0","method":"getData","id":"\xff"}',
    "bad UTF-8 in params": b'{"jsonrpc":"2.0","method":"echo","params":{"a":"\xc3\x28"},"id":1}',
    "a byte order mark": b'\xef\xbb\xbf{"jsonrpc":"2.0","method":"getData","id":1}',
    "a second value": b'{"jsonrpc":"2.0","method":"getData","id":1} 2',
    "NaN": b'{"jsonrpc":"2.0","method":"echo","params":[NaN],"id":1}',
    "a lone quote": b'"',
    "a bare control character": b'{"jsonrpc":"2.0","method":"echo","params":["\x01"],"id":1}',
    "an array too deep": b"[" * 20_000,
    "params too deep": b'{"jsonrpc":"2.0","method":"echo","params":' + b"[" * 20_000 + b"]" * 20_000 + b',"id":1}',
    "an unknown member too deep": b'{"x":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b',"id":1}',
    "UTF-16": '{"jsonrpc":"2.0","method":"getData","id":1}'.encode("utf-16"),
}


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON.keys())
def test_what_is_not_json_is_a_parse_error(http: httpx.Client, body: bytes) -> None:
    answer = send(http, body).json()
    assert (answer["error"]["code"], answer["id"]) == (-32700, None)


def test_a_lone_surrogate_is_refused(http: httpx.Client) -> None:
    answer = send(http, '{"jsonrpc":"2.0","method":"echo","params":["\\ud800"],"id":1}').json()
    assert answer["error"]["code"] == -32700


@pytest.mark.parametrize("filler", [b"[],", b"1,", b"{},"])
def test_a_long_array_of_nothing_is_refused_cheaply(http: httpx.Client, filler: bytes) -> None:
    count = 60_000 // len(filler)
    assert send(http, b"[" + filler * count + b"1]").json()["error"]["code"] == -32600
    params = b'{"jsonrpc":"2.0","method":"greet","params":[' + filler * count + b'1],"id":1}'
    assert send(http, params).json()["error"]["code"] == -32602


def test_an_input_over_the_limit_of_its_procedure_is_refused(http: httpx.Client) -> None:
    error = call(http, "small", ["x" * SMALL_BODY])["error"]
    assert (error["code"], error["data"]["details"]) == (-32013, {"limit_bytes": SMALL_BODY})


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_another_http_method_is_405_in_the_shape_of_json_rpc(http: httpx.Client, method: str) -> None:
    response = http.request(method, "/rpc")
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert (response.json()["error"]["code"], response.json()["id"]) == (-32005, None)


def test_another_content_type_is_415_in_the_shape_of_json_rpc(http: httpx.Client) -> None:
    response = http.post("/rpc", content=b"{}", headers={"content-type": "text/plain"})
    assert (response.status_code, response.json()["error"]["code"]) == (415, -32015)


def test_a_body_larger_than_any_procedure_takes_is_413(http: httpx.Client) -> None:
    response = send(http, b" " * 1_000_000)
    assert (response.status_code, response.json()["error"]["code"]) == (413, -32013)
