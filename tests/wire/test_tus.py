"""The tus protocol, version 1.0, at /files/: how uploads are made, sent, asked for and ended."""

import hashlib
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from tests.procedures.generation.uploading import TEXT, Left
from tests.wire.served import error_of
from tests.wire.tus_client import OFFSET_STREAM, Tus, metadata


async def test_what_the_server_can_is_told_to_anyone(tus: Tus) -> None:
    response = await tus.served.http.options("/files/")
    assert response.status_code == 204
    told = {name: response.headers[name] for name in response.headers if name.startswith("tus-")}
    assert told == {
        "tus-resumable": "1.0.0",
        "tus-version": "1.0.0",
        "tus-extension": "creation,creation-with-upload,expiration,checksum,termination",
        "tus-max-size": str(100 * 1024 * 1024),
        "tus-checksum-algorithm": "sha1,sha256",
    }


async def test_a_file_is_created_sent_in_parts_and_found_whole(tus: Tus) -> None:
    created = await tus.create()
    assert created.status_code == 201
    where = created.headers["location"]
    assert where.startswith("/files/")
    expires = parsedate_to_datetime(created.headers["upload-expires"])
    assert timedelta(hours=23) < expires - datetime.now(UTC) <= timedelta(hours=24)
    for offset in (0, 30):
        sent = await tus.patch(where, offset, TEXT[offset : offset + 30])
        assert (sent.status_code, sent.headers["upload-offset"]) == (204, str(offset + 30))
        assert sent.headers["upload-expires"] == created.headers["upload-expires"]
    asked = await tus.send("HEAD", where)
    assert asked.status_code == 200
    assert asked.headers["upload-offset"] == "60"
    assert asked.headers["upload-length"] == str(len(TEXT))
    assert asked.headers["cache-control"] == "no-store"
    assert asked.headers["upload-metadata"] == metadata(
        courseId=str(tus.course), filename="план.md", filetype="text/markdown"
    )
    last = await tus.patch(where, 60, TEXT[60:])
    assert (last.status_code, last.headers["upload-offset"]) == (204, str(len(TEXT)))
    assert "upload-expires" not in last.headers
    assert all(each.headers["tus-resumable"] == "1.0.0" for each in (created, sent, asked, last))
    row = await tus.served.world.row(
        "select id::text, hash, filename from file_catalog where course_id = $1", tus.course
    )
    assert row == {
        "id": where.removeprefix("/files/"),
        "hash": hashlib.sha256(TEXT).hexdigest(),
        "filename": "план.md",
    }
    assert await tus.left() == Left(len(TEXT), 1, 1)
    asked = await tus.send("HEAD", where)
    assert asked.headers["upload-offset"] == asked.headers["upload-length"] == str(len(TEXT))


async def test_the_first_bytes_may_come_with_the_creation(tus: Tus) -> None:
    whole = await tus.create(content=TEXT, content_type=OFFSET_STREAM)
    assert (whole.status_code, whole.headers["upload-offset"]) == (201, str(len(TEXT)))
    some = await tus.create(content=TEXT[:10], content_type=OFFSET_STREAM)
    assert (some.status_code, some.headers["upload-offset"]) == (201, "10")
    assert (await tus.patch(some.headers["location"], 10, TEXT[10:])).status_code == 204
    wrong = await tus.create(content=TEXT + b"x", content_type=OFFSET_STREAM)
    assert (wrong.status_code, error_of(wrong, 400)["type"]) == (400, "FileSizeMismatch")
    assert (await tus.send("HEAD", wrong.headers["location"])).headers["upload-offset"] == "0"
