"""Signed addresses of files in a folder, as the server answers them: the file to whoever has one, and nothing else."""

import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from app.context import SignedIn
from app.dev import Database
from app.storage import Download, DownloadAddresses, object_key
from procedures.generation.delete_file import DeleteFileInput, delete_file
from procedures.generation.upload_file import upload_file
from tests.procedures.generation.uploading import TEXT, document
from tests.transports.server import RawConnection
from tests.wire.served import Served
from tests.wire.test_outages import database_away
from tests.world import SECRET

NOTHING_HERE = "There is nothing at this address, or no longer"


@pytest.fixture(scope="module")
async def owner(served: Served) -> SignedIn:
    return await served.user(tier="premium")


@pytest.fixture
async def file_id(served: Served, owner: SignedIn) -> UUID:
    return (await upload_file(owner, document(await served.world.course(owner), filename="Книга.md"))).file_id


@pytest.fixture
async def url(served: Served, owner: SignedIn, file_id: UUID) -> str:
    answer = await served.post("generation.getFileUrl", {"fileId": str(file_id)}, owner)
    return str(answer.json()["url"])


def is_nothing(response: httpx.Response) -> bool:
    """Whether it is the one answer to every address that gives no file."""
    error = response.json()["error"]
    shape = {"code": "NOT_FOUND", "httpStatus": 404, "type": "NothingHere", "declared": False}
    assert response.headers["cache-control"] == "no-store"
    return bool(response.status_code == 404 and error == {"code": -32004, "message": NOTHING_HERE, "data": shape})


async def test_whoever_has_the_address_downloads_the_file_without_a_token(served: Served, url: str) -> None:
    response = await served.http.get(url)
    assert (response.status_code, response.content) == (200, TEXT)
    expected = {
        "content-type": "text/markdown",
        "content-length": str(len(TEXT)),
        "content-disposition": "attachment; filename=\"_____.md\"; filename*=UTF-8''%D0%9A%D0%BD%D0%B8%D0%B3%D0%B0.md",
        "cache-control": "private, no-store",
        "content-security-policy": "default-src 'none'; sandbox",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }
    assert {name: response.headers[name] for name in expected} == expected


async def test_a_head_tells_the_same_without_the_file(served: Served, url: str) -> None:
    whole, head = await served.http.get(url), await served.http.head(url)
    changing = ("date", "x-request-id")
    told = [{name: value for name, value in each.headers.items() if name not in changing} for each in (whole, head)]
    assert (head.status_code, head.content) == (200, b"")
    assert {**told[0], "transfer-encoding": None} == {**told[1], "transfer-encoding": None}


async def test_an_address_is_for_reading_alone(served: Served, url: str) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        response = await served.http.request(method, url, content=b"x")
        assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")
    assert (await served.http.get(url)).content == TEXT


async def test_a_file_of_many_pieces_comes_whole(served: Served, owner: SignedIn) -> None:
    content = bytes(range(256)) * 40_000
    url = await stored(served, owner, content)
    assert (await served.http.get(url)).content == content


async def stored(served: Served, owner: SignedIn, content: bytes | AsyncIterator[bytes]) -> str:
    """The address of a new object, good for a minute."""
    key = object_key(owner.claims.organization_id, uuid4(), uuid4(), "md")
    await served.world.resources.storage.put(key, content)
    return served.world.resources.downloads.url(Download(key, "a.md", "text/markdown", int(time.time()) + 60))


async def test_every_address_that_gives_nothing_is_answered_alike(
    served: Served, owner: SignedIn, file_id: UUID, url: str
) -> None:
    addresses = served.world.resources.downloads
    token = url.rpartition("/")[2]
    download = addresses.download(token, time.time())
    assert download is not None
    over = Download(download.key, download.filename, download.mime_type, int(time.time()))
    missing = Download(object_key(uuid4(), uuid4(), uuid4(), "md"), "a.md", "text/markdown", int(time.time()) + 60)
    tampered = [
        url[:-1],
        f"{url}x",
        f"{url}/x",
        url.replace(".", "..", 1),
        f"/downloads/{token.swapcase()}",
        url[:40],
        f"/downloads/{token[1:]}",
    ]
    others = [
        addresses.url(over),
        addresses.url(missing),
        DownloadAddresses("another secret, of thirty-two bytes").url(download),
        "/downloads/" + token.partition(".")[2],
        "/downloads/x.y",
        "/downloads/%2e%2e/%2e%2e/etc/passwd",
        "/downloads/..%2f..%2fetc%2fpasswd",
        f"/downloads/{download.key}",
        "/downloads/" + "x" * 8000,
        "/downloads/%ff.%00",
        "/downloads/",
        "/downloads",
    ]
    for address in (*tampered, *others):
        assert is_nothing(await served.http.get(address)), address
    assert (await served.http.get(url)).status_code == 200
    await delete_file(owner, DeleteFileInput(file_id=file_id))
    assert is_nothing(await served.http.get(url))


async def test_no_download_needs_a_database(served: Served, database: Database, url: str) -> None:
    async with database_away(database):
        assert (await served.http.get(url)).content == TEXT
        assert is_nothing(await served.http.get(f"{url}x"))


async def test_while_the_storage_does_not_answer_a_download_says_so(
    served: Served, owner: SignedIn, tmp_path: Path
) -> None:
    url = await stored(served, owner, TEXT)
    download = served.world.resources.downloads.download(url.rpartition("/")[2], time.time())
    assert download is not None
    course = (folder_of(served) / download.key).parent
    course.rename(tmp_path / "aside")
    course.touch()
    response = await served.http.get(url)
    assert (response.status_code, response.json()["error"]["data"]["type"]) == (503, "FilesUnavailable")
    assert response.headers["retry-after"] == "5"
    assert str(course.parent.name) not in response.text
    course.unlink()
    (tmp_path / "aside").rename(course)
    assert (await served.http.get(url)).content == TEXT


def folder_of(served: Served) -> Path:
    return Path(served.world.resources.settings.storage_url.removeprefix("file://"))


async def test_a_client_that_reads_slowly_does_not_make_the_server_hold_the_file(
    served: Served, owner: SignedIn
) -> None:
    size = 160 * 1024 * 1024
    url = await stored(served, owner, pieces(size))
    before = peak_memory(served)
    with RawConnection(served.port) as client:
        client.send(f"GET {url} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n".encode())
        _, _, begun = client.read_until(b"\r\n\r\n").partition(b"\r\n\r\n")
        for _ in range(300):  # long enough for all of it, if nothing held the server back
            await served.http.get("/health")
        assert peak_memory(served) - before < 32 * 1024 * 1024
        assert len(begun) + len(client.read_to_end()) == size


def peak_memory(served: Served) -> int:
    """The most that the server's processes have ever held, in bytes."""
    children = Path(f"/proc/{served.pid}/task/{served.pid}/children").read_text().split()
    lines = "".join(Path(f"/proc/{pid}/status").read_text() for pid in children)
    return sum(1024 * int(kib) for kib in re.findall(r"VmHWM:\s+(\d+) kB", lines))


async def pieces(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 1024**2):
        yield b"x" * 1024**2


async def test_an_address_does_not_stand_in_the_log(served: Served, owner: SignedIn, file_id: UUID) -> None:
    request_id = uuid4().hex
    answer = await served.post("generation.getFileUrl", {"fileId": str(file_id)}, owner, x_request_id=request_id)
    url: str = answer.json()["url"]
    (line,) = served.log_lines(requestId=request_id)
    assert line["fileId"] == str(file_id)
    downloading = uuid4().hex
    await served.http.get(url, headers={"x-request-id": downloading, "referer": url})
    (line,) = served.log_lines(requestId=downloading)
    assert (line["message"], line["bytes"], str(file_id) in line["key"]) == ("file downloaded", len(TEXT), True)
    await served.post("courses.get", {"courseId": url}, owner)
    last = uuid4().hex
    await served.post("courses.create", {"title": url[:500]}, owner, x_request_id=last)
    served.log_lines(requestId=last)
    signature = url.rpartition(".")[2]
    assert signature not in served.log_text()
    assert SECRET not in served.log_text()
