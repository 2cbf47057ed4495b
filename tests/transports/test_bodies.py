"""Reading bodies: types, lengths, slow and broken senders. The raw cases write HTTP by hand."""

import time

import httpx
import pytest

from tests.transports.calls import SMALL_BODY
from tests.transports.router import WIRE
from tests.transports.server import RawConnection


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        'Application/JSON ; charset="utf-8"',
        "application/json;",
    ],
)
def test_json_in_utf8_is_taken_however_it_is_written(http: httpx.Client, content_type: str) -> None:
    assert http.post("/rpc/greet", content=b"{}", headers={"content-type": content_type}).status_code == 200


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "text/json",
        "application/jsonp",
        "application/json; charset=utf-16",
        "application/json; charset=latin-1",
        "application/json, text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/octet-stream",
        "",
        ";",
    ],
)
def test_any_other_type_is_415(http: httpx.Client, content_type: str) -> None:
    response = http.post("/rpc/greet", content=b"{}", headers={"content-type": content_type})
    assert (response.status_code, response.json()["error"]["data"]["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_a_body_without_a_type_is_415(http: httpx.Client) -> None:
    assert http.post("/rpc/greet", content=b"{}").status_code == 415


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "identity, gzip", "x"])
def test_an_encoded_body_is_415_whatever_is_in_it(http: httpx.Client, encoding: str) -> None:
    headers = {"content-type": "application/json", "content-encoding": encoding}
    assert http.post("/rpc/greet", content=b"{}", headers=headers).status_code == 415


def test_the_identity_encoding_is_none(http: httpx.Client) -> None:
    headers = {"content-type": "application/json", "content-encoding": "Identity"}
    assert http.post("/rpc/greet", content=b"{}", headers=headers).status_code == 200


def test_a_body_at_the_limit_is_taken_and_one_over_it_is_413(http: httpx.Client) -> None:
    text = b'"' + b"x" * (SMALL_BODY - 2) + b'"'
    headers = {"content-type": "application/json"}
    assert http.post("/rpc/small", content=text, headers=headers).json() == "taken"
    response = http.post("/rpc/small", content=text + b" ", headers=headers)
    assert response.status_code == 413
    assert response.json()["error"]["data"]["details"] == {"limit_bytes": SMALL_BODY}


def test_a_claimed_length_over_the_limit_is_refused_before_the_body_comes(port: int) -> None:
    with RawConnection(port) as raw:
        raw.post("/rpc/small", b"", length=10_000_000_000)
        answer = raw.read_to_end()
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"connection: close" in answer


def test_a_chunked_body_is_refused_as_soon_as_it_is_over_the_limit(port: int) -> None:
    with RawConnection(port) as raw:
        head = (
            b"POST /rpc/small HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n"
        )
        raw.send(head + b"\r\n40\r\n" + b" " * 64 + b"\r\n")
        raw.send(b"40\r\n" + b" " * 64 + b"\r\n")
        assert raw.read_until(b"\r\n").startswith(b"HTTP/1.1 413")


def test_a_chunked_body_is_read_whole(port: int) -> None:
    with RawConnection(port) as raw:
        head = (
            b"POST /rpc/greet HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n"
        )
        raw.send(head + b'\r\n8\r\n{"name":\r\n')
        raw.send(b'4\r\n"x"}\r\n0\r\n\r\n')
        assert raw.read_until(b"}").endswith(b'{"text":"hello x"}')


def test_a_connection_serves_one_request_after_another(port: int) -> None:
    with RawConnection(port) as raw:
        for name in (b"a", b"b", b"c"):
            raw.post("/rpc/greet", b'{"name":"' + name + b'"}')
            assert raw.read_until(b"}").endswith(b'{"text":"hello ' + name + b'"}')


def test_requests_sent_ahead_are_answered_in_order(port: int) -> None:
    with RawConnection(port) as raw:
        raw.post("/rpc/greet", b'{"name":"a"}')
        raw.post("/rpc/greet", b'{"name":"b"}')
        answers = raw.read_until(b"hello b")
    assert answers.index(b"hello a") < answers.index(b"hello b")


def test_a_body_that_stops_coming_is_408(port: int) -> None:
    started = time.monotonic()
    with RawConnection(port) as raw:
        raw.post("/rpc/greet", b'{"na', length=100)
        answer = raw.read_to_end()
    assert answer.startswith(b"HTTP/1.1 408")
    assert b'"BodyTimeout"' in answer
    assert WIRE.read_grace * 0.9 <= time.monotonic() - started < WIRE.read_deadline


def test_a_body_that_never_begins_is_408(port: int) -> None:
    with RawConnection(port) as raw:
        raw.post("/rpc/greet", b"", length=100)
        assert raw.read_to_end().startswith(b"HTTP/1.1 408")


def test_a_body_that_only_drips_is_408(port: int) -> None:
    with RawConnection(port) as raw:
        raw.post("/rpc/greet", b"", length=1000)
        answer = raw.drip(b" ", every=0.05, until=5.0)
    assert answer.startswith(b"HTTP/1.1 408")


def test_a_body_that_is_fast_enough_has_a_deadline_all_the_same(port: int) -> None:
    started = time.monotonic()
    with RawConnection(port) as raw:
        raw.post("/rpc/greet", b"", length=60_000)
        answer = raw.drip(b" " * 300, every=0.1, until=WIRE.read_deadline + 3)
    assert answer.startswith(b"HTTP/1.1 408")
    assert WIRE.read_deadline * 0.9 <= time.monotonic() - started


def test_a_body_that_is_fast_enough_may_take_its_time(port: int) -> None:
    body = b'{"name":"' + b"x" * 3000 + b'"}'
    with RawConnection(port) as raw:
        raw.post("/rpc/greet", b"", length=len(body))
        for at in range(0, len(body), 600):
            time.sleep(0.2)  # the pace itself is what is tested
            raw.send(body[at : at + 600])
        assert raw.read_until(b"\r\n").startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("path", ["/rpc/addWhenLet", "/rpc/greet", "/rpc"])
def test_a_client_that_leaves_in_its_body_does_no_harm(port: int, http: httpx.Client, path: str) -> None:
    for _ in range(20):
        with RawConnection(port) as raw:
            raw.post(path, b'{"na', length=100)
    assert http.post("/rpc/greet").status_code == 200


def test_a_broken_chunk_does_no_harm(port: int, http: httpx.Client) -> None:
    with RawConnection(port) as raw:
        head = (
            b"POST /rpc/greet HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n"
        )
        raw.send(head + b"\r\n4\r\n{   \r\nzz\r\n")
        assert b"200 OK" not in raw.read_to_end()
    assert http.post("/rpc/greet").status_code == 200
