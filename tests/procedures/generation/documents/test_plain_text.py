"""Plain text becomes blocks by the ways in which people lay it out."""

from pathlib import Path

from procedures.generation.documents import PLAIN_TEXT, Heading, Paragraph, Preformatted, extract

DATA = Path(__file__).parents[3] / "data"


def _blocks(text: str) -> tuple[object, ...]:
    return extract(text.encode(), PLAIN_TEXT).blocks


def test_lines_wrapped_by_hand_are_one_paragraph() -> None:
    assert _blocks("one two\nthree four\n\nfive.") == (Paragraph("one two three four"), Paragraph("five."))


def test_a_word_cut_at_the_end_of_a_line_is_put_together() -> None:
    assert _blocks("The photo-\nsynthesis of plants.") == (Paragraph("The photosynthesis of plants."),)


def test_a_hyphen_stays_where_the_text_spells_the_word_with_it() -> None:
    text = "A well-known fact. It is well-\nknown indeed."
    assert _blocks(text) == (Paragraph("A well-known fact. It is well-known indeed."),)


def test_a_short_line_before_a_longer_paragraph_is_a_heading() -> None:
    body = "A paragraph that is clearly longer than the line above it."
    assert _blocks(f"Leaves\n\n{body}\n\nColours\n\n{body}!") == (
        Heading(1, "Leaves"),
        Paragraph(body),
        Heading(2, "Colours"),
        Paragraph(f"{body}!"),
    )


def test_numbered_headings_have_the_depth_of_their_number() -> None:
    body = "Some text that is longer than its heading is."
    blocks = _blocks(f"{body}\n\n1. First\n\n{body}\n\n1.2 Second\n\n{body}")
    assert [block for block in blocks if isinstance(block, Heading)] == [
        Heading(2, "1. First"),
        Heading(3, "1.2 Second"),
    ]


def test_underlined_lines_are_headings() -> None:
    assert _blocks("Title\n=====\nText.\n\nPart\n----\nMore.")[::2] == (Heading(1, "Title"), Heading(2, "Part"))


def test_bullets_with_their_continued_lines_are_one_list() -> None:
    assert _blocks("• one\n  and more\n• two") == (Preformatted("list", "- one and more\n- two"),)


def test_indented_first_lines_begin_paragraphs() -> None:
    assert _blocks("    One begins\nand ends.\n    Two begins\nand ends.") == (
        Paragraph("One begins and ends."),
        Paragraph("Two begins and ends."),
    )


def test_a_line_to_a_paragraph_is_understood_by_the_length_of_lines() -> None:
    long = "word " * 40
    assert len(_blocks(f"{long}\n{long}end")) == 2


def test_markup_in_plain_text_is_text() -> None:
    assert _blocks("<b>bold</b> and *stars* of # 1") == (Paragraph(r"\<b>bold\</b> and \*stars\* of # 1"),)


def test_the_sample_has_its_headings_and_its_list() -> None:
    blocks = extract(DATA / "why-leaves-change-colour.txt", PLAIN_TEXT).blocks
    assert [block.level for block in blocks if isinstance(block, Heading)] == [1, 2, 2, 2, 2]
    assert sum(isinstance(block, Preformatted) for block in blocks) == 1
