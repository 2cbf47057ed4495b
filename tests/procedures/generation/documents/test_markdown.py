"""Uploaded Markdown becomes blocks, and nothing in it can harm whoever reads the lesson."""

from hypothesis import given
from hypothesis import strategies as st

from procedures.generation.documents import (
    MARKDOWN,
    Document,
    Heading,
    Paragraph,
    Preformatted,
    extract,
    from_markdown,
    literal,
    one_line,
    plain,
    safe,
    to_markdown,
)
from tests.procedures.generation.documents.rendering import rendered_tokens

_PIECES = (
    *(
        "<img src=x onerror=alert(1)>",
        "<b>",
        "</b>",
        "<!-- x -->",
        "<!--",
        "-->",
        "<",
        "<script>",
        "&lt;",
        "&#x3c;img>",
    ),
    *(
        "`",
        "``",
        "|",
        "- ",
        "1. ",
        "```\n",
        "~~~\n",
        "\n",
        "\n\n",
        "    ",
        "  ",
        "> ",
        "# ",
        "---\n",
        "|-|-|\n",
        "|a|b|\n",
    ),
    *("[x]", "(javascript:alert(1))", "]( javascript:a)", ": javascript:x", "<javascript:x>", "(<javascript:x>)"),
    *("![", "![a](b)", "![\\](x)", "[a [b] c]", "<https://a>", "(http://a.b/c_(d))", "[r]: javascript:x\n", "[r]"),
    *("a", "\\", "(", "[", "]"),
)
_HOSTILE = st.lists(st.sampled_from(_PIECES), max_size=14).map("".join)


def _read(text: str) -> Document:
    """As `extract` does, for text that may hold nothing to read."""
    return from_markdown(text, "")


def test_headings_paragraphs_and_lists_come_in_the_order_of_the_text() -> None:
    document = extract(b"# Bread\n\nFlour and\nwater.\n\n- one\n- two\n\nSetext\n------\nEnd.", MARKDOWN)
    assert document.blocks == (
        Heading(1, "Bread"),
        Paragraph("Flour and water."),
        Preformatted("list", "- one\n- two"),
        Heading(2, "Setext"),
        Paragraph("End."),
    )


def test_a_hash_in_a_code_block_is_no_heading() -> None:
    document = extract(b"```sh\n# comment\n```", MARKDOWN)
    assert document.blocks == (Preformatted("code", "```sh\n# comment\n```"),)


def test_front_matter_and_comments_are_left_out() -> None:
    document = extract(b"---\ntitle: X\n---\n\n<!-- draft -->\n\nText <!-- note --> here.", MARKDOWN)
    assert document.blocks == (Paragraph("Text here."),)


def test_links_by_reference_are_written_out() -> None:
    document = extract(b"See [the guide][g].\n\n[g]: https://example.org/g", MARKDOWN)
    assert document.blocks == (Paragraph("See [the guide](https://example.org/g)."),)


def test_emphasis_stays_and_images_become_their_descriptions() -> None:
    document = extract(b"A **bold** word and ![a loaf](loaf.png).", MARKDOWN)
    assert document.blocks == (Paragraph("A **bold** word and a loaf."),)


def test_a_heading_is_plain_text() -> None:
    assert extract(b"## *Why* `x < y` & [more](http://a.b)", MARKDOWN).blocks == (Heading(2, "Why x < y & more"),)


@given(_HOSTILE)
def test_no_html_image_or_unsafe_link_passes(text: str) -> None:
    for kind, address in rendered_tokens(to_markdown(_read(text))):
        assert kind not in {"html_inline", "html_block", "image"}
        assert kind != "link_open" or address.startswith(("http://", "https://", "mailto:"))


@given(_HOSTILE)
def test_what_has_been_stored_reads_back_the_same(text: str) -> None:
    stored = to_markdown(_read(text))
    assert to_markdown(_read(stored)) == stored


@given(st.text(st.sampled_from("ab я1#*_`~<>[]()!|\\-+=.:&;/\"' "), max_size=40).map(one_line))
def test_plain_text_as_markdown_shows_exactly_itself(text: str) -> None:
    assert plain(literal(text)) == text
    assert safe(literal(text)) == literal(text)
    assert not text or _read(literal(text)).blocks == (Paragraph(literal(text)),)
