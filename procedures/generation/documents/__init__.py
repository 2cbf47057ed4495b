"""Uploaded files to text: each becomes a `Document` of headings, paragraphs, lists and tables.

`extract` is synchronous and may take long on a large PDF: run it in a child process.
"""

from procedures.generation.documents.blocks import (
    Block,
    Document,
    Heading,
    PageStarts,
    Paragraph,
    Preformatted,
    has_text,
    page_starts,
    rendered,
    to_markdown,
)
from procedures.generation.documents.errors import UnreadableDocument
from procedures.generation.documents.extraction import DOCX, HTML, MARKDOWN, PDF, PLAIN_TEXT, PPTX, extract
from procedures.generation.documents.inline import escaped, guarded, literal, one_line, plain
from procedures.generation.documents.markdown import from_markdown
from procedures.generation.documents.pdf import BROKEN as BROKEN_PDF
from procedures.generation.documents.safety import safe, safe_in_place

__all__ = [
    "BROKEN_PDF",
    "DOCX",
    "HTML",
    "MARKDOWN",
    "PDF",
    "PLAIN_TEXT",
    "PPTX",
    "Block",
    "Document",
    "Heading",
    "PageStarts",
    "Paragraph",
    "Preformatted",
    "UnreadableDocument",
    "escaped",
    "extract",
    "from_markdown",
    "guarded",
    "has_text",
    "literal",
    "one_line",
    "page_starts",
    "plain",
    "rendered",
    "safe",
    "safe_in_place",
    "to_markdown",
]
