"""Requests of every wrong shape: each is answered with an error object, never a 5xx, and spoils nothing else."""

import json
from urllib.parse import quote

import httpx
import pytest

from tests.wire.trpc.refusals import DEEP, TYPE, error_of, refusal

INPUTS = {
    "not JSON": "{nope",
    "two values": "{} {}",
    "single quotes": "{'name':'x'}",
    "a comment": '{"name":"x"} // x',
    "Infinity": "Infinity",
    "a byte order mark": "\ufeff{}",
    "a lone surrogate": '{"name":"\\ud800"}',
    "cut off": '{"name":',
    "a depth bomb": DEEP,
    "a bomb of objects": '{"a":' * 3_000,
    "null": "null",
    "a number": "1",
    "a text": '"x"',
    "an array": "[]",
    "an empty object": "{}",
    "a wrong type": '{"name":1}',
    "a huge number": '{"name":' + "9" * 5000 + "}",
    "an unknown field": '{"name":"x","more":1}',
    "a wrong case": '{"Name":"x"}',
    "a prototype": '{"__proto__":{"name":"x"}}',
}
NUL = '{"name":"\\u0000"}'


@pytest.mark.parametrize("text", INPUTS.values(), ids=INPUTS.keys())
@pytest.mark.parametrize("way", ["query", "posted"])
def test_a_wrong_input_is_a_bad_request(http: httpx.Client, way: str, text: str) -> None:
    if way == "query":
        response = http.get(f"/trpc/greeting.hello?input={quote(text)}")
    else:
        response = http.post("/trpc/greeting.hello", content=text.encode("utf-8"), headers=TYPE)
    assert refusal(response, 400, "BAD_REQUEST")["code"] == -32600


@pytest.mark.parametrize("body", [b'{"name":"\xff"}', b'{"name":"\xc0\x80"}', b"\x00", b"\xff\xfe{\x00}\x00"])
def test_a_body_that_is_no_utf8_is_a_bad_request(http: httpx.Client, body: bytes) -> None:
    refusal(http.post("/trpc/greeting.hello", content=body, headers=TYPE), 400, "BAD_REQUEST")


def test_a_nul_character_is_422(http: httpx.Client) -> None:
    refusal(http.post("/trpc/greeting.hello", content=NUL, headers=TYPE), 422, "UNPROCESSABLE_CONTENT")
    batch = http.post("/trpc/greeting.hello,values.nil?batch=1", content=f'{{"0":{NUL}}}', headers=TYPE)
    assert error_of(batch.json()[0])["data"]["code"] == "UNPROCESSABLE_CONTENT"


@pytest.mark.parametrize("text", INPUTS.values(), ids=INPUTS.keys())
def test_a_batch_whose_inputs_are_no_object_of_inputs_spoils_only_calls_that_take_one(
    http: httpx.Client, text: str
) -> None:
    response = http.post("/trpc/greeting.hello,values.nil,greeting.hello?batch=1", content=text.encode(), headers=TYPE)
    first, nil, last = response.json()
    assert (response.status_code, nil) == (207, {"result": {"data": None}})
    assert error_of(first)["data"]["code"] == error_of(last)["data"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize("text", [*INPUTS.values()][10:], ids=[*INPUTS][10:])
def test_one_wrong_input_of_a_batch_spoils_no_other(http: httpx.Client, text: str) -> None:
    body = f'{{"0":{text},"1":{{"name":"b"}}}}'
    response = http.post("/trpc/greeting.hello,greeting.hello?batch=1", content=body, headers=TYPE)
    first, second = response.json()
    assert (response.status_code, second) == (207, {"result": {"data": {"text": "hello b"}}})
    assert error_of(first)["code"] == -32600


@pytest.mark.parametrize("key", ["00", "01", "-1", "1.0", "+1", "1e0", "x", "", "１"])
def test_only_a_decimal_index_is_the_key_of_an_input(http: httpx.Client, key: str) -> None:
    body = json.dumps({key: {"name": "x"}})
    answers = http.post("/trpc/greeting.maybe,greeting.maybe?batch=1", content=body, headers=TYPE).json()
    assert answers == [{"result": {"data": {"text": "hello nobody"}}}] * 2


@pytest.mark.parametrize("batch", ["true", "0", "2", "", "01", "1.0", "yes", "1 ", "1&batch=1x"])
def test_only_the_literal_one_makes_a_batch(http: httpx.Client, batch: str) -> None:
    response = http.get(f"/trpc/values.nil,values.nil?batch={batch}")
    if batch == "1&batch=1x":
        assert response.status_code == 200
    else:
        refusal(response, 404, "NOT_FOUND")


PATHS = [
    "",
    "%ff",
    "%00",
    "no.such",
    "values",
    "Values.nil",
    "values.nil.x",
    "values/nil",
    "__proto__",
    "%2e%2e",
    "a" * 5000,
]


@pytest.mark.parametrize("path", PATHS)
def test_an_unknown_path_is_404_alone_and_in_a_batch(http: httpx.Client, path: str) -> None:
    refusal(http.get(f"/trpc/{path}"), 404, "NOT_FOUND")
    refusal(http.post(f"/trpc/{path}", content="{}", headers=TYPE), 404, "NOT_FOUND")
    nil, unknown = http.get(f"/trpc/values.nil,{path}?batch=1").json()
    assert "result" in nil
    assert error_of(unknown)["data"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize("paths", ["," * 49, "," * 50, "," * 5000, "values.nil," * 51])
def test_a_path_of_commas_is_as_many_unknown_calls_or_too_many(http: httpx.Client, paths: str) -> None:
    response = http.get(f"/trpc/{paths}?batch=1")
    if paths == "," * 49:
        assert (response.status_code, len(response.json())) == (404, 50)
    else:
        assert refusal(response, 400, "BAD_REQUEST")["message"] == "Batch call exceeds maximum size"


def test_a_batch_of_51_is_refused_whole_and_none_of_it_runs(http: httpx.Client) -> None:
    before = http.post("/trpc/counter.add", content='{"by":0}', headers=TYPE).json()
    path = ",".join(["counter.add"] * 51)
    for headers in (TYPE, TYPE | {"trpc-accept": "application/jsonl"}, TYPE | {"trpc-batch-mode": "stream"}):
        refusal(http.post(f"/trpc/{path}?batch=1", content="{}", headers=headers), 400, "BAD_REQUEST")
    assert http.post("/trpc/counter.add", content='{"by":0}', headers=TYPE).json() == before


def test_a_batch_of_mixed_kinds_is_refused_whole(http: httpx.Client) -> None:
    response = http.post("/trpc/values.nil,counter.add,feed.plain?batch=1", content="{}", headers=TYPE)
    message = refusal(response, 400, "BAD_REQUEST")["message"]
    assert message == "Cannot mix procedure types in call: query, mutation, subscription"
