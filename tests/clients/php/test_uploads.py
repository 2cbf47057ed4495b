"""Files sent piece by piece."""

from pathlib import Path
from typing import Any

import pytest

from tests.clients.php.programs import Php
from tests.clients.python.forms import parts_of
from tests.clients.python.scripted import Scripted, gives, hangs_up

PIECE = 256 * 1024
SIZES = [0, 1, 2, 3, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 2]
SEND = r"""
    $told = [];
    $send = function (string $path, ?callable $onProgress = null) use (&$told): mixed {
        $fields = [
            'name' => "a \"b\"\r\n--x", 'size' => 5, 'sealed' => true, 'weight' => 1.0, 'empty' => '',
            'nothing' => null, 'left' => Omitted::Field,
        ];
        $onProgress ??= function (int $sent, int $size) use (&$told): void {
            $told[] = [$sent, $size];
        };
        return transport()->upload('a.b', $fields, 'file', Document::at($path), Decode::string(...), $onProgress);
    };
"""
FIELDS = {"name": b'a "b"\r\n--x', "size": b"5", "sealed": b"true", "weight": b"1.0", "empty": b""}


def send(php: Php, file: Path, memory: str = "64M") -> Any:
    """What the server answered, what progress was told, and the most memory that was used."""
    return php(f"{SEND}\nreturn [$send('{file}'), $told, memory_get_peak_usage()];", memory)


@pytest.mark.parametrize("size", SIZES)
def test_a_file_of_any_size_arrives_whole(server: Scripted, php: Php, tmp_path: Path, size: int) -> None:
    file = tmp_path / "file.txt"
    file.write_bytes(bytes(range(256)) * (size // 256) + b"x" * (size % 256))
    server.will(gives("stored"))
    stored, told, _ = send(php, file)
    assert stored == "stored"
    (asked,) = server.asked
    assert list(parts_of(asked).items()) == [*FIELDS.items(), ("file", file.read_bytes())]
    assert int(asked.headers["content-length"]) == len(asked.body)
    assert not {"transfer-encoding", "expect"} & set(asked.headers)
    assert told == [[min(n * PIECE, size), size] for n in range(1, -(-size // PIECE) + 1)]


def test_a_large_file_is_never_whole_in_memory(server: Scripted, php: Php, tmp_path: Path) -> None:
    file = tmp_path / "large.bin"
    file.write_bytes(b"x" * (64 << 20))
    server.will(gives("stored"))
    stored, _, peak = send(php, file, memory="8M")
    assert stored == "stored"
    assert peak < 4 << 20
    assert len(server.asked[0].body) > 64 << 20


@pytest.mark.parametrize("length", [PIECE, PIECE + 9])
def test_a_file_that_changes_while_it_is_sent_is_told(server: Scripted, php: Php, tmp_path: Path, length: int) -> None:
    file = tmp_path / "file.txt"
    file.write_bytes(b"x" * (PIECE + 5))
    server.will(gives("stored"))
    failure = php(f"""{SEND}
        $meddle = fn (): mixed => file_put_contents('{file}', str_repeat('x', {length}));
        return caught(fn () => $send('{file}', $meddle));
    """)
    assert (failure["class"], failure["message"]) == ("FileUnreadable", f"{file} changed while it was sent")


def test_an_upload_whose_answer_is_lost_is_not_made_again(server: Scripted, php: Php, tmp_path: Path) -> None:
    file = tmp_path / "file.txt"
    file.write_bytes(b"x")
    server.will(hangs_up, gives("stored"))
    assert php(f"{SEND}\nreturn caught(fn () => $send('{file}'));")["class"] == "ConnectionFailed"
    assert len(server.asked) == 1


def test_an_error_of_the_callers_own_comes_through(server: Scripted, php: Php, tmp_path: Path) -> None:
    file = tmp_path / "file.txt"
    file.write_bytes(b"x")
    server.will(gives("stored"))
    failure = php(f"""{SEND}
        return caught(fn () => $send('{file}', fn () => throw new \\DomainException('enough')));
    """)
    assert (failure["class"], failure["message"]) == ("DomainException", "enough")


@pytest.mark.parametrize("name", ["none.txt", ""])
def test_a_file_that_cannot_be_read_is_told_before_anything_is_sent(
    server: Scripted, php: Php, tmp_path: Path, name: str
) -> None:
    assert php(f"{SEND}\nreturn caught(fn () => $send('{tmp_path / name}'));")["class"] == "FileUnreadable"
    assert not server.asked


def test_the_type_of_a_file_is_told_by_its_name(php: Php) -> None:
    names = ["a.pdf", "A.MD", "a.txt", "a.docx", "a", "a.unknown"]
    assert php(f"return array_map(Document::guessedType(...), {names});") == [
        "application/pdf",
        "text/markdown",
        "text/plain",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/octet-stream",
        "application/octet-stream",
    ]
