"""What nobody should send, to every procedure: always a refusal of the one shape, never a bug, and the server lives on.

Families as in reliability.md section 6. A value that a field happens to allow is answered like any other.
"""

import json
from collections.abc import AsyncIterator, Iterable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.auth.claims import Role
from app.context import SignedIn
from tests.hostile import json_bodies
from tests.transports.server import RawConnection
from tests.wire.inputs import POSTED, ROUTES, SUBSCRIPTIONS, VALID, WITH_INPUT
from tests.wire.served import Served, error_of

UUID = str(uuid4())

NO_JSON = ("spaces", "half an object", "bad UTF-8", "half a surrogate pair", "NaN", "a raw NUL", "binary", "a form")
BODIES = {
    name: body for name, (body, _) in json_bodies.BODIES.items() if name in json_bodies.NO_INPUT or name in NO_JSON
}
VALUES: dict[str, Any] = {
    "null": None,
    "true": True,
    "zero": 0,
    "a negative number": -1,
    "a fraction": 0.1,
    "2^63": 2**63,
    "2^64": 2**64,
    "minus 2^70": -(2**70),
    "400 digits": 10**400,
    "1e308": 1e308,
    "an empty string": "",
    "a space": " ",
    "a NUL": "a\0b",
    "a NUL alone": "\0",
    "an unpaired surrogate": "\ud800",
    "a noncharacter": "\uffff",
    "a right-to-left override": "\u202etxt.exe",
    "combining marks": "e" + "\u0301" * 200,
    "emoji": "👩‍👩‍👧‍👦" * 20,
    "control characters": "\x01\x1b[31m\x7f",
    "a number as text": "1",
    "NaN as text": "NaN",
    "SQL": "'; drop table courses; --",
    "SQL with a comment": "1' or 1=1 /*",
    "a dollar quote": "$$; select pg_sleep(9); $$",
    "a format": "%s%n%x {0} {self.__class__}",
    "a template": "${jndi:ldap://x/a} {{7*7}} <%= 1 %>",
    "a path": "../../../../etc/passwd",
    "a line break and a header": "x\r\nset-cookie: a=b",
    "markup": "<script>alert(1)</script>",
    "an empty array": [],
    "an array of arrays": [[[[]]]],
    "an empty object": {},
    "an object": {"$gt": ""},
    "the nil UUID": "00000000-0000-0000-0000-000000000000",
    "a UUID in braces": "{" + UUID + "}",
    "a UUID as a URN": f"urn:uuid:{UUID}",
    "a UUID without dashes": UUID.replace("-", ""),
    "a UUID and a space": UUID + " ",
    "a UUID and a NUL": UUID + "\0",
    "a UUID of full-width digits": UUID.translate({ord("0") + n: ord("\uff10") + n for n in range(10)}),
    "63 KiB of text": "x" * 63 * 1024,
}
FIELDS = [(path, field) for path in WITH_INPUT for field in VALID[path] or ()]


def check(response: httpx.Response, what: str) -> None:
    """A success, or a refusal that says what it is and nothing of how the server is made."""
    assert response.status_code < 500, f"{what}: {response.text}"
    if response.status_code >= 400:
        data = error_of(response, response.status_code)
        if data["type"] in ("InvalidInput", "UnprocessableText"):
            assert all(issue["path"].startswith("$") and issue["message"] for issue in data["issues"]), what
    for secret in ("Traceback", "asyncpg", "select ", "insert ", "/app/", 'File "'):
        assert secret not in response.text.replace("$$; select pg_sleep(9); $$", ""), what


@pytest.fixture
async def callers(served: Served) -> AsyncIterator[list[SignedIn]]:
    """A user of each kind, new for the test so that no rate limit hides anything."""
    organization = await served.world.organization("premium")
    yield [await served.world.user(organization, role) for role in (Role.INSTRUCTOR, Role.SUPERADMIN)]
    assert (await served.post("system.ping")).status_code == 200


async def each(served: Served, path: str, bodies: Iterable[tuple[str, bytes]], callers: list[SignedIn | None]) -> None:
    for what, body in bodies:
        for caller in callers:
            check(await served.send("POST", path, body, caller), f"{path}: {what}")


@pytest.mark.parametrize("path", POSTED)
async def test_a_body_that_is_no_input_is_refused(served: Served, callers: list[SignedIn], path: str) -> None:
    await each(served, path, BODIES.items(), [None, callers[0]])


@pytest.mark.parametrize("path", POSTED)
async def test_a_body_over_the_limit_is_refused_before_it_is_read(served: Served, path: str) -> None:
    limit = ROUTES[path].procedure.options.body_limit
    with RawConnection(served.port) as raw:
        raw.post(f"/rpc/{path}", b"{", length=limit + 1)
        answer = raw.read_to_end()
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"The request body is larger than %d bytes" % limit in answer


async def test_ten_megabytes_of_brackets_cost_no_more_than_a_refusal(served: Served, callers: list[SignedIn]) -> None:
    for body in (b"[" * 10_000_000, b"[" + b"[]," * 3_000_000, b'{"courseId":' * 800_000):
        error_of(await served.send("POST", "generation.uploadFile", body, callers[0]), 400)


@pytest.mark.parametrize("path", POSTED)
async def test_json_rpc_refuses_the_same_bodies_as_params(served: Served, callers: list[SignedIn], path: str) -> None:
    for what, body in BODIES.items():
        call = b'{"jsonrpc":"2.0","method":"%s","id":1,"params":%s}' % (path.encode(), body or b"null")
        response = await served.send("POST", "", call, callers[0])
        assert response.status_code == 200, what
        assert response.json().get("error", {}).get("data", {}).get("httpStatus", 200) < 500, what


@pytest.mark.parametrize(("path", "field"), [pair for pair in FIELDS if pair[0] in POSTED])
async def test_a_field_of_any_value_is_taken_or_refused(
    served: Served, callers: list[SignedIn], path: str, field: str
) -> None:
    bodies = ((what, json.dumps((VALID[path] or {}) | {field: value}).encode()) for what, value in VALUES.items())
    await each(served, path, bodies, [callers[0]])


@pytest.mark.parametrize("path", POSTED)
async def test_a_superadmin_has_no_other_way_to_break_it(served: Served, callers: list[SignedIn], path: str) -> None:
    fields = [field for each_path, field in FIELDS if each_path == path]
    bodies = (
        (f"{field} is {what}", json.dumps((VALID[path] or {}) | {field: VALUES[what]}).encode())
        for field in fields
        for what in ("null", "SQL", "the nil UUID", "a NUL", "2^63")
    )
    await each(served, path, bodies, [callers[1]])


@pytest.mark.parametrize("path", SUBSCRIPTIONS)
async def test_a_subscription_refuses_any_input_within_its_stream(
    served: Served, callers: list[SignedIn], path: str
) -> None:
    values = [json.dumps({"courseId": value}) for value in VALUES.values()]
    short = [body.decode("latin-1") for body in BODIES.values() if len(body) < 1000]
    for text in [text for text in (*values, *short) if len(text) < 10_000]:
        headers = {"authorization": "Bearer x"}
        response = await served.http.get(f"/rpc/{path}", params={"input": text}, headers=headers)
        assert response.status_code == 200, text
        assert '"code":-32603' not in response.text, text
        assert "event: serialized-error" in response.text, text


async def test_a_query_takes_its_input_from_the_address_with_the_same_care(
    served: Served, callers: list[SignedIn]
) -> None:
    for what, body in BODIES.items():
        if len(body) < 1000:
            response = await served.http.get("/rpc/courses.get", params={"input": body.decode("latin-1")})
            check(response, what)
            assert response.status_code in (400, 401, 422), what


@pytest.mark.parametrize("path", POSTED)
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "BREW"])
async def test_another_method_is_told_the_right_one(served: Served, path: str, method: str) -> None:
    response = await served.send(method, path, None)
    assert error_of(response, 405)["code"] == "METHOD_NOT_SUPPORTED"
    assert "POST" in response.headers["allow"]


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "*/*"],
)
async def test_another_content_type_is_refused(served: Served, content_type: str) -> None:
    response = await served.send("POST", "courses.list", b"{}", content_type=content_type)
    assert error_of(response, 415)["type"] == "UnsupportedMediaType"


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate"])
async def test_a_compressed_body_is_refused(served: Served, encoding: str) -> None:
    response = await served.send("POST", "courses.list", b"\x1f\x8b", content_encoding=encoding)
    assert error_of(response, 415)["type"] == "UnsupportedMediaType"


@pytest.mark.parametrize(
    "path",
    [
        *("none", "courses", "courses.", ".create", "courses.create.x", "Courses.Create", "courses/create", "__init__"),
        *("generation.stages.structureAnalysis", "a" * 3000, "%00", "%ff%fe", "..%2f..%2fetc", "'; --", "{x}"),
    ],
)
async def test_a_path_of_no_procedure_is_not_found(served: Served, path: str) -> None:
    data = error_of(await served.post(path, {}), 404)
    assert data["type"] == "ProcedureNotFound"
    assert len(data["message"]) < 300
