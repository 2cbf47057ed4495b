"""Presentations become blocks: a heading a slide, its points, tables and notes, each with the number of its slide."""

from pathlib import Path

import pytest

from procedures.generation.documents import (
    PPTX,
    Document,
    Heading,
    Paragraph,
    Preformatted,
    UnreadableDocument,
    extract,
    from_markdown,
    page_starts,
    to_markdown,
)
from tests.procedures.generation.contents.making import OFFICE as KINDS
from tests.procedures.generation.contents.making import POINT, package, types

DATA = Path(__file__).parents[3] / "data"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SLIDE = f"{KINDS}presentationml.slide+xml"
NAMES = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    f'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="{OFFICE}"'
)
ROOT = "http://schemas.openxmlformats.org/package/2006/relationships"


def related(**targets: str) -> str:
    links = "".join(f'<Relationship Id="{k}" Type="{OFFICE}/{k[:-1]}" Target="{v}"/>' for k, v in targets.items())
    web = f'<Relationship Id="web" Type="{OFFICE}/hyperlink" Target="https://example.org/" TargetMode="External"/>'
    return f'<Relationships xmlns="{ROOT}">{links}{web}</Relationships>'


def shape(text: str, kind: str | None = None) -> str:
    placeholder = "" if kind is None else f'<p:ph type="{kind}"/>' if kind else '<p:ph idx="1"/>'
    return f"<p:sp><p:nvSpPr><p:nvPr>{placeholder}</p:nvPr></p:nvSpPr><p:txBody>{text}</p:txBody></p:sp>"


def line(text: str, properties: str = "", of_run: str = "") -> str:
    return f"<a:p>{properties}<a:r><a:rPr>{of_run}</a:rPr><a:t>{text}</a:t></a:r></a:p>"


def show(*slides: str, attributes: str = "") -> Document:
    """What a presentation of these slides is read as."""
    ids = "".join(f'<p:sldId id="{256 + i}" r:id="slide{i}"/>' for i in range(len(slides)))
    parts = {
        "[Content_Types].xml": types(
            **{"ppt/presentation.xml": POINT}, **{f"ppt/slides/s{i}.xml": SLIDE for i in range(len(slides))}
        ),
        "_rels/.rels": related(officeDocument0="ppt/presentation.xml"),
        "ppt/presentation.xml": f"<p:presentation {NAMES}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": related(**{f"slide{i}": f"slides/s{i}.xml" for i in range(len(slides))}),
        **{
            f"ppt/slides/s{i}.xml": f"<p:sld {NAMES} {attributes}><p:cSld><p:spTree>{each}</p:spTree></p:cSld></p:sld>"
            for i, each in enumerate(slides)
        },
        **{f"ppt/slides/_rels/s{i}.xml.rels": related() for i in range(len(slides))},
    }
    return extract(package(POINT, word__document_xml=None, **parts), PPTX)


def test_the_english_sample_has_its_titles_points_table_and_notes() -> None:
    document = extract(DATA / "coral-reefs.pptx", PPTX)
    headings = [(each.level, each.text) for each in document.blocks if isinstance(each, Heading)]
    assert headings == [
        (1, "How coral reefs live"),
        (2, "What a coral is"),  # said once, though two slides have it
        (2, "Three kinds of reef"),
        (2, "How to dive without harm"),
    ]
    text = to_markdown(document)
    assert "- A colony of small animals, the polyps\n  - Each sits in a cup of limestone\n" in text
    assert "| Barrier reef | behind a lagoon | Australia |" in text
    assert "Darwin was the first to see" in text
    assert document.page_count == 5
    assert document.pages[-1] == 5


def test_the_russian_sample_does_not_show_its_hidden_slide() -> None:
    document = extract(DATA / "uhod-za-kaktusami.pptx", PPTX)
    assert "не видят" not in to_markdown(document)
    assert Heading(2, "Полив по временам года") in document.blocks
    assert sorted(set(document.pages)) == [1, 2, 3, 5]


@pytest.mark.parametrize("name", ["coral-reefs.pptx", "uhod-za-kaktusami.pptx"])
def test_extracted_text_reads_back_to_the_same_document_with_its_slides(name: str) -> None:
    document = extract(DATA / name, PPTX)
    assert from_markdown(to_markdown(document), name, page_starts(document), document.page_count) == document


def test_what_every_slide_repeats_is_left_out() -> None:
    furniture = "".join(shape(line("x"), kind) for kind in ("dt", "ftr", "sldNum"))
    assert show(shape(line("Title"), "title") + furniture + shape(line("Text"), "body")).blocks == (
        Heading(2, "Title"),
        Paragraph("Text"),
    )


def test_points_are_told_from_text_by_their_bullets_or_their_placeholder() -> None:
    numbered = "<a:pPr><a:buAutoNum type='arabicPeriod' startAt='3'/></a:pPr>"
    assert show(
        shape(line("one") + line("two"), ""),
        shape(line("a") + line("b")),
        shape(line("plain", "<a:pPr><a:buNone/></a:pPr>") + line("point"), "body"),
        shape(line("c", numbered) + line("d", numbered)),
    ).blocks == (
        Preformatted("list", "- one\n- two"),
        Paragraph("a"),
        Paragraph("b"),
        Paragraph("plain"),
        Preformatted("list", "- point\n"[:-1]),
        Preformatted("list", "3. c\n4. d"),
    )


def test_groups_are_taken_apart_and_links_kept() -> None:
    linked = line("here", of_run='<a:hlinkClick r:id="web"/>')
    group = f"<p:grpSp><p:grpSp>{shape(linked)}</p:grpSp></p:grpSp>"
    assert show(group).blocks == (Paragraph("[here](https://example.org/)"),)


def test_a_show_of_hidden_slides_has_no_text() -> None:
    with pytest.raises(UnreadableDocument, match="no text"):
        show(shape(line("Text")), attributes='show="0"')


@pytest.mark.parametrize("data", [b"", b"PK\3\4", package(POINT)[:-40]])
def test_what_is_damaged_says_so(data: bytes) -> None:
    with pytest.raises(UnreadableDocument, match="damaged"):
        extract(data, PPTX)
