"""Word documents become blocks: by styles in any language, with lists, tables, notes, and without what is not text."""

import io
import re
import zipfile
from pathlib import Path

import pytest

from procedures.generation.documents import (
    DOCX,
    MARKDOWN,
    Block,
    Heading,
    Paragraph,
    Preformatted,
    UnreadableDocument,
    extract,
    from_markdown,
    to_markdown,
)
from tests.procedures.generation.contents.making import package
from tests.procedures.generation.documents.word import (
    BULLETS_AND_NUMBERS,
    STRICT,
    cell,
    document,
    listed,
    paragraph,
    rows,
    run,
    style,
    styled,
)

DATA = Path(__file__).parents[3] / "data"


def blocks(body: str, **parts: str) -> tuple[Block, ...]:
    return extract(document(body, **parts), DOCX).blocks


def test_the_docx_of_a_text_gives_the_same_blocks_as_its_markdown() -> None:
    source = extract(DATA / "hleb-na-zakvaske.md", MARKDOWN)
    assert extract(DATA / "hleb-na-zakvaske.docx", DOCX).blocks == source.blocks


def test_styles_are_known_by_their_russian_names() -> None:
    """As programs write them that translate the names of styles, which Word does not."""
    target = io.BytesIO()
    with zipfile.ZipFile(DATA / "hleb-na-zakvaske.docx") as before, zipfile.ZipFile(target, "w") as after:
        for name in before.namelist():
            renamed = re.sub(
                rb'w:name w:val="[Hh]eading (\d)"', 'w:name w:val="Заголовок \\1"'.encode(), before.read(name)
            )
            after.writestr(name, re.sub(rb"<w:outlineLvl [^>]*>", b"", renamed))
    assert extract(target.getvalue(), DOCX).blocks == extract(DATA / "hleb-na-zakvaske.docx", DOCX).blocks


def test_the_sample_has_its_headings_lists_table_note_link_and_quotation() -> None:
    found = extract(DATA / "composting-at-home.docx", DOCX).blocks
    assert [(each.level, each.text) for each in found if isinstance(each, Heading)] == [
        (1, "Composting at home"),
        (2, "Why a heap works"),
        (3, "Air and water"),
        (3, "Brown and green"),
        (2, "Building the heap"),
        (2, "When it is ready"),
    ]
    assert [each.kind for each in found if isinstance(each, Preformatted)] == ["table", "list", "list", "quote"]
    text = to_markdown(extract(DATA / "composting-at-home.docx", DOCX))
    assert "is a **slow fire**." in text
    assert "on every leaf already.¹\n\n¹ Shop-bought starters" in text
    assert "[this page](https://example.org/compost)" in text
    assert "| Grass \\| clover | green, 4 weeks |  |" in text
    assert "- Yes, at any time:\n  - peel and cores\n" in text
    assert "Editor" not in text  # hidden text


@pytest.mark.parametrize("name", ["composting-at-home.docx", "hleb-na-zakvaske.docx"])
def test_extracted_text_reads_back_to_the_same_document(name: str) -> None:
    document = extract(DATA / name, DOCX)
    assert from_markdown(to_markdown(document), name) == document


def test_a_heading_is_one_by_name_by_outline_or_by_the_style_it_is_based_on() -> None:
    styles = (
        style("1", "heading 1")
        + style("Own", "My chapter", based_on="1")
        + style("Level", "Level", '<w:outlineLvl w:val="2"/>')
        + style("Loop", "Loop", based_on="Loop")
    )
    body = (
        styled("A", "1") + styled("B", "Own") + styled("C", "Level") + styled("D", "Loop") + styled("E", "unknown")
    ) + paragraph("F", '<w:outlineLvl w:val="3"/>')
    expected = (Heading(1, "A"), Heading(1, "B"), Heading(3, "C"), Paragraph("D"), Paragraph("E"), Heading(4, "F"))
    assert blocks(body, styles=styles) == expected


def test_a_title_stands_above_all_headings() -> None:
    styles = style("T", "Название") + style("H", "Заголовок 1")
    assert blocks(styled("Т", "T") + styled("Г", "H"), styles=styles) == (Heading(1, "Т"), Heading(2, "Г"))


def test_a_bold_line_is_a_heading_only_where_nothing_else_is() -> None:
    bold, text = paragraph("Soil", of_run="<w:b/>"), paragraph("Text, and more of it.")
    assert blocks(bold + text) == (Heading(2, "Soil"), Paragraph("Text, and more of it."))
    headed = blocks(styled("Top", "1") + bold + text, styles=style("1", "heading 1"))
    assert headed[1] == Paragraph("**Soil**")


def test_a_table_of_contents_is_left_out_whichever_way_it_is_made() -> None:
    gallery = '<w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
    body = f"<w:sdt>{gallery}<w:sdtContent>{paragraph('One 1')}</w:sdtContent></w:sdt>" + styled("Two 2", "C")
    assert blocks(body + paragraph("Text"), styles=style("C", "toc 1")) == (Paragraph("Text"),)


def test_lists_nest_count_on_and_start_where_they_say() -> None:
    body = (
        listed("a") + listed("b", 1) + listed("c", 2) + listed("d", 2) + listed("e")
        + listed("one", 0, 2) + listed("sub", 1, 2) + listed("two", 0, 2)
        + paragraph("between") + listed("three", 0, 2) + listed("seven", 0, 3) + listed("eight", 0, 3)
    )  # fmt: skip
    assert blocks(body, numbering=BULLETS_AND_NUMBERS) == (
        Preformatted("list", "- a\n  - b\n    1. c\n    2. d\n- e"),
        Preformatted("list", "1. one\n   1. sub\n2. two"),
        Paragraph("between"),
        Preformatted("list", "3. three\n7. seven\n8. eight"),
    )


def test_a_style_can_make_its_paragraphs_items() -> None:
    styles = style("L", "List Bullet", '<w:numPr><w:numId w:val="1"/></w:numPr>')
    off = paragraph("no item", '<w:pStyle w:val="L"/><w:numPr><w:numId w:val="0"/></w:numPr>')
    found = blocks(styled("item", "L") + off, styles=styles, numbering=BULLETS_AND_NUMBERS)
    assert found == (Preformatted("list", "- item"), Paragraph("no item"))


def test_what_was_inserted_counts_and_what_was_deleted_or_hidden_does_not() -> None:
    body = (
        f"<w:p>{run('kept')}<w:ins>{run(' new')}</w:ins><w:del><w:r><w:delText> old</w:delText></w:r></w:del>"
        f"{run(' hidden', '<w:vanish/>')}<w:moveFrom>{run(' gone')}</w:moveFrom>"
        f"<w:r><w:fldChar/><w:instrText>PAGE</w:instrText></w:r></w:p>"
    )
    assert blocks(body) == (Paragraph("kept new"),)


def test_links_keep_to_addresses_that_are_safe() -> None:
    links = "".join(f'<w:hyperlink r:id="{each}">{run(each)}</w:hyperlink> ' for each in ("good", "bad", "web", "none"))
    assert blocks(f"<w:p>{links}</w:p>") == (Paragraph("[good](https://example.org/)badwebnone"),)


def test_emphasis_that_cuts_words_is_left_out_and_neighbours_are_one() -> None:
    body = f"<w:p>{run('a ')}{run('bo', '<w:b/>')}{run('ld ', '<w:b/>')}{run('c')}{run('ut', '<w:b/>')}</w:p>"
    assert blocks(body) == (Paragraph("a **bold** cut"),)


def test_text_is_no_markup() -> None:
    body = paragraph("# no heading *nor* &lt;b&gt; &lt;script&gt; [x](javascript:y) \ue000 `c`")
    text = r"\# no heading \*nor\* \<b> \<script> [x]\(javascript:y) \`c\`"
    assert blocks(body) == (Paragraph(text),)


def test_merged_cells_leave_their_places_empty() -> None:
    body = rows(
        cell("a", '<w:gridSpan w:val="2"/>') + cell("b"),
        cell("c", '<w:vMerge w:val="restart"/>') + cell("d") + cell("e"),
        cell("", "<w:vMerge/>") + cell("f") + cell("g"),
    )
    lines = "| a |  | b |\n| --- | --- | --- |\n| c | d | e |\n|  | f | g |"
    assert blocks(body) == (Preformatted("table", lines),)


def test_a_table_that_only_lays_out_text_is_taken_apart() -> None:
    one = rows(cell("alone"))
    long = rows(cell("left " * 300) + cell("right"), cell("x") + cell("y"))
    column = rows(cell("first"), cell("second"))
    assert blocks(one + column) == (Paragraph("alone"), Paragraph("first"), Paragraph("second"))
    assert [type(each) for each in blocks(long)] == [Paragraph] * 4


def test_a_text_box_is_read_once_after_its_paragraph() -> None:
    box = f"<w:txbxContent>{paragraph('In the box.')}</w:txbxContent>"
    both = f"<mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
    assert blocks(f"<w:p>{run('Beside.')}<w:r>{both}</w:r></w:p>") == (Paragraph("Beside."), Paragraph("In the box."))


def test_what_stands_in_content_controls_is_read_wherever_they_are() -> None:
    def control(inner: str) -> str:
        return f"<w:sdt><w:sdtPr/><w:sdtContent>{inner}</w:sdtContent></w:sdt>"

    row = f"<w:tr>{control(cell('a'))}{cell('b')}</w:tr>"
    body = control(paragraph("Text")) + f"<w:tbl>{control(row)}{row}</w:tbl>" + f"<w:p>{control(run('End'))}</w:p>"
    table = Preformatted("table", "| a | b |\n| --- | --- |\n| a | b |")
    assert blocks(body) == (Paragraph("Text"), table, Paragraph("End"))


def test_footnotes_stand_below_the_paragraph_that_refers_to_them() -> None:
    notes = f'<w:footnote w:id="2">{paragraph("First note.")}</w:footnote>'
    notes += f'<w:footnote w:id="3">{paragraph("Second.")}</w:footnote>'
    reference = '<w:r><w:footnoteReference w:id="{}"/></w:r>'
    body = f"<w:p>{run('Text')}{reference.format(2)}</w:p><w:p>{run('More')}{reference.format(3)}</w:p>"
    expected = (Paragraph("Text¹"), Paragraph("¹ First note."), Paragraph("More²"), Paragraph("² Second."))
    assert blocks(body, notes=notes) == expected


def test_files_of_the_strict_kind_are_read() -> None:
    body, styles = styled("A", "1") + paragraph("Text"), style("1", "heading 1")
    assert extract(document(body, styles, namespace=STRICT), DOCX).blocks == (Heading(1, "A"), Paragraph("Text"))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "damaged"),
        (b"PK\3\4 nothing", "damaged"),
        ((DATA / "composting-at-home.docx").read_bytes()[:-2000], "damaged"),
        (package(word__document_xml=None), "no text"),
        (package(_rels___rels=None, **{"_rels/.rels": None}), "no main part"),
        (package(word__document_xml="<x"), "damaged"),
        (document(""), "no text"),
    ],
)
def test_what_can_not_be_read_says_why(data: bytes, why: str) -> None:
    with pytest.raises(UnreadableDocument, match=why):
        extract(data, DOCX)
