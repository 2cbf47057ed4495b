"""What python-docx does not know of WordprocessingML: taken out of its elements, or made to what it knows."""
# Elements have no public names, neither python-docx's nor lxml's:
# pyright: reportPrivateUsage=false

from collections.abc import Iterator

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.part import Part, XmlPart
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement, parse_xml
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.text.paragraph import Paragraph
from lxml import etree
from lxml.etree import _Element

from procedures.generation.documents.office.package import without_alternatives
from procedures.generation.documents.spans import Span, plain_of

# What stands around text that counts: insertions, content controls, fields, directions.
_AROUND = ("w:ins", "w:moveTo", "w:customXml", "w:sdt", "w:sdtContent", "w:smartTag", "w:fldSimple", "w:dir", "w:bdo")
_GONE = ("w:del", "w:moveFrom", "w:sdtPr", "w:sdtEndPr")
_CONTENTS = ".//w:sdt[w:sdtPr/w:docPartObj/w:docPartGallery/@w:val='Table of Contents']"
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def simplify(body: BaseOxmlElement) -> None:
    """Leave nothing but paragraphs, tables, runs and hyperlinks, which is what python-docx iterates over."""
    for contents in body.xpath(_CONTENTS):
        contents.getparent().remove(contents)
    without_alternatives(body)
    etree.strip_elements(body, *map(qn, _GONE), with_tail=False)
    etree.strip_tags(body, *map(qn, _AROUND), qn("m:oMathPara"))
    for formula in body.xpath(".//m:oMath"):
        run = OxmlElement("w:r")
        run.text = "".join(text.text or "" for text in formula.iter(qn("m:t")))
        formula.getparent().replace(formula, run)
    for page_break in body.xpath(".//w:br[@w:type]"):  # which python-docx reads as nothing, not as space
        del page_break.attrib[qn("w:type")]
    for box in reversed(body.xpath(".//w:p//w:txbxContent")):  # read after the paragraph that it is anchored in
        paragraph = next(box.iterancestors(qn("w:p")))
        for each in reversed(box):
            paragraph.addnext(each)


def related(part: Part, kind: str) -> _Element | None:
    """The root of the part that another has for something, None where there is none: python-docx would make one up."""
    try:
        found = part.part_related_by(kind)
    except KeyError:
        return None
    return found.element if isinstance(found, XmlPart) else parse_xml(found.blob)


class Notes:
    """The footnotes and endnotes of a document, numbered as they are referred to."""

    def __init__(self, part: Part) -> None:
        kinds = {"footnote": RELATIONSHIP_TYPE.FOOTNOTES, "endnote": RELATIONSHIP_TYPE.ENDNOTES}
        roots = {name: related(part, kind) for name, kind in kinds.items()}
        self._notes = {
            (f"{name}Reference", each.get(qn("w:id"))): each
            for name, root in roots.items()
            for each in (() if root is None else root)
        }
        self._count = 0

    def of(self, line: Paragraph) -> Iterator[tuple[str, str]]:
        """The mark and the text of each note that a paragraph refers to."""
        for each in line._p.xpath(".//w:footnoteReference | .//w:endnoteReference"):
            note = self._notes.get((etree.QName(each).localname, each.get(qn("w:id"))))
            if note is not None:
                self._count += 1
                yield str(self._count).translate(_SUPERSCRIPTS), plain_of(_texts(note))


def _texts(note: _Element) -> Iterator[Span]:
    for paragraph in note.iterchildren(qn("w:p")):
        yield from (Span(each.text or "") for each in paragraph.iter(qn("w:t")))
        yield Span(" ")
