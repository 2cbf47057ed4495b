"""Bytes and a declared type become a document, or a refusal that says why."""

import pytest

from procedures.generation.documents import MARKDOWN, PLAIN_TEXT, Paragraph, UnreadableDocument, extract

RUSSIAN = "Закваска живёт в банке. Её кормят мукой и водой каждый день."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1251"])
def test_russian_text_is_read_in_each_encoding_that_it_is_saved_in(encoding: str) -> None:
    assert extract(RUSSIAN.encode(encoding), PLAIN_TEXT).blocks == (Paragraph(RUSSIAN),)


@pytest.mark.parametrize(
    "data",
    [
        RUSSIAN.encode("koi8-r"),
        "café naïve résumé".encode("latin-1"),
        b"\xff\xfe\x00",
        b"PK\x03\x04\x00\x00\xff\x89",
        bytes(range(256)),
    ],
)
def test_text_in_an_unknown_encoding_is_refused_rather_than_garbled(data: bytes) -> None:
    with pytest.raises(UnreadableDocument):
        extract(data, PLAIN_TEXT)


@pytest.mark.parametrize("data", [b"", b"  \n\t\n ", b"---\n\n***", b"\xef\xbb\xbf", b"<!-- only a comment -->"])
def test_a_file_without_text_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableDocument, match="no text"):
        extract(data, MARKDOWN)


def test_an_unknown_type_is_refused_by_its_name() -> None:
    with pytest.raises(UnreadableDocument, match="image/png"):
        extract(b"x", "image/png")


def test_parameters_and_case_of_the_type_do_not_matter() -> None:
    assert extract(b"text", "Text/Plain; charset=utf-8").blocks == (Paragraph("text"),)


def test_characters_that_a_database_or_a_reader_cannot_take_are_removed() -> None:
    assert extract("a\0b\u200bc\u00add\r\ne\x07".encode(), PLAIN_TEXT).blocks == (Paragraph("abcd e"),)


def test_far_too_much_text_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match="characters"):
        extract(b"a " * 5_000_001, PLAIN_TEXT)
