"""Plain JSON: one call a request, the body is the input."""

from typing import Any

import httpx
import pytest

from app.rpc import Code
from tests.transports.calls import FAILURES
from tests.transports.server import RawConnection

JSON = {"content-type": "application/json"}


def refusal(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The error object of a response, after checks that hold for every refusal."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"
    assert list(response.json()) == ["error"]
    error: dict[str, Any] = response.json()["error"]
    assert (error["data"]["httpStatus"], error["data"]["code"]) == (status, code)
    assert "stack" not in error["data"]
    return error


def test_the_body_is_the_input_and_the_answer_the_output(http: httpx.Client) -> None:
    response = http.post("/rpc/greet", json={"name": "ann"})
    assert (response.status_code, response.content) == (200, b'{"text":"hello ann"}')
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["vary"] == "authorization"


def test_a_query_answers_to_get(http: httpx.Client) -> None:
    assert http.get("/rpc/greet", params={"input": '{"name": "a+ü&"}'}).json() == {"text": "hello a+ü&"}
    assert http.get("/rpc/greet?x=1&%69nput=%7B%22name%22:%22a+b%22%7D").json() == {"text": "hello a b"}


@pytest.mark.parametrize("query", ["", "?", "?input=", "?inputs=1", "?&&=", "?x"])
def test_an_absent_or_empty_input_is_no_input(http: httpx.Client, query: str) -> None:
    assert http.get(f"/rpc/greet{query}").json() == {"text": "hello nobody"}


def test_an_empty_post_is_no_input_whatever_it_says_of_its_type(http: httpx.Client) -> None:
    assert http.post("/rpc/greet").json() == {"text": "hello nobody"}
    assert http.post("/rpc/greet", headers=JSON).json() == {"text": "hello nobody"}


def test_a_missing_input_is_refused_where_one_is_needed(http: httpx.Client) -> None:
    error = refusal(http.post("/rpc/subtract"), 400, "BAD_REQUEST")
    assert error["data"]["issues"] == [{"path": "$", "message": "An input is required"}]
    assert error["data"]["declared"] is True


def test_head_is_get_without_a_body(http: httpx.Client) -> None:
    response = http.head("/rpc/greet")
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-length"] == str(len(http.get("/rpc/greet").content))
    assert http.head("/rpc/feed.silent").status_code == 200


@pytest.mark.parametrize("path", ["deep.er.greet", "deep%2Eer%2egreet", "dee%70.er.greet"])
def test_a_path_is_percent_decoded(http: httpx.Client, path: str) -> None:
    assert http.post(f"/rpc/{path}", json={"name": "x"}).json() == {"text": "hello x"}


@pytest.mark.parametrize(
    "path", ["no.such", "feed", "Greet", "greet.x", "greet/x", "%ff", "%00", "..%2fgreet", "a" * 5000, "__class__", "ü"]
)
def test_an_unknown_path_is_404(http: httpx.Client, path: str) -> None:
    error = refusal(http.post(f"/rpc/{path}", json={}), 404, "NOT_FOUND")
    assert error["code"] == -32004
    assert error["message"].startswith("No procedure found on path")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "update", "POST"),
        ("HEAD", "update", "POST"),
        ("PUT", "update", "POST"),
        ("DELETE", "greet", "GET, HEAD, POST"),
        ("OPTIONS", "greet", "GET, HEAD, POST"),
        ("POST", "feed.ticks", "GET, HEAD"),
    ],
)
def test_another_method_is_405_and_says_which_is_allowed(
    http: httpx.Client, method: str, path: str, allow: str
) -> None:
    response = http.request(method, f"/rpc/{path}")
    assert (response.status_code, response.headers["allow"]) == (405, allow)
    if method != "HEAD":
        refusal(response, 405, "METHOD_NOT_SUPPORTED")


@pytest.mark.parametrize("code", Code, ids=lambda code: code.name)
def test_every_code_has_its_number_and_status(http: httpx.Client, code: Code) -> None:
    error = refusal(http.post("/rpc/fail", json={"code": code.name}), code.http_status, code.name)
    assert (error["code"], error["message"]) == (code.number, "It failed")
    assert error["data"]["type"] == FAILURES[code.name].__name__
    assert (error["data"]["declared"], error["data"]["path"]) == (True, "fail")


def test_a_401_names_the_scheme(http: httpx.Client) -> None:
    assert http.post("/rpc/fail", json={"code": "UNAUTHORIZED"}).headers["www-authenticate"] == "Bearer"


def test_a_declared_error_has_details_and_says_when_to_try_again(http: httpx.Client) -> None:
    response = http.post("/rpc/overLimit")
    error = refusal(response, 429, "TOO_MANY_REQUESTS")
    assert error["message"] == "At most 3 at a time"
    assert error["data"]["details"] == {"limit": 3}
    assert response.headers["retry-after"] == "30"


def test_an_error_that_the_procedure_does_not_name_is_not_declared(http: httpx.Client) -> None:
    assert refusal(http.post("/rpc/undeclared"), 409, "CONFLICT")["data"]["declared"] is False


@pytest.mark.parametrize(
    "response_of",
    [
        lambda http: http.post("/rpc/crash"),
        lambda http: http.post("/rpc/unencodable", json="object"),
        lambda http: http.post("/rpc/unencodable", json="surrogate"),
    ],
    ids=["raised", "no JSON form", "lone surrogate"],
)
def test_a_bug_is_masked_and_has_an_id(http: httpx.Client, response_of: Any) -> None:
    error = refusal(response_of(http), 500, "INTERNAL_SERVER_ERROR")
    assert error["message"] == "Internal server error"
    assert len(error["data"]["details"]["error_id"]) == 32
    assert "secret" not in str(error)
    assert error["data"]["declared"] is False


def test_a_call_over_its_time_is_408(http: httpx.Client) -> None:
    error = refusal(http.post("/rpc/tooSlow"), 408, "TIMEOUT")
    assert (error["data"]["type"], error["data"]["declared"]) == ("CallTimeout", True)


NOT_JSON = {
    "text": b"hello",
    "bad UTF-8": b'{"name":"\xff"}',
    "overlong UTF-8": b'{"name":"\xc0\x80"}',
    "a lone surrogate": b'{"name":"\\ud800"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "a second value": b"{} {}",
    "a bare NUL": b'{"name":"\x00"}',
    "single quotes": b"{'name':'x'}",
    "a trailing comma": b'{"name":"x",}',
    "a comment": b"{} // hello",
    "cut off": b'{"name":',
    "Infinity": b"Infinity",
}


@pytest.mark.parametrize("path", ["greet", "echo"])
@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON.keys())
def test_what_is_not_json_is_a_parse_error(http: httpx.Client, body: bytes, path: str) -> None:
    refusal(http.post(f"/rpc/{path}", content=body, headers=JSON), 400, "PARSE_ERROR")


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_a_depth_bomb_is_a_parse_error(http: httpx.Client, opening: bytes) -> None:
    body = opening * (60_000 // len(opening))
    refusal(http.post("/rpc/echo", content=body, headers=JSON), 400, "PARSE_ERROR")


@pytest.mark.parametrize("body", [b'{"a":["\\u0000"]}', b'{"\\u0000":1}', b'["x\\u0000y"]'])
def test_a_nul_character_is_422(http: httpx.Client, body: bytes) -> None:
    error = refusal(http.post("/rpc/echo", content=body, headers=JSON), 422, "UNPROCESSABLE_CONTENT")
    assert error["data"]["issues"]


def test_a_backslash_before_u0000_is_no_nul_character(http: httpx.Client) -> None:
    assert http.post("/rpc/echo", content=b'["\\\\u0000"]', headers=JSON).json() == {"got": ["\\u0000"]}


@pytest.mark.parametrize("value", ["0", '""', "false", "null", "[]", "{}"])
def test_every_falsy_value_passes(http: httpx.Client, value: str) -> None:
    assert http.post("/rpc/echo", content=value, headers=JSON).text == '{"got":' + value + "}"


def test_a_procedure_without_input_never_reads_one(http: httpx.Client) -> None:
    assert http.post("/rpc/getData", content=b"not json", headers=JSON).json() == ["hello", 5]


def test_an_input_in_the_query_is_limited_like_a_body(port: int) -> None:
    with RawConnection(port) as raw:  # HTTP clients refuse to send it
        raw.send(b"GET /rpc/echo?input=%22" + b"x" * 66_000 + b"%22 HTTP/1.1\r\nhost: x\r\n\r\n")
        assert raw.read_until(b"\r\n").split()[1] in (b"413", b"414")
