"""What a request tells a context, and request ids in and out."""

import httpx
import pytest

from app.transports.http import Headers, query_parameter, request_id, trace_id
from tests.transports.server import RawConnection

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.mark.parametrize("sent", ["abc", "a", "x" * 128, "!~#:/", "3f2b8c1e-0000-4000-8000-000000000000"])
def test_a_sane_request_id_comes_back(http: httpx.Client, sent: str) -> None:
    response = http.post("/rpc/who", headers={"x-request-id": sent})
    assert response.headers["x-request-id"] == response.json()["id"] == sent


@pytest.mark.parametrize("sent", ["", "x" * 129, "a b", "a\tb", "ü"])
def test_any_other_request_id_is_replaced(http: httpx.Client, sent: str) -> None:
    response = http.post("/rpc/who", headers=[(b"x-request-id", sent.encode())])
    assert response.headers["x-request-id"] == response.json()["id"]
    assert len(response.headers["x-request-id"]) == 32


def test_failures_carry_the_request_id_too(http: httpx.Client) -> None:
    for path in ("/rpc/no.such", "/rpc/crash", "/nowhere", "/outside/crash", "/rpc/feed.ticks"):
        assert http.get(path, headers={"x-request-id": "mine"}).headers["x-request-id"] == "mine"


def test_every_request_has_an_id_of_its_own(http: httpx.Client) -> None:
    assert len({http.post("/rpc/who").headers["x-request-id"] for _ in range(20)}) == 20


@pytest.mark.parametrize("sent", [f"00-{TRACE}-{PARENT}-01", f"00-{TRACE}-{PARENT}-00", f"cc-{TRACE}-{PARENT}-01-more"])
def test_a_valid_traceparent_gives_the_trace_id(http: httpx.Client, sent: str) -> None:
    assert http.post("/rpc/who", headers={"traceparent": sent}).json()["traceId"] == TRACE


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "00",
        TRACE,
        f"00-{TRACE}-{PARENT}",
        f"00-{TRACE}-{PARENT}-01-more",
        f"ff-{TRACE}-{PARENT}-01",
        f"00-{TRACE.upper()}-{PARENT}-01",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE[:-1]}-{PARENT}-01",
        f"00-{TRACE}-{PARENT}-0g",
        f"00-{TRACE[:-1]}g-{PARENT}-01",
    ],
)
def test_an_invalid_traceparent_is_ignored(sent: str) -> None:
    assert trace_id(sent.encode()) is None


def test_a_context_knows_the_procedure_and_the_client(http: httpx.Client) -> None:
    seen = http.post("/rpc/who", headers={"Authorization": "Bearer x"}).json()
    assert (seen["path"], seen["client"], seen["authorization"]) == ("who", "127.0.0.1", "Bearer x")
    assert "authorization" in seen["headers"]


def test_two_authorization_headers_never_pass_for_one(port: int) -> None:
    with RawConnection(port) as raw:
        raw.post("/rpc/who", b"{}", "authorization: Bearer a", "Authorization: Bearer b")
        assert b'"authorization":"Bearer a, Bearer b"' in raw.read_until(b"}")


def test_a_header_that_is_no_utf8_is_read_as_latin_1() -> None:
    headers = Headers([(b"x-name", b"\xff")])
    assert (headers["x-name"], headers.get("y"), list(headers), len(headers)) == ("\xff", None, ["x-name"], 1)


def test_a_request_id_is_made_when_none_was_sent() -> None:
    assert request_id(None) != request_id(None)


def test_the_first_of_equal_query_parameters_counts() -> None:
    assert query_parameter(b"a=1&input=2&input=3", b"input") == b"2"
    assert query_parameter(b"inputs=1&xinput=2", b"input") is None
