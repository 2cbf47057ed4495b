"""PDF pages become the headings and paragraphs that were laid out on them."""

from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from procedures.generation.documents import (
    MARKDOWN,
    PDF,
    Document,
    Heading,
    UnreadableDocument,
    extract,
    from_markdown,
    page_starts,
    to_markdown,
)

DATA = Path(__file__).parents[3] / "data"
SAMPLE = (DATA / "hleb-na-zakvaske.pdf").read_bytes()


def _written(writer: PdfWriter) -> bytes:
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def test_the_pdf_of_a_text_gives_the_same_blocks_as_its_markdown() -> None:
    source = extract(DATA / "hleb-na-zakvaske.md", MARKDOWN)
    assert extract(SAMPLE, PDF).blocks == source.blocks


def test_running_headers_and_page_numbers_are_left_out() -> None:
    text = to_markdown(extract(SAMPLE, PDF))
    assert len(PdfReader(BytesIO(SAMPLE)).pages) > 3
    assert text.count("Хлеб на закваске: как это работает") == 1
    assert not any(line.strip().isdigit() for line in text.splitlines())


def test_a_title_that_is_also_the_running_header_stays_a_title() -> None:
    assert extract(SAMPLE, PDF).blocks[0] == Heading(1, "Хлеб на закваске: как это работает")


def test_extracted_text_reads_back_to_the_same_document() -> None:
    document = extract(SAMPLE, PDF, "bread.pdf")
    assert from_markdown(to_markdown(document), "bread.pdf", page_starts(document), document.page_count) == document


def test_a_pdf_with_a_password_says_so() -> None:
    writer = PdfWriter(clone_from=BytesIO(SAMPLE))
    writer.encrypt("secret", algorithm="AES-256")
    with pytest.raises(UnreadableDocument, match="password"):
        extract(_written(writer), PDF)


def test_a_pdf_that_opens_without_a_password_is_read_though_encrypted() -> None:
    writer = PdfWriter(clone_from=BytesIO(SAMPLE))
    writer.encrypt("", owner_password="owner", algorithm="AES-256")
    assert extract(_written(writer), PDF) == extract(SAMPLE, PDF)


def test_pages_of_images_alone_are_called_scanned() -> None:
    with pytest.raises(UnreadableDocument, match=r"^The PDF has no text: its pages are scanned images\. "):
        extract(DATA / "scan.pdf", PDF)


def test_pages_with_nothing_on_them_are_called_empty() -> None:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    with pytest.raises(UnreadableDocument, match="its pages are empty"):
        extract(_written(writer), PDF)


def test_each_block_knows_the_page_that_it_begins_on() -> None:
    document = extract(SAMPLE, PDF)
    reader = PdfReader(BytesIO(SAMPLE))
    assert (document.page_count, len(document.pages)) == (len(reader.pages), len(document.blocks))
    assert list(document.pages) == sorted(document.pages)
    for block, page in zip(document.blocks, document.pages, strict=True):
        if isinstance(block, Heading):
            assert block.text in " ".join(reader.pages[page - 1].extract_text().split())


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"not a pdf", SAMPLE[:5000], b"\0" * 100])
def test_what_is_no_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableDocument):
        extract(data, PDF)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SAMPLE) - 1), st.binary(min_size=1, max_size=8)), min_size=1, max_size=20))
@pytest.mark.filterwarnings("ignore")  # pypdf warns of what it repairs
def test_a_damaged_pdf_is_read_or_refused_but_never_crashes(damages: list[tuple[int, bytes]]) -> None:
    data = bytearray(SAMPLE)
    for position, junk in damages:
        data[position : position + len(junk)] = junk
    with suppress(UnreadableDocument):
        assert isinstance(extract(bytes(data), PDF), Document)
