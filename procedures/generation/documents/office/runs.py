"""The text of a Word paragraph: its runs as spans, and the notes and text boxes that hang on them."""

from collections.abc import Iterator, Mapping

from procedures.generation.documents.office.package import Element, Relation, attribute, child, children, is_on, local
from procedures.generation.documents.spans import Span, plain_of

_AROUND = frozenset({"ins", "moveTo", "smartTag", "fldSimple", "sdt", "sdtContent", "customXml", "dir", "bdo"})
_TEXT = {"tab": " ", "br": " ", "cr": " ", "noBreakHyphen": "-", "ptab": " "}
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_NOTES = {"footnoteReference": "footnotes", "endnoteReference": "endnotes"}


class Runs:
    """Reads paragraphs of one part; `notes` are the roots of its footnotes and endnotes by those names."""

    def __init__(self, relations: Mapping[str, Relation], notes: Mapping[str, Element | None]) -> None:
        self._relations = relations
        self._notes = {
            (kind, attribute(each, "id")): each
            for kind, root in notes.items()
            for each in (() if root is None else root)
        }
        self._count = 0

    def spans(self, element: Element, link: str | None = None) -> Iterator[Span]:
        """The text of a paragraph or what is in one, without what was deleted or is hidden."""
        for each in element:
            name = local(each)
            if name == "r":
                yield from self._run(each, link)
            elif name == "hyperlink":
                yield from self.spans(each, self._address(each) or link)
            elif name in _AROUND:
                yield from self.spans(each, link)
            elif name in {"oMath", "oMathPara"}:
                yield Span("".join(text.text or "" for text in each.iter() if local(text) == "t"))

    def notes(self, element: Element) -> Iterator[tuple[str, str]]:
        """The mark and the text of each note that was referred to since the last call."""
        for each in element.iter():
            note = self._notes.get((_NOTES.get(local(each), ""), attribute(each, "id")))
            if note is not None:
                self._count += 1
                yield str(self._count).translate(_SUPERSCRIPTS), plain_of(_texts(note))

    def _run(self, run: Element, link: str | None) -> Iterator[Span]:
        properties = child(run, "rPr")
        if is_on(properties, "vanish"):
            return
        strong, emphasis = is_on(properties, "b"), is_on(properties, "i")
        text = "".join((each.text or "") if local(each) == "t" else _TEXT.get(local(each), "") for each in run)
        if text:
            yield Span(text, strong, emphasis, link)

    def _address(self, hyperlink: Element) -> str | None:
        relation = self._relations.get(attribute(hyperlink, "id") or "")
        return relation.target if relation and relation.external else None


def _texts(element: Element) -> Iterator[Span]:
    for paragraph in children(element, "p"):
        yield from (Span(each.text or "") for each in paragraph.iter() if local(each) == "t")
        yield Span(" ")


def boxes(paragraph: Element) -> Iterator[Element]:
    """The text boxes that are anchored in a paragraph, each once: files hold an older copy of each for old programs."""
    for each in paragraph.iter():
        if local(each) == "txbxContent" and not any(local(above) == "Fallback" for above in each.iterancestors()):
            yield each
