"""generation.uploadFile as a form: streamed, bounded while it streams, and undone however it ends."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from app.context import SignedIn
from procedures.generation import _upload_errors as errors
from procedures.generation.upload_file import upload_file
from tests.procedures.generation.uploading import (
    PDF,
    TEXT,
    Left,
    document,
    form,
    left,
    owner_and_course,
    pieces_of,
)
from tests.world import World

NOTHING = Left(0, 0, 0)
MEBIBYTE = 1024 * 1024


async def refused(world: World, owner: SignedIn, input: Any, error: type[Exception]) -> Exception:
    """The refusal of an upload, which must leave all as it was."""
    before = await left(world, owner, input.course_id)
    with pytest.raises(error) as told:
        await upload_file(owner, input)
    assert await left(world, owner, input.course_id) == before
    return told.value


@pytest.mark.parametrize("name", ["hleb-na-zakvaske.md", "hleb-na-zakvaske.pdf", "why-leaves-change-colour.txt"])
async def test_a_form_ends_as_json_does(world: World, data: Path, name: str) -> None:
    owner, course = await owner_and_course(world)
    content = (data / name).read_bytes()
    one = await upload_file(owner, form(course, content, name))
    other = await upload_file(owner, document(course, content, name))
    assert one.hash == other.hash == hashlib.sha256(content).hexdigest()
    assert one.message == other.message
    assert await world.resources.storage.get(one.storage_path) == content
    rows = await world.sql.fetch(
        "select filename, mime_type, file_type, file_size, hash, status, received_bytes, parts, expires_at"
        " from file_catalog where course_id = $1",
        course,
    )
    assert rows[0] == rows[1]
    assert await left(world, owner, course) == Left(2 * len(content), 2, 2)


async def test_fields_say_more_than_the_part_of_the_file(world: World) -> None:
    owner, course = await owner_and_course(world)
    given = form(course, name="tmp-1234", type="application/octet-stream", filename="notes.md", mime_type="text/plain")
    answer = await upload_file(owner, given)
    row = await world.row("select filename, mime_type from file_catalog where id = $1", answer.file_id)
    assert row == {"filename": "notes.md", "mime_type": "text/plain"}


async def test_a_part_without_a_name_or_with_an_endless_one_is_refused(world: World) -> None:
    owner, course = await owner_and_course(world)
    for name in ("", "x" * 253 + ".md"):
        await refused(world, owner, form(course, name=name), errors.FileNameInvalid)


@pytest.mark.parametrize(
    ("given", "reserved"),
    [({"file_size": 5000}, 5000), ({"at_most": 6000}, 6000), ({}, 10 * MEBIBYTE), ({"at_most": -3}, 1)],
)
async def test_while_it_streams_its_quota_is_reserved(world: World, given: dict[str, Any], reserved: int) -> None:
    owner, course = await owner_and_course(world)
    seen: list[Left] = []

    async def looking() -> AsyncIterator[bytes]:
        seen.append(await left(world, owner, course))
        yield TEXT * (5000 // len(TEXT))

    await upload_file(owner, form(course, looking(), **given))
    assert seen == [Left(reserved, 1, 0)]
    assert (await left(world, owner, course)).used == 5000 // len(TEXT) * len(TEXT)


async def test_a_file_is_refused_as_soon_as_it_is_longer_than_it_may_be(world: World) -> None:
    owner, course = await owner_and_course(world, "basic")
    asked = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal asked
        while True:
            asked += 1
            yield b"x" * MEBIBYTE

    told = await refused(world, owner, form(course, endless(), "a.txt"), errors.FileTooLarge)
    assert str(told) == "File is too large. Your BASIC plan allows files up to 10 MB, and this one has 11 MB."
    assert asked == 11
    asked = 0
    told = await refused(world, owner, form(course, endless(), "a.txt", file_size=3000), errors.FileSizeMismatch)
    assert str(told) == f"File size does not match: declared 3000 bytes, received {MEBIBYTE}."
    assert asked == 1


async def test_a_length_that_is_too_large_for_sure_is_refused_unread(world: World) -> None:
    owner, course = await owner_and_course(world, "basic")
    given = form(course, pieces_of(b"", error=AssertionError("it was read")), "a.txt", at_most=20 * MEBIBYTE)
    told = await refused(world, owner, given, errors.FileTooLarge)
    assert str(told) == "File is too large. Your BASIC plan allows files up to 10 MB, and this one has 20 MB."


async def test_a_form_around_the_largest_file_is_no_reason_to_refuse_it(world: World) -> None:
    owner, course = await owner_and_course(world, "basic")
    largest = b"x" * (10 * MEBIBYTE)
    await upload_file(owner, form(course, pieces_of(largest, MEBIBYTE), "a.txt", at_most=len(largest) + 300))
    assert await left(world, owner, course) == Left(len(largest), 1, 1)


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ({"content": b""}, errors.FileEmpty, "The file is empty"),
        (
            {"content": b"", "file_size": 10},
            errors.FileSizeMismatch,
            "File size does not match: declared 10 bytes, received 0.",
        ),
        (
            {"content": TEXT, "file_size": 10_000},
            errors.FileSizeMismatch,
            f"File size does not match: declared 10000 bytes, received {len(TEXT)}.",
        ),
        (
            {"content": PDF, "name": "a.txt"},
            errors.FileTypeMismatch,
            "The file is not what its name and type say: declared TXT, found pdf.",
        ),
        (
            {"content": TEXT * 1000 + b"\0", "name": "a.md"},
            errors.FileTypeMismatch,
            "The file is not what its name and type say: declared MD, found binary.",
        ),
        (
            {"content": b"\xff\xfe" + b"a\0" * 5000 + b"a", "name": "a.txt"},
            errors.FileTypeMismatch,
            "The file is not what its name and type say: declared TXT, found binary.",
        ),
    ],
)
async def test_what_is_wrong_with_the_bytes_undoes_the_upload(
    world: World, given: dict[str, Any], error: type[Exception], text: str
) -> None:
    owner, course = await owner_and_course(world)
    assert str(await refused(world, owner, form(course, **given), error)) == text


async def test_a_file_of_another_type_is_refused_at_its_beginning(world: World) -> None:
    owner, course = await owner_and_course(world)
    content = pieces_of(b"\x7fELF" + b"x" * 10_000, error=AssertionError("it was read to its end"))
    await refused(world, owner, form(course, content, "a.txt"), errors.FileTypeMismatch)


async def test_text_of_pairs_of_bytes_may_be_long(world: World) -> None:
    owner, course = await owner_and_course(world)
    await upload_file(owner, form(course, pieces_of(("Компост\n" * 3000).encode("utf-16"), 1001), "a.txt"))
    assert (await left(world, owner, course)).rows == 1
