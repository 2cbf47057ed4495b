"""Web pages become blocks: what a reader sees, in the encoding that the page declares."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.generation.documents import (
    HTML,
    Block,
    Heading,
    Paragraph,
    Preformatted,
    UnreadableDocument,
    extract,
    from_markdown,
    to_markdown,
)
from tests.procedures.generation.documents.rendering import rendered_tokens

DATA = Path(__file__).parents[3] / "data"
_TAGS = re.findall(r"\w+", "p div b i a code li ul ol table tr td th h2 pre blockquote br span script")
_OPENED, _CLOSED = [f"<{tag}>" for tag in _TAGS], [f"</{tag}>" for tag in _TAGS]
_LINKS = ["<a href='javascript:x'>y</a>", "<a href=https://a.b/>z</a>", "[x](javascript:y)"]
_TEXTS = ["a", "*", "`", "|", "# ", "&lt;b&gt;", "1. ", "\n", "&lt;!--", "&amp;lt;b&amp;gt;"]
_HOSTILE = st.lists(st.sampled_from([*_OPENED, *_CLOSED, *_LINKS, *_TEXTS]), max_size=14).map("".join)


def blocks(page: str) -> tuple[Block, ...]:
    return extract(page.encode(), HTML).blocks


def test_the_sample_is_read_without_what_surrounds_it() -> None:
    document = extract(DATA / "chaynyy-grib.html", HTML)
    text = to_markdown(document)
    assert [each.text for each in document.blocks if isinstance(each, Heading)] == [
        "Чайный гриб дома",
        "Что понадобится",
        "Как заваривать",
        "Расчёт сахара",
    ]
    for unseen in ("скрипт", "Рецепты", "квас", "©", "никто не видит", "этого тоже", "banka", "javascript"):
        assert unseen not in text
    assert "- заварка:\n  - чёрный чай без добавок\n  - или зелёный\n- сахар, `60` граммов" in text
    assert "2. Остудите до комнатной температуры. Горячий чай гриб убьёт." in text
    assert "| 22 °C | 8 |  |\n| 26 °C | 5 | резкий \\| кислый |" in text
    assert "```\nлитры = 3\nсахар = 60 * литры\n```" in text
    assert "> Гриб живёт столько, сколько о нём помнят." in text
    assert "[обзоре](https://example.org/kombucha), а эта ссылка никуда не ведёт" in text


def test_extracted_text_reads_back_to_the_same_document() -> None:
    document = extract(DATA / "chaynyy-grib.html", HTML)
    assert from_markdown(to_markdown(document), "chaynyy-grib.html") == document


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [
        ("utf-8", "utf-8"),
        ("windows-1251", "cp1251"),
        ("KOI8-R", "koi8-r"),
        ("iso-8859-5", "iso8859-5"),
        ("utf-16", "utf-8"),  # a page that can be searched for its encoding is not in it
        ("rot13", "utf-8"),  # no encoding of pages
        ("unheard-of", "utf-8"),
        ("utf-8", "cp1251"),  # declared wrongly
    ],
)
def test_the_declared_encoding_counts_where_it_can_be_true(charset: str, encoding: str) -> None:
    page = f"<!doctype html><meta charset='{charset}'><p>Чайный гриб живёт в банке."
    assert extract(page.encode(encoding), HTML).blocks == (Paragraph("Чайный гриб живёт в банке."),)


def test_latin_1_is_what_browsers_take_it_for() -> None:
    page = b"<meta charset=iso-8859-1><p>\x93quoted\x94"
    assert extract(page, HTML).blocks == (Paragraph("“quoted”"),)


def test_a_page_in_utf_16_is_read_by_its_mark() -> None:
    assert extract("<p>Привет".encode("utf-16"), HTML).blocks == (Paragraph("Привет"),)


def test_the_title_of_the_page_stands_in_for_a_missing_heading() -> None:
    assert blocks("<title>T</title><p>x") == (Heading(1, "T"), Paragraph("x"))
    assert blocks("<title>T</title><h1>H</h1><p>x")[0] == Heading(1, "H")


def test_the_content_is_what_the_page_says_it_is() -> None:
    assert blocks("<body><p>around<main><p>inside</main>") == (Paragraph("inside"),)
    assert blocks("<p>around<article><p>inside</article>") == (Paragraph("inside"),)
    assert len(blocks("<article>one</article><article>two</article>")) == 2


def test_text_between_blocks_is_a_paragraph() -> None:
    assert blocks("one<div>two<p>three</p>four</div>") == tuple(map(Paragraph, ("one", "two", "three", "four")))


def test_a_definition_list_is_its_terms_and_their_text() -> None:
    assert blocks("<dl><dt>Peat<dd>Old moss.</dl>") == (Paragraph("**Peat**"), Paragraph("Old moss."))


def test_lists_start_where_they_say_and_code_in_them_stays() -> None:
    assert blocks("<ol start=4><li>a<pre>x\n y</pre><li>b</ol>") == (
        Preformatted("list", "4. a"),
        Preformatted("code", "```\nx\n y\n```"),
        Preformatted("list", "5. b"),
    )


def test_code_can_not_close_its_own_fence() -> None:
    assert blocks("<pre>```\n<b>x</b>\n```</pre>") == (Preformatted("code", "````\n```\nx\n```\n````"),)


def test_a_table_of_layout_is_taken_apart() -> None:
    page = "<table><tr><td><h2>A</h2><p>x<td>y<tr><td>1<td>2</table>"
    assert blocks(page) == (Heading(2, "A"), *map(Paragraph, "xy12"))


def test_a_page_nested_without_end_is_refused_in_words() -> None:
    with pytest.raises(UnreadableDocument, match="nested too deeply"):
        blocks("<div>" * 50_000 + "x")


@pytest.mark.parametrize("page", ["<html></html>", "<script>x</script>", "<p hidden>x</p>", "<title>only</title>"])
def test_a_page_without_text_is_refused(page: str) -> None:
    with pytest.raises(UnreadableDocument, match="no text"):
        blocks(page)


@given(_HOSTILE)
def test_whatever_the_page_what_was_read_reads_back_the_same(page: str) -> None:
    try:
        document = extract(page.encode(), HTML)
    except UnreadableDocument:
        return
    stored = to_markdown(document)
    assert to_markdown(from_markdown(stored, "")) == stored
    for kind, address in rendered_tokens(stored):
        assert kind not in {"html_inline", "html_block", "image"}
        assert kind != "link_open" or address.startswith("https://")
