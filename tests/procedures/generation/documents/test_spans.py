"""Formatted pieces of text become inline Markdown that shows that text, and reads back as itself."""

from hypothesis import given
from hypothesis import strategies as st

from procedures.generation.documents import Paragraph, from_markdown, guarded, plain, safe
from procedures.generation.documents.spans import Span, markdown_of, plain_of
from tests.procedures.generation.documents.rendering import rendered_tokens

_MARKS = ["a", "я1", " ", "*", "_", "`", "[", "](", ")", "<b>", "&lt;", "!", "\\", "#", "1. ", "|", "\ue000"]
_TEXTS = st.lists(st.sampled_from(_MARKS)).map("".join)
_ADDRESSES = ["https://a.b/", "https://a.b/c_(d)", "javascript:x", "mailto:a@b.c", "https://a.b/\n<x>"]
_LINKS = st.sampled_from([None, *_ADDRESSES])
_SPANS = st.lists(st.builds(Span, _TEXTS, st.booleans(), st.booleans(), _LINKS, st.booleans()), max_size=6)
_WORDS = st.sampled_from(["слово", " ", "a b", ", ", "."])
_PROSE = st.lists(st.builds(Span, _WORDS, st.booleans(), st.booleans()), max_size=8)


@given(_SPANS)
def test_what_is_written_is_safe_and_reads_back_the_same(spans: list[Span]) -> None:
    text = guarded(markdown_of(spans))
    assert safe(text) == text
    assert not text or from_markdown(text, "").blocks == (Paragraph(text),)
    for kind, address in rendered_tokens(text):
        assert kind not in {"html_inline", "html_block", "image"}
        assert kind != "link_open" or address.startswith(("https://a.b/", "mailto:a@b.c"))


@given(_PROSE)
def test_a_reader_sees_the_text_and_no_marks(spans: list[Span]) -> None:
    assert plain(markdown_of(spans)) == plain_of(spans)


def test_formats_are_shown_where_they_hold_whole_words() -> None:
    link = Span("here", link="https://a.b/")
    assert markdown_of([Span("a "), Span("b ", strong=True), Span("c", emphasis=True)]) == "a **b** *c*"
    assert markdown_of([Span("half"), Span("bold", strong=True)]) == "halfbold"
    assert markdown_of([Span("see "), link, Span(", "), Span("x=1", code=True)]) == "see [here](https://a.b/), `x=1`"
