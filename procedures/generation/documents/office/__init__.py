"""Word and PowerPoint files (ECMA-376, transitional and strict) to blocks."""

from procedures.generation.documents.office.docx import read_docx
from procedures.generation.documents.office.pptx import read_pptx

__all__ = ["read_docx", "read_pptx"]
