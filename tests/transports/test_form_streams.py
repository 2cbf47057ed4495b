"""Forms whose file is read while it arrives: fields, order, limits, slow and broken senders, what is left unread."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.transports.router import WIRE
from tests.transports.server import RawConnection, until

PATHS = ("/rpc/letters.post", "/trpc/letters.post")
PLAIN = PATHS[0]
MEBIBYTE = 1024 * 1024


def told(response: httpx.Response) -> dict[str, Any]:
    """What a procedure has answered on either wire."""
    body: dict[str, Any] = response.json()
    return body["result"]["data"] if "result" in body else body


def error(response: httpx.Response, status: int) -> dict[str, Any]:
    """The error of an answer with this status."""
    assert response.status_code == status, response.text
    found: dict[str, Any] = response.json()["error"]
    return found


def part(name: str, content: bytes, filename: str | None = None, *headers: str) -> bytes:
    """A part of a form, written by hand."""
    named = f'; filename="{filename}"' if filename is not None else ""
    lines = [f'content-disposition: form-data; name="{name}"{named}', *headers]
    return b"--x\r\n" + "\r\n".join([*lines, "", ""]).encode() + content + b"\r\n"


END = b"--x--\r\n"
HEAD = part("to", b"me")
WHOLE = HEAD + part("file", b"hello", "a.txt", "content-type: text/plain") + END


def send(http: httpx.Client, body: bytes | Iterator[bytes], path: str = PLAIN) -> httpx.Response:
    """Post these bytes as a form."""
    return http.post(path, content=body, headers={"content-type": "multipart/form-data; boundary=x"})


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("size", [0, 1, 65_536, 3 * MEBIBYTE + 7])
def test_a_form_of_any_length_is_read_on_both_wires(http: httpx.Client, path: str, size: int) -> None:
    content = (b"\r\n--x\r" * (size // 6 + 1))[:size]
    files = {"file": ("план «а».txt", content, "text/plain")}
    answer = told(http.post(path, data={"to": "Zoë", "copies": "3"}, files=files))
    assert (answer["to"], answer["copies"], answer["name"]) == ("Zoë", 3, "план «а».txt")
    assert (answer["type"], answer["size"]) == ("text/plain", size)
    assert size <= answer["atMost"] <= size + 8
    assert answer["pieces"] > 1 or size < MEBIBYTE


def test_the_same_procedure_takes_json(http: httpx.Client) -> None:
    for path in PATHS:
        assert told(http.post(path, json={"to": "me", "text": "hello"}))["size"] == 5


def test_a_form_that_comes_byte_by_byte_is_the_same_form(http: httpx.Client) -> None:
    answer = send(http, iter([WHOLE[index : index + 1] for index in range(len(WHOLE))])).json()
    assert (answer["size"], answer["name"], answer["atMost"]) == (5, "a.txt", None)


def test_a_part_without_a_type_is_of_no_type_in_particular(http: httpx.Client) -> None:
    answer = send(http, HEAD + part("file", b"", "a") + END).json()
    assert answer["type"] == "application/octet-stream"


CUT_SHORT = {
    "no boundary at all": b"nothing of a form" * 10,
    "nothing": b"",
    "a head alone": HEAD,
    "a file without an end": HEAD + part("file", b"hello", "a.txt"),
    "half a boundary": WHOLE[:-6],
    "a field twice": HEAD + HEAD + WHOLE,
    "a field without a name": part("", b"x") + WHOLE,
    "another disposition": b"--x\r\ncontent-disposition: attachment\r\n\r\n1\r\n" + END,
    "a field that is no UTF-8": part("to", b"\xff") + WHOLE,
    "an endless header": b"--x\r\nh: " + b"v" * 10_000 + b"\r\n\r\n1\r\n" + END,
    "very many headers": b"--x\r\n" + b"h: v\r\n" * 1000 + b"\r\n1\r\n" + END,
    "very many fields": b"".join(part(f"f{n}", b"") for n in range(500)) + WHOLE,
    "a field after the file": HEAD + part("file", b"hello", "a.txt") + part("copies", b"2") + END,
    "another file after the file": HEAD + part("file", b"hello", "a.txt") + part("more", b"x", "b.txt") + END,
    "a line break of another system": WHOLE.replace(b"\r\n", b"\n"),
    "an epilogue without an end": WHOLE + b"x" * 300_000,
}


@pytest.mark.parametrize("pieces", [False, True], ids=["whole", "in pieces"])
@pytest.mark.parametrize("body", CUT_SHORT.values(), ids=CUT_SHORT)
def test_what_is_no_form_is_a_bad_request(http: httpx.Client, body: bytes, pieces: bool) -> None:
    cut = (body[start : start + 1000] for start in range(0, len(body), 1000))
    found = error(send(http, cut if pieces else body), 400)
    assert found["data"]["type"] == "MalformedRequest"


def test_a_field_after_the_file_is_told_where_it_belongs(http: httpx.Client) -> None:
    late = error(send(http, part("file", b"hello", "a.txt") + HEAD + END), 400)
    assert late["data"]["issues"][0]["message"] == (
        "Object missing required field `to` (the fields of a form must come before its file)"
    )
    late = error(send(http, HEAD + part("file", b"hello", "a.txt") + part("copies", b"2") + END), 400)
    assert late["message"] == "The file must be the last part of the form"


def test_fields_are_checked_like_any_input(http: httpx.Client) -> None:
    def problem(body: bytes) -> str:
        issue = error(send(http, body), 400)["data"]["issues"][0]
        return f"{issue['path']} {issue['message']}"

    file = part("file", b"x", "a")
    assert problem(HEAD + END) == "$ Object missing required field `file`"
    assert problem(HEAD + part("file", b"x") + END) == "$.file Expected `FileStream`, got `str`"
    assert problem(part("to", b"x", "a") + END).startswith("$.to Expected `str`")
    assert "unknown field `from`" in problem(HEAD + part("from", b"x") + file + END)
    assert problem(HEAD + part("copies", b"many") + file + END).startswith("$.copies")


@pytest.mark.parametrize("body", [part("to", b"a\0b") + WHOLE[len(HEAD) :], WHOLE.replace(b"a.txt", b"a\0.txt")])
def test_a_nul_character_is_422(http: httpx.Client, body: bytes) -> None:
    assert send(http, body).status_code == 422


def test_fields_too_long_are_413_and_the_file_is_not_counted(http: httpx.Client) -> None:
    assert send(http, part("to", b"x" * 70_000) + WHOLE[len(HEAD) :]).status_code == 413
    assert send(http, part("to", b"x" * 60_000) + WHOLE[len(HEAD) :]).status_code == 200


@pytest.mark.parametrize("parameters", ["", "; boundary=", '; boundary=""', "; boundary=" + "x" * 2000])
def test_a_form_without_a_boundary_is_a_bad_request(http: httpx.Client, parameters: str) -> None:
    headers = {"content-type": f"multipart/form-data{parameters}"}
    assert http.post(PLAIN, content=WHOLE, headers=headers).status_code == 400


def test_a_compressed_form_is_415(http: httpx.Client) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x", "content-encoding": "gzip"}
    assert http.post(PLAIN, content=WHOLE, headers=headers).status_code == 415


def test_a_form_to_a_procedure_that_takes_none_is_415(http: httpx.Client) -> None:
    for path in ("/rpc/greet", "/trpc/greet"):
        assert send(http, WHOLE, path).status_code == 415


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("to", ["nobody", "halfway"])
def test_a_refusal_is_read_by_a_client_that_is_still_sending(http: httpx.Client, path: str, to: str) -> None:
    """40 MiB, of which nobody reads more than a little: the client sends on for as long as it likes."""
    body = part("to", to.encode()) + part("file", b"x" * (40 * MEBIBYTE), "a.txt") + END
    response = send(http, body, path)
    assert error(response, 403)["message"] == f"No letters to {to}"
    assert response.headers["connection"] == "close"


def test_the_connection_stays_open_for_what_follows_a_refusal(port: int) -> None:
    """A client that sends all before it reads would lose the answer with the connection (RFC 9112, section 9.6)."""
    body = part("to", b"nobody") + part("file", b"x" * (8 * MEBIBYTE), "a.txt") + END
    with RawConnection(port) as raw:
        begin(raw, body[:1000], len(body))
        assert raw.read_until(b"}}}").startswith(b"HTTP/1.1 403")
        for start in range(1000, len(body), MEBIBYTE):
            raw.send(body[start : start + MEBIBYTE])
        assert raw.read_to_end().endswith(b"0\r\n\r\n")


def test_a_connection_goes_on_after_a_form_that_was_read_whole(port: int) -> None:
    head = "POST /rpc/letters.post HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=x\r\n"
    request = f"{head}content-length: {len(WHOLE)}\r\n\r\n".encode() + WHOLE
    with RawConnection(port) as raw:
        for _ in range(3):
            raw.send(request)
            assert b'"size":5' in raw.read_until(b"}")


def begin(raw: RawConnection, body: bytes, length: int) -> None:
    """The beginning of a form that is `length` bytes long."""
    lines = [
        "POST /rpc/letters.post HTTP/1.1",
        "host: x",
        "content-type: multipart/form-data; boundary=x",
        f"content-length: {length}",
    ]
    raw.send("\r\n".join([*lines, "", ""]).encode() + body)


def fallen(http: httpx.Client) -> list[str]:
    """How letters have ended that were not read to their end, once one has."""
    return until(lambda: http.get("/rpc/letters.fallen").json(), "a letter fell")


@pytest.fixture
def none_fallen(http: httpx.Client) -> None:
    """Nothing of earlier tests."""
    http.get("/rpc/letters.fallen")


@pytest.mark.usefixtures("none_fallen")
def test_a_client_that_leaves_is_an_error_inside_of_the_procedure(port: int, http: httpx.Client) -> None:
    with RawConnection(port) as raw:
        begin(raw, HEAD + part("file", b"x" * 100_000, "a.txt")[:-2], 10_000_000)
    assert fallen(http) == ["BodyCut"]


@pytest.mark.usefixtures("none_fallen")
def test_a_client_that_stalls_is_408_and_an_error_inside_of_the_procedure(port: int, http: httpx.Client) -> None:
    started = time.monotonic()
    with RawConnection(port) as raw:
        begin(raw, HEAD + part("file", b"hello", "a.txt")[:-2], 100_000)
        assert raw.read_until(b"\r\n").startswith(b"HTTP/1.1 408")
    assert WIRE.read_grace * 0.9 <= time.monotonic() - started < WIRE.read_deadline
    assert fallen(http) == ["BodyTimeout"]


def test_a_client_that_stalls_in_the_fields_is_408(port: int) -> None:
    with RawConnection(port) as raw:
        begin(raw, HEAD, 100_000)
        assert raw.read_until(b"\r\n").startswith(b"HTTP/1.1 408")


def test_fields_that_come_fast_enough_have_the_deadline_of_a_whole_body(port: int) -> None:
    started = time.monotonic()
    with RawConnection(port) as raw:
        begin(raw, HEAD + part("copies", b"1")[:-2], 100_000)
        answer = raw.drip(b"1" * 300, every=0.1, until=WIRE.read_deadline + 3)
    assert answer.startswith(b"HTTP/1.1 408")
    assert WIRE.read_deadline * 0.9 <= time.monotonic() - started


def test_a_form_that_is_fast_enough_may_take_longer_than_other_bodies(port: int) -> None:
    """Against the deadline of a whole body, which counts for all others."""
    file = b"y" * 9000
    body = HEAD + part("file", file, "a.txt") + END
    with RawConnection(port) as raw:
        begin(raw, b"", len(body))
        started = time.monotonic()
        for at in range(0, len(body), 600):
            time.sleep(0.15)  # the pace itself is what is tested
            raw.send(body[at : at + 600])
        assert raw.read_until(b"\r\n").startswith(b"HTTP/1.1 200")
    assert time.monotonic() - started > WIRE.read_deadline


def test_a_call_has_its_own_time_limit_while_it_reads(port: int) -> None:
    with RawConnection(port) as raw:
        lines = "POST /rpc/letters.postInTime HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=x\r\n"
        raw.send(f"{lines}content-length: 100000\r\n\r\n".encode() + HEAD + part("file", b"x", "a")[:-2])
        answer = raw.read_until(b"}}}")
    assert answer.startswith(b"HTTP/1.1 408")
    assert b'"CallTimeout"' in answer
