"""Refusals by content type, method, size and connection: with the right headers, and so that clients can read them."""

import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.transports.server import RawConnection, until
from tests.wire.trpc.refusals import DEEP, TYPE, error_of, refusal


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "application/json;charset=x"],
)
@pytest.mark.parametrize("path", ["counter.add", "counter.add,counter.add?batch=1", "no.such", "feed.plain"])
def test_another_content_type_is_415(http: httpx.Client, path: str, content_type: str) -> None:
    response = http.post(f"/trpc/{path}", content="{}", headers={"content-type": content_type})
    refusal(response, 415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize("content_type", ["multipart/form-data; boundary=x", "application/octet-stream"])
@pytest.mark.parametrize("path", ["counter.add", "values.echo", "upload.form", "upload.bin", "feed.plain"])
def test_a_form_is_415_where_it_is_not_declared(http: httpx.Client, path: str, content_type: str) -> None:
    declared = {"upload.form": "multipart", "upload.bin": "application"}.get(path, "none")
    if not content_type.startswith(declared):
        response = http.post(f"/trpc/{path}", content=b"--x--", headers={"content-type": content_type})
        refusal(response, 415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_another_method_is_405_and_says_which_is_allowed(http: httpx.Client, method: str) -> None:
    for path, allowed in (("counter.add", "POST"), ("values.nil", "GET, POST"), ("values.nil?batch=1", "GET, POST")):
        response = http.request(method, f"/trpc/{path}", headers=TYPE)
        assert (response.status_code, response.headers["allow"]) == (405, allowed)


@pytest.mark.parametrize(
    "params", ["", "x", "1", "[]", '"x"', '{"a":1}', '{"a":null}', '{"a":{}}', DEEP, '{"a":"\\ud800"}']
)
def test_connection_params_that_are_no_object_of_texts_are_refused(http: httpx.Client, params: str) -> None:
    for wire in ("trpc", "rpc"):
        response = http.get(f"/{wire}/who.amiSub?connectionParams={quote(params)}")
        assert (response.status_code, error_of(response.json())["data"]["code"]) == (400, "PARSE_ERROR")


def test_a_call_over_its_limit_is_413_alone_and_in_a_batch(http: httpx.Client) -> None:
    large = json.dumps({"name": "x" * 66_000})
    refusal(http.post("/trpc/greeting.hello", content=large, headers=TYPE), 413, "PAYLOAD_TOO_LARGE")
    body = f'{{"0":{{"name":"a"}},"1":{large}}}'
    first, second = http.post("/trpc/greeting.hello,greeting.hello?batch=1", content=body, headers=TYPE).json()
    assert first == {"result": {"data": {"text": "hello a"}}}
    assert error_of(second)["data"]["code"] == "PAYLOAD_TOO_LARGE"


def test_a_batch_over_the_limit_of_all_its_calls_is_413_for_each(http: httpx.Client) -> None:
    body = json.dumps({"0": {"name": "x" * 140_000}})
    response = http.post("/trpc/greeting.hello,greeting.hello?batch=1", content=body, headers=TYPE)
    assert (response.status_code, response.headers["connection"]) == (413, "close")
    assert [error_of(each)["data"]["httpStatus"] for each in response.json()] == [413, 413]


def test_a_batch_may_be_as_large_as_its_calls_together_within_the_largest(http: httpx.Client) -> None:
    body = json.dumps({str(index): {"name": "x" * 6_000} for index in range(10)})
    response = http.post(f"/trpc/{','.join(['greeting.hello'] * 10)}?batch=1", content=body, headers=TYPE)
    assert response.status_code == 200


def test_a_body_too_large_to_be_read_closes_the_connection(port: int) -> None:
    with RawConnection(port) as raw:
        raw.post("/trpc/values.nil,values.echo?batch=1", b"", length=10**9)
        answer = raw.read_to_end().lower()
        assert b" 207 " in answer
        assert b"connection: close" in answer


def test_a_body_that_ends_early_is_no_call(port: int, http: httpx.Client) -> None:
    def total() -> Any:
        return http.post("/trpc/counter.add", content='{"by":0}', headers=TYPE).json()

    before = total()
    with RawConnection(port) as raw:
        raw.post("/trpc/counter.add", b'{"by":', length=100)
    until(lambda: total() == before, "nothing was added")


@pytest.mark.parametrize(
    "path", ["/trpc/counter.add", "/trpc/no.such", "/rpc/no.such", "/trpc/values.nil,counter.add?batch=1"]
)
def test_a_refusal_takes_the_body_first_so_that_clients_get_to_read_it(port: int, path: str) -> None:
    body = b"x" * 300_000
    with RawConnection(port) as raw:
        raw.send(f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\n".encode())
        raw.send(b"content-length: %d\r\n\r\n" % len(body) + body)
        assert raw.read_until(b"}}").split()[1] in (b"404", b"415")
        raw.send(b"GET /trpc/values.nil HTTP/1.1\r\nhost: x\r\n\r\n")
        assert b" 200 " in raw.read_until(b"}}")
