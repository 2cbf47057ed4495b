"""Files sent piece by piece."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from coursegen_client import ConnectionFailed
from coursegen_client._runtime.documents import PIECE, Document, guessed_type
from msgspec import UNSET

from tests.clients.python.conftest import Calling
from tests.clients.python.forms import parts_of
from tests.clients.python.scripted import Scripted, gives, hangs_up

GIVEN: dict[str, Any] = {"filename": "план.txt", "fileSize": 5}
SIZES = [0, 1, 2, 3, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 2]


@pytest.mark.parametrize("size", SIZES)
async def test_a_file_of_any_size_arrives_whole(server: Scripted, calling: Calling, tmp_path: Path, size: int) -> None:
    file = tmp_path / "file.txt"
    file.write_bytes(bytes(range(256)) * (size // 256) + b"x" * (size % 256))
    server.will(gives("stored"))
    told: list[tuple[int, int]] = []
    assert await calling().upload(file, GIVEN, lambda sent, total: told.append((sent, total))) == "stored"
    (asked,) = server.asked
    assert parts_of(asked) == {"filename": "план.txt".encode(), "fileSize": b"5", "file": file.read_bytes()}
    assert int(asked.headers["content-length"]) == len(asked.body)
    assert "transfer-encoding" not in asked.headers
    assert [sent for sent, _ in told] == [min(n * PIECE, size) for n in range(1, -(-size // PIECE) + 1)]
    assert all(total == size for _, total in told)


async def test_fields_come_before_the_file_and_are_texts_or_json(
    server: Scripted, calling: Calling, tmp_path: Path
) -> None:
    file = tmp_path / "file.txt"
    file.write_bytes(b"x")
    server.will(gives("stored"))
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    given = {"id": UUID(int=5), "at": moment, "sealed": True, "weight": 1.5, "name": 'a "b"\r\n--x', "empty": ""}
    await calling().upload(file, {**given, "nothing": None, "left": UNSET})
    assert parts_of(server.asked[0]) == {
        "id": str(UUID(int=5)).encode(),
        "at": b"2026-01-02T03:04:05Z",
        "sealed": b"true",
        "weight": b"1.5",
        "name": b'a "b"\r\n--x',
        "empty": b"",
        "file": b"x",
    }
    assert list(parts_of(server.asked[0]))[-1] == "file"


async def test_every_form_has_a_boundary_of_its_own(server: Scripted, calling: Calling, tmp_path: Path) -> None:
    file = tmp_path / "file.txt"
    file.write_bytes(b"x")
    server.will(gives("stored"), gives("stored"))
    for _ in range(2):
        await calling().upload(file, GIVEN)
    assert len({asked.headers["content-type"] for asked in server.asked}) == 2


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


async def test_an_upload_whose_answer_is_lost_is_not_made_again(
    server: Scripted, calling: Calling, tmp_path: Path
) -> None:
    file = tmp_path / "file.txt"
    file.write_bytes(b"x")
    server.will(hangs_up, gives("stored"))
    with pytest.raises(ConnectionFailed):
        await calling().upload(file, GIVEN)
    assert len(server.asked) == 1


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
