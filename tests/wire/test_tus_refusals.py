"""The tus protocol, version 1.0, at /files/: what is refused, with which status, and that nothing of it stays."""

from typing import Any
from uuid import uuid4

import pytest

from app.auth.claims import Role
from tests.procedures.generation.uploading import TEXT, Left
from tests.wire.served import error_of
from tests.wire.tus_client import BYTES, VERSION, Tus, checksum, metadata
from tests.world import token_of

NOWHERE = "0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9"


@pytest.mark.parametrize("version", [None, "", "0.2.2", "1.0.1", "1.0.0, 1.0.0"])
@pytest.mark.parametrize("method", ["POST", "HEAD", "PATCH", "DELETE"])
async def test_another_version_of_the_protocol_is_412(tus: Tus, method: str, version: str | None) -> None:
    where = "/files/" if method == "POST" else f"/files/{uuid4()}"
    response = await tus.send(method, where, tus_resumable=version)
    assert (response.status_code, response.headers["tus-version"]) == (412, "1.0.0")


async def test_a_wrong_offset_is_409_and_nothing_is_taken(tus: Tus) -> None:
    where = await tus.begun()
    await tus.patch(where, 0, TEXT[:10])
    for wrong in (0, 5, 11, len(TEXT)):
        assert error_of(await tus.patch(where, wrong, b"x"), 409)["details"] == {"offset": 10}
    assert (await tus.send("HEAD", where)).headers["upload-offset"] == "10"


@pytest.mark.parametrize("offset", [None, "", "-1", "1.5", "x", "9" * 30, "0x1", "٣"])
async def test_an_offset_that_is_no_number_is_400(tus: Tus, offset: str | None) -> None:
    headers = {"authorization": f"Bearer {token_of(tus.owner)}", **VERSION, **BYTES}
    if offset is not None:
        headers["upload-offset"] = offset
    sent = [(name.encode(), value.encode()) for name, value in headers.items()]
    error_of(await tus.served.http.request("PATCH", await tus.begun(), content=b"x", headers=sent), 400)


@pytest.mark.parametrize("content_type", [None, "application/octet-stream", "application/json", "multipart/form-data"])
async def test_another_content_type_is_415(tus: Tus, content_type: str | None) -> None:
    where = await tus.begun()
    response = await tus.patch(where, 0, TEXT, content_type=content_type)
    assert error_of(response, 415)["type"] == "OffsetStreamOnly"
    assert (await tus.send("HEAD", where)).headers["upload-offset"] == "0"


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
async def test_bytes_with_another_checksum_are_460_and_dropped(tus: Tus, algorithm: str) -> None:
    where = await tus.begun()
    wrong = await tus.patch(where, 0, TEXT[:20], upload_checksum=checksum(TEXT[:21], algorithm))
    assert (wrong.status_code, wrong.json()["error"]["data"]["type"]) == (460, "ChecksumMismatch")
    assert (await tus.send("HEAD", where)).headers["upload-offset"] == "0"
    right = await tus.patch(where, 0, TEXT[:20], upload_checksum=checksum(TEXT[:20], algorithm))
    assert right.status_code == 204


@pytest.mark.parametrize("text", ["md5 YQ==", "sha1", "sha1 *", "YQ=="])
async def test_a_checksum_that_the_server_does_not_know_is_400(tus: Tus, text: str) -> None:
    error_of(await tus.patch(await tus.begun(), 0, TEXT, upload_checksum=text), 400)


@pytest.mark.parametrize(
    "headers",
    [
        {"upload_length": None},
        {"upload_length": None, "upload_defer_length": "1"},
        {"upload_length": "0"},
        {"upload_length": "-5"},
        {"upload_length": "many"},
        {"upload_metadata": None},
        {"upload_metadata": "filename *"},
        {"upload_metadata": "filename /w=="},
        {"upload_metadata": "filename YQ==,filename YQ=="},
        {"upload_metadata": metadata(courseId="x", filename="a.md", filetype="text/markdown")},
        {"upload_metadata": metadata(courseId=NOWHERE, filename="a.md")},
    ],
    ids=str,
)
async def test_an_upload_that_is_not_described_is_400(tus: Tus, headers: dict[str, Any]) -> None:
    error_of(await tus.create(**headers), 400)
    assert await tus.left() == Left(0, 0, 0)


async def test_what_else_a_client_says_of_its_file_does_no_harm(tus: Tus) -> None:
    described = metadata(
        courseId=str(tus.course), filename="a.md", filetype="text/markdown", name="a.md", relativePath="null"
    )
    assert (await tus.create(upload_metadata=described + ",is_confidential")).status_code == 201


async def test_the_limits_of_the_tier_are_those_of_every_upload(tus: Tus) -> None:
    error_of(await tus.create(11 * 1024 * 1024), 413)
    described = metadata(courseId=str(tus.course), filename="a.exe", filetype="text/markdown")
    error_of(await tus.create(upload_metadata=described), 415)
    described = metadata(courseId=str(uuid4()), filename="a.md", filetype="text/markdown")
    error_of(await tus.create(upload_metadata=described), 404)


async def test_an_upload_may_be_ended(tus: Tus) -> None:
    where = await tus.begun()
    await tus.patch(where, 0, TEXT[:10])
    assert (await tus.send("DELETE", where)).status_code == 204
    for response in (await tus.send("HEAD", where), await tus.patch(where, 10, b"x"), await tus.send("DELETE", where)):
        assert response.status_code == 404
    assert await tus.left() == Left(0, 0, 0)


async def test_a_method_may_be_sent_as_another(tus: Tus) -> None:
    where = await tus.begun()
    headers = {"upload_offset": 0, **BYTES, "x_http_method_override": "PATCH"}
    assert (await tus.send("POST", where, TEXT[:10], **headers)).status_code == 204
    assert (await tus.send("HEAD", where)).headers["upload-offset"] == "10"


@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
async def test_other_methods_are_405(tus: Tus, method: str) -> None:
    response = await tus.send(method, await tus.begun())
    assert (response.status_code, response.headers["allow"]) == (405, "HEAD, PATCH, DELETE, OPTIONS")


@pytest.mark.parametrize("where", [NOWHERE, "x", "..%2F..", "a/b"])
async def test_what_is_not_there_is_404(tus: Tus, where: str) -> None:
    assert (await tus.send("HEAD", f"/files/{where}")).status_code == 404
    assert (await tus.patch(f"/files/{where}", 0, b"x")).status_code == 404


async def test_an_upload_of_another_is_not_there(tus: Tus) -> None:
    where = await tus.begun()
    stranger = Tus(tus.served, await tus.served.world.user(tus.owner.claims.organization_id), tus.course)
    assert (await stranger.send("HEAD", where)).status_code == 404
    assert (await stranger.patch(where, 0, TEXT)).status_code == 404
    assert (await stranger.send("DELETE", where)).status_code == 404


async def test_nobody_and_students_are_refused(tus: Tus) -> None:
    where = await tus.begun()
    for method, path in (("POST", "/files/"), ("HEAD", where), ("DELETE", where)):
        response = await tus.send(method, path, authorization=None, upload_length=1, upload_metadata=METADATA)
        assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
    student = Tus(tus.served, await tus.served.user(Role.STUDENT), tus.course)
    assert (await student.create()).status_code == 403


METADATA = metadata(courseId=str(uuid4()), filename="a.md", filetype="text/markdown")


async def test_an_expired_upload_is_404(tus: Tus) -> None:
    where = await tus.begun()
    await tus.served.world.sql.execute("update file_catalog set expires_at = now() where course_id = $1", tus.course)
    assert (await tus.send("HEAD", where)).status_code == 404
    assert (await tus.patch(where, 0, TEXT)).status_code == 404


async def test_a_file_that_is_not_what_it_was_said_to_be_is_422_and_gone(tus: Tus) -> None:
    where = await tus.begun(4)
    assert error_of(await tus.patch(where, 0, b"\x7fELF"), 422)["type"] == "FileTypeMismatch"
    assert (await tus.send("HEAD", where)).status_code == 404
    assert await tus.left() == Left(0, 0, 0)


async def test_calls_are_logged_as_those_of_every_wire(tus: Tus) -> None:
    request_id = uuid4().hex
    await tus.create(x_request_id=request_id)
    (line,) = tus.served.log_lines(requestId=request_id, message="call")
    assert (line["path"], line["code"], line["userId"]) == ("generation.createUpload", "OK", str(tus.owner.user_id))
