"""HTTP itself, byte by byte over raw sockets: what is no request is refused, and nothing is taken for another request.

A connection that goes on is proved to be in step: the next request on it is answered with its own id.
"""

from typing import NamedTuple
from uuid import uuid4

import pytest

from tests.hostile.asking import Target
from tests.hostile.reading import summary

pytestmark = pytest.mark.fault("hostile input: all other families")

GOES_ON, CLOSED, WAITS = "goes on", "closed", "waits"
HOST_REFUSED = "400 MalformedRequest: A request must have one Host header"
CUT = "400 BodyCut: The request body ended before it was complete"
TYPE = "415 UnsupportedMediaType: Unsupported content type: send application/json"
NO_TOKEN = "401 Unauthorized: Authentication required"
NOT_FOUND = "404 NotFoundException: Not Found"

GET = b"GET /rpc/system.ping HTTP/1.1\r\nhost: x\r\n"
POST = b"POST /rpc/system.ping HTTP/1.1\r\nhost: x\r\n"
LIST = b"POST /rpc/courses.list HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
SMUGGLED = b"GET /rpc/courses.list HTTP/1.1\r\nhost: x\r\n\r\n"


class Framed(NamedTuple):
    """Bytes on a connection, the answers to them in order, and what becomes of the connection."""

    sent: bytes
    answers: tuple[str, ...]
    after: str


def refused(sent: bytes, *answers: str) -> Framed:
    """Refused by the server before the application has seen anything, and closed."""
    return Framed(sent, answers or ("400",), CLOSED)


def taken(sent: bytes, *answers: str) -> Framed:
    """Answered, and the connection goes on."""
    return Framed(sent, answers or ("200",), GOES_ON)


def line(text: bytes) -> bytes:
    """A request of this first line."""
    return text + b"\r\nhost: x\r\n\r\n"


def with_header(*headers: bytes) -> bytes:
    """A query with these lines among its headers."""
    return GET + b"".join(header + b"\r\n" for header in headers) + b"\r\n"


def posted(*headers: bytes, body: bytes = b"") -> bytes:
    """The same, posted, and a body that is as long as it is."""
    return POST + b"".join(header + b"\r\n" for header in headers) + b"\r\n" + body


def chunked(body: bytes, *headers: bytes) -> bytes:
    """A call that reads its body, in chunks."""
    return LIST + b"".join(h + b"\r\n" for h in (b"transfer-encoding: chunked", *headers)) + b"\r\n" + body


REQUEST_LINES: dict[str, Framed] = {
    "words": refused(b"hello\r\n\r\n"),
    "binary": refused(bytes(range(256))),
    "TLS": refused(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 200),
    "SSH": refused(b"SSH-2.0-x\r\n"),
    "a command of Redis": refused(b"*1\r\n$4\r\nPING\r\n"),
    "the PROXY protocol": refused(b"PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\n" + GET + b"\r\n"),
    "HTTP/0.9": refused(b"GET /rpc/system.ping\r\n"),
    "HTTP/0.9 by name": refused(line(b"GET /rpc/system.ping HTTP/0.9")),
    "HTTP/1.0": Framed(b"GET /rpc/system.ping HTTP/1.0\r\n\r\n", ("200",), CLOSED),
    "HTTP/1.2": refused(line(b"GET /rpc/system.ping HTTP/1.2")),
    "HTTP/2 on the line of HTTP/1": refused(line(b"GET /rpc/system.ping HTTP/2.0")),
    "the preface of HTTP/2": Framed(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", (), CLOSED),
    "HTTP/11": refused(line(b"GET /rpc/system.ping HTTP/11")),
    "http in small letters": refused(line(b"GET /rpc/system.ping http/1.1")),
    "two spaces": refused(line(b"GET  /rpc/system.ping HTTP/1.1")),
    "tabs": refused(line(b"GET\t/rpc/system.ping\tHTTP/1.1")),
    "a space in the address": refused(line(b"GET /rpc/system ping HTTP/1.1")),
    "a space in front": refused(line(b" GET /rpc/system.ping HTTP/1.1")),
    "no address": refused(line(b"GET HTTP/1.1")),
    "no method": refused(line(b" /rpc/system.ping HTTP/1.1")),
    "a method with a parenthesis": refused(line(b"G(T /rpc/system.ping HTTP/1.1")),
    "a method in Cyrillic": refused(line("ПОСТ /rpc/system.ping HTTP/1.1".encode())),
    "a NUL in the address": refused(line(b"GET /rpc/\0 HTTP/1.1")),
    "an address that is no UTF-8": refused(line(b"GET /rpc/\xff HTTP/1.1")),
    "an address in Cyrillic": taken(
        line("GET /rpc/курс HTTP/1.1".encode()), '404 ProcedureNotFound: No procedure found on path "курс"'
    ),
    "an address without its slash": refused(line(b"GET rpc/system.ping HTTP/1.1")),
    "an address of backslashes": refused(line(b"GET \\rpc\\system.ping HTTP/1.1")),
    "an address that is a query": refused(line(b"GET ?x HTTP/1.1")),
    "an address with a fragment": taken(line(b"GET /rpc/system.ping#/../x HTTP/1.1")),
    "an absolute address": taken(line(b"GET http://evil.example/rpc/system.ping HTTP/1.1")),
    "an absolute address of FTP": taken(line(b"GET ftp://evil.example/x HTTP/1.1"), NOT_FOUND),
    "an address of another host": taken(line(b"GET //evil.example/ HTTP/1.1"), NOT_FOUND),
    "a tunnel": taken(line(b"CONNECT evil.example:443 HTTP/1.1"), NOT_FOUND),
    "a star": taken(line(b"OPTIONS * HTTP/1.1"), NOT_FOUND),
    "a star that is read": taken(line(b"GET * HTTP/1.1"), NOT_FOUND),
    "an address of 70000 letters": refused(line(b"GET /" + b"a" * 70_000 + b" HTTP/1.1"), "414"),
    "an address of a megabyte": refused(line(b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1"), "431"),
    "a line break in front": taken(b"\r\n" + GET + b"\r\n"),
    "lines that end as on Unix": taken(b"GET /rpc/system.ping HTTP/1.1\nhost: x\n\n"),
    "lines that end as on an old Mac": Framed(b"GET /rpc/system.ping HTTP/1.1\rhost: x\r\r", (), WAITS),
    "line breaks alone": Framed(b"\r\n\r\n\r\n", (), WAITS),
    "half a header": Framed(GET + b"x-a", (), WAITS),
}

HEADERS: dict[str, Framed] = {
    "no host": taken(b"GET /rpc/system.ping HTTP/1.1\r\n\r\n", HOST_REFUSED),
    "two hosts": taken(with_header(b"host: y"), HOST_REFUSED),
    "two hosts that agree": taken(with_header(b"host: x"), HOST_REFUSED),
    "two hosts in one": taken(b"GET /rpc/system.ping HTTP/1.1\r\nhost: x, y\r\n\r\n", HOST_REFUSED),
    "no host, on the wire of JSON-RPC": taken(b"GET /rpc HTTP/1.1\r\n\r\n", HOST_REFUSED),
    "no host, on the wire of tRPC": taken(b"GET /trpc/system.ping HTTP/1.1\r\n\r\n", HOST_REFUSED),
    "an empty host": taken(b"GET /rpc/system.ping HTTP/1.1\r\nhost:\r\n\r\n", HOST_REFUSED),
    "a space before the colon": refused(with_header(b"x-a : b")),
    "a space in a name": refused(with_header(b"x a: b")),
    "a parenthesis in a name": refused(with_header(b"x(a): b")),
    "a name that is no ASCII": refused(with_header(b"x-\xff: b")),
    "a NUL in a name": refused(with_header(b"x\0a: b")),
    "no name": refused(with_header(b": b")),
    "no colon": refused(with_header(b"x-a")),
    "a folded line": refused(with_header(b"x-a: b\r\n c")),
    "a folded first line": refused(b"GET /rpc/system.ping HTTP/1.1\r\n x: y\r\nhost: x\r\n\r\n"),
    "a NUL": refused(with_header(b"x-a: b\0c")),
    "a carriage return": refused(with_header(b"x-a: b\rc")),
    "control characters": refused(with_header(b"x-a: \x01\x1b\x7f")),
    "a value that is no UTF-8": taken(with_header(b"x-a: \xff\xfe")),
    "1000 headers": refused(with_header(*[b"x-%d: y" % n for n in range(1000)]), "431"),
    "90 times the same": taken(with_header(*[b"x: y"] * 90)),
    "a header of a megabyte": refused(with_header(b"x: " + b"a" * 1_000_000), "431"),
    "a name of 70000 letters": refused(with_header(b"a" * 70_000 + b": x"), "431"),
    "two authorizations": taken(
        LIST + b"authorization: Bearer a\r\nauthorization: Bearer b\r\ncontent-length: 0\r\n\r\n",
        "401 Unauthorized: Invalid or expired token",
    ),
    "two content types": taken(LIST + b"content-type: text/plain\r\ncontent-length: 2\r\n\r\n{}", TYPE),
    "another method's name": taken(with_header(b"x-http-method-override: DELETE", b"x-method-override: PUT")),
    "another address": taken(with_header(b"x-original-url: /admin/queues", b"x-rewrite-url: /admin/queues")),
    "a forwarded host": taken(with_header(b"x-forwarded-host: evil", b"x-forwarded-proto: javascript")),
    "1000 ranges": taken(with_header(b"range: bytes=" + b"0-0," * 1000 + b"1-1")),
    "an upgrade to h2c": taken(
        with_header(b"connection: upgrade, http2-settings", b"upgrade: h2c", b"http2-settings: AA")
    ),
    "an upgrade to WebSocket": taken(
        with_header(b"connection: upgrade", b"upgrade: websocket", b"sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==")
    ),
    "an upgrade to TLS": taken(with_header(b"connection: upgrade", b"upgrade: TLS/1.0")),
    "another expectation": taken(posted(b"expect: 200-maybe", b"content-length: 0")),
}

LENGTHS: dict[str, Framed] = {
    "twice the same length": taken(posted(b"content-length: 0", b"content-length: 0")),
    "two lengths": refused(posted(b"content-length: 0", b"content-length: 5", body=b"GET /")),
    "two lengths in one": refused(posted(b"content-length: 0, 0")),
    "less than nothing": refused(posted(b"content-length: -1")),
    "a plus sign": refused(posted(b"content-length: +0")),
    "hexadecimal": refused(posted(b"content-length: 0x2", body=b"{}")),
    "a fraction": refused(posted(b"content-length: 1.0", body=b"x")),
    "a word": refused(posted(b"content-length: many")),
    "empty": refused(posted(b"content-length:")),
    "a space inside": refused(posted(b"content-length: 0 0")),
    "Arabic digits": refused(posted("content-length: ٢".encode(), body=b"{}")),
    "2^63": Framed(
        posted(b"content-length: 9223372036854775808", b"content-type: application/json"),
        ("413 PayloadTooLarge: The request body is larger than 65536 bytes",),
        CLOSED,
    ),
    "2^64": refused(posted(b"content-length: 18446744073709551616")),
    "30 digits": refused(posted(b"content-length: " + b"9" * 30)),
    "leading zeros": taken(posted(b"content-length: 0000")),
    "a body of a GET": taken(with_header(b"content-length: %d" % len(SMUGGLED)) + SMUGGLED),
    "a request in a body": taken(posted(b"content-length: %d" % len(SMUGGLED), body=SMUGGLED), TYPE),
    "a request behind a body": taken(posted(b"content-length: 0", body=SMUGGLED), "200", NO_TOKEN),
    "a body that is shorter": Framed(
        posted(b"content-length: 100", b"content-type: application/json", body=b"{"), (), WAITS
    ),
}

CODINGS: dict[str, Framed] = {
    # RFC 9112, section 6.3: the coding overrides the length, and the connection is closed
    "a length and chunks": Framed(
        posted(b"content-length: 5", b"transfer-encoding: chunked", body=b"0\r\n\r\n" + SMUGGLED), ("200",), CLOSED
    ),
    "chunks and a length": Framed(
        posted(b"transfer-encoding: chunked", b"content-length: 5", body=b"0\r\n\r\n" + SMUGGLED), ("200",), CLOSED
    ),
    "identity": refused(posted(b"transfer-encoding: identity")),
    "gzip": refused(posted(b"transfer-encoding: gzip", body=b"0\r\n\r\n")),
    "chunked, then gzip": refused(posted(b"transfer-encoding: chunked, gzip", body=b"0\r\n\r\n")),
    "gzip, then chunked": taken(chunked(b"2\r\n{}\r\n0\r\n\r\n").replace(b": chunked", b": gzip, chunked"), TYPE),
    "chunked twice": taken(chunked(b"2\r\n{}\r\n0\r\n\r\n", b"transfer-encoding: chunked"), TYPE),
    "chunked, then identity": refused(chunked(b"0\r\n\r\n", b"transfer-encoding: identity")),
    "xchunked": refused(posted(b"transfer-encoding: xchunked", body=b"0\r\n\r\n")),
    "a vertical tab before it": refused(posted(b"transfer-encoding: \x0bchunked", body=b"0\r\n\r\n")),
    "in quotes": refused(posted(b'transfer-encoding: "chunked"', body=b"0\r\n\r\n")),
    "a space before the colon": refused(posted(b"transfer-encoding : chunked", body=b"0\r\n\r\n")),
    "on a folded line": refused(posted(b"transfer-encoding:\r\n chunked", body=b"0\r\n\r\n")),
    "empty": refused(posted(b"transfer-encoding:", b"content-length: 0")),
    "of HTTP/1.0": refused(b"POST /rpc/system.ping HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
    "of a GET": taken(with_header(b"transfer-encoding: chunked") + b"0\r\n\r\n"),
    "in capitals": taken(chunked(b"2\r\n{}\r\n0\r\n\r\n").replace(b"chunked", b"CHUNKED"), NO_TOKEN),
    "with an underscore": taken(posted(b"transfer_encoding: chunked", b"content-length: 0")),
}

CHUNKS: dict[str, Framed] = {
    "byte by byte": taken(chunked(b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"), NO_TOKEN),
    "a size below nothing": Framed(chunked(b"-1\r\n{}\r\n0\r\n\r\n"), (CUT,), CLOSED),
    "no size": Framed(chunked(b"\r\n{}\r\n0\r\n\r\n"), (CUT,), CLOSED),
    "a size that is a word": Framed(chunked(b"zz\r\n{}\r\n0\r\n\r\n"), (CUT,), CLOSED),
    "a size with 0x": Framed(chunked(b"0x2\r\n{}\r\n0\r\n\r\n"), (CUT,), CLOSED),
    "a size with a plus sign": Framed(chunked(b"+2\r\n{}\r\n0\r\n\r\n"), (CUT,), CLOSED),
    "a size beyond 64 bits": Framed(chunked(b"10000000000000002\r\n{}\r\n0\r\n\r\n"), (CUT,), CLOSED),
    "a size of 64 bits": Framed(chunked(b"FFFFFFFFFFFFFFFF\r\n{}"), (), WAITS),
    "more than the limit": Framed(
        chunked(b"20000\r\n" + b" " * 0x20000 + b"\r\n0\r\n\r\n"),
        ("413 PayloadTooLarge: The request body is larger than 65536 bytes",),
        CLOSED,
    ),
    "an extension": taken(chunked(b"2;a=b\r\n{}\r\n0\r\n\r\n"), NO_TOKEN),
    "an extension of 100000 letters": Framed(chunked(b"2;" + b"a" * 100_000 + b"\r\n{}\r\n0\r\n\r\n"), (CUT,), CLOSED),
    "a line break in an extension": Framed(chunked(b"2;a\nb\r\n{}\r\n0\r\n\r\n"), (CUT,), CLOSED),
    "3000 extensions": Framed(chunked((b"1;" + b"x" * 100 + b"\r\n \r\n") * 3000 + b"0\r\n\r\n"), (CUT,), CLOSED),
    "lines that end as on Unix": Framed(chunked(b"2\n{}\n0\n\n"), (CUT,), CLOSED),
    "no line break behind a chunk": Framed(chunked(b"2\r\n{}0\r\n\r\n"), (CUT,), CLOSED),
    "a chunk that is longer": Framed(chunked(b"1\r\n{}\r\n0\r\n\r\n"), (CUT,), CLOSED),
    "a trailer with a token": taken(chunked(b"2\r\n{}\r\n0\r\nauthorization: Bearer x\r\n\r\n"), NO_TOKEN),
    "a trailer that is none": Framed(chunked(b"2\r\n{}\r\n0\r\nx a b\r\n\r\n"), (CUT,), CLOSED),
    "5000 trailers": Framed(chunked(b"2\r\n{}\r\n0\r\n" + b"x: y\r\n" * 5000 + b"\r\n"), (CUT,), CLOSED),
}

PIPELINES: dict[str, Framed] = {
    "three at once": taken(posted(b"content-length: 0") * 3, "200", "200", "200"),
    "rubbish behind a request": Framed(posted(b"content-length: 0") + b"rubbish\r\n\r\n", ("200", "400"), CLOSED),
    "50 at once": taken(posted(b"content-length: 0") * 50, *["200"] * 50),
    "a refusal before a request": taken(
        LIST + b"content-length: 1\r\n\r\n{" + posted(b"content-length: 0"),
        "400 ParseError: The request is not valid JSON",
        "200",
    ),
    "a request behind one that closes": Framed(with_header(b"connection: close") + GET + b"\r\n", ("200",), CLOSED),
}

FRAMES = {
    "line": REQUEST_LINES,
    "header": HEADERS,
    "length": LENGTHS,
    "coding": CODINGS,
    "chunks": CHUNKS,
    "pipeline": PIPELINES,
}
ALL = [pytest.param(case, id=f"{kind}: {name}") for kind, table in FRAMES.items() for name, case in table.items()]


@pytest.mark.parametrize("case", ALL)
def test_bytes_are_the_requests_that_they_are_and_no_others(target: Target, case: Framed) -> None:
    with target.connect() as connection:
        connection.send(case.sent)
        assert tuple(summary(connection.read()) for _ in case.answers) == case.answers
        if case.after == GOES_ON:
            own = uuid4().hex
            connection.send(with_header(b"x-request-id: " + own.encode()))
            assert connection.read().headers["x-request-id"] == own
        else:
            assert connection.is_closed() == (case.after == CLOSED)


def test_a_client_that_waits_to_be_asked_for_its_body_is_asked(target: Target) -> None:
    with target.connect() as connection:
        connection.send(LIST + b"expect: 100-continue\r\ncontent-length: 2\r\n\r\n")
        assert [connection.read_line(), connection.read_line()] == [b"HTTP/1.1 100 Continue\r\n", b"\r\n"]
        connection.send(b"{}")
        assert summary(connection.read()) == NO_TOKEN


@pytest.mark.parametrize("path", [b"/rpc/courses.create", b"/rpc", b"/trpc/courses.create", b"/api/coursegen/generate"])
def test_clients_that_leave_in_the_middle_of_a_body_leave_nothing(target: Target, path: bytes) -> None:
    for _ in range(20):
        with target.connect() as connection:
            connection.send(b"POST %b HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n" % path)
            connection.send(b"content-length: 100\r\n\r\n{")
