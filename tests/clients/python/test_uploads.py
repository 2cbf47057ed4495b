"""Files sent piece by piece."""

import base64
from pathlib import Path

import msgspec
import pytest
from coursegen_client import CallFailed, ConnectionFailed
from coursegen_client._runtime.documents import PIECE, Document, guessed_type

from tests.clients.python.conftest import Calling
from tests.clients.python.either import LIMIT
from tests.clients.python.scripted import Scripted, gives, hangs_up

GIVEN = {"filename": 'a "fileContent":"" name', "fileContent": ""}
SIZES = [0, 1, 2, 3, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 2]


@pytest.mark.parametrize("size", SIZES)
async def test_a_file_of_any_size_arrives_whole(server: Scripted, calling: Calling, tmp_path: Path, size: int) -> None:
    file = tmp_path / "file.txt"
    file.write_bytes(bytes(range(256)) * (size // 256) + b"x" * (size % 256))
    server.will(gives("stored"))
    told: list[tuple[int, int]] = []
    assert await calling().upload(file, GIVEN, lambda sent, total: told.append((sent, total))) == "stored"
    (asked,) = server.asked
    body = msgspec.json.decode(asked.body)
    assert base64.b64decode(body["fileContent"], validate=True) == file.read_bytes()
    assert body["filename"] == GIVEN["filename"]
    assert "transfer-encoding" not in asked.headers
    assert [sent for sent, _ in told] == [min(n * PIECE, size) for n in range(1, -(-size // PIECE) + 1)]
    assert all(total == size for _, total in told)


@pytest.mark.parametrize("change", [b"", b"longer than before"])
async def test_a_file_that_changes_while_it_is_sent_is_told(
    server: Scripted, calling: Calling, tmp_path: Path, change: bytes
) -> None:
    file = tmp_path / "file.txt"
    file.write_bytes(b"x" * (PIECE + 5))
    server.will(gives("stored"))

    def meddle(_sent: int, _total: int) -> None:
        file.write_bytes(b"x" * PIECE + change)

    with pytest.raises(OSError, match="changed while it was sent"):
        await calling().upload(file, GIVEN, meddle)


async def test_a_server_that_hangs_up_on_a_body_that_is_too_long_has_refused_it(
    server: Scripted, calling: Calling, tmp_path: Path
) -> None:
    file = tmp_path / "file.txt"
    for size, failure in ((LIMIT, CallFailed), (LIMIT // 2, ConnectionFailed)):
        file.write_bytes(b"x" * size)
        server.will(hangs_up)
        with pytest.raises(failure) as caught:
            await calling().upload(file, GIVEN)
        assert not isinstance(caught.value, CallFailed) or caught.value.details == {"limit_bytes": LIMIT}


async def test_a_file_that_is_not_there_is_the_usual_error(calling: Calling, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await calling().upload(tmp_path / "none.txt", GIVEN)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.pdf", "application/pdf"),
        ("A.PDF", "application/pdf"),
        ("b.md", "text/markdown"),
        ("c.txt", "text/plain"),
        ("d.png", "image/png"),
        ("e", "application/octet-stream"),
    ],
)
def test_the_type_follows_from_the_name(name: str, kind: str) -> None:
    assert guessed_type(name) == kind


def test_a_name_and_a_type_of_the_callers_own_come_first(tmp_path: Path) -> None:
    file = tmp_path / "x.txt"
    file.write_bytes(b"abc")
    assert Document.at(str(file), None, "text/markdown") == Document(file, "x.txt", "text/markdown", 3)
    assert Document.at(file, "y.md", None) == Document(file, "y.md", "text/markdown", 3)
