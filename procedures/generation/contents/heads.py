"""What the first bytes of a file say it is."""

import re

import puremagic

from procedures.generation._upload_errors import FileTypeMismatch, FileUnsafe
from procedures.generation.contents.kinds import extension_of
from procedures.generation.contents.texts import head_as_text

HEAD_BYTES = 4096
"""How much of a file's beginning `check_head` wants to see; less only where the file is shorter."""

_FAMILIES = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),  # an archive without entries
    (b"\x7fELF", "executable"),
    (b"\xca\xfe\xba\xbe", "executable"),
    (b"\xcf\xfa\xed\xfe", "executable"),
    (b"\x1f\x8b", "gzip"),
    (b"\xd0\xcf\x11\xe0", "ole"),
    (b"\xff\xd8\xff", "jpeg"),
)
_PDF_HEADER = re.compile(rb"%PDF-")
_PDF_HEADER_WINDOW = 1024
_BEFORE_PDF_HEADER = b"\0\t\n\f\r \xef\xbb\xbf"
# Possessive throughout, or many comments in a row could be divided in as many ways as there are.
_PROLOG = r"(?>\s++|<\?xml[^>]{0,500}>|<!--.{0,4000}?-->|<!DOCTYPE\s+svg[^>\[]{0,500}(?:\[.{0,4000}?\]\s*)?>)*+"
_DRAWING = re.compile(_PROLOG + r"<(?:\w+:)?svg[\s/>]", re.IGNORECASE | re.DOTALL)
_PAGE = re.compile(_PROLOG + r"<(?:!DOCTYPE\s+html|html|head|body|script|iframe)[\s/>]", re.IGNORECASE | re.DOTALL)
_MARKUP = re.compile(r"\s*<[a-z!?]", re.IGNORECASE)
_TEXT_FORMATS = (("{\\rtf", "rtf"), ("%!PS", "ps"), ("<?xml", "xml"))
_FOUND = {"docx": "zip", "pptx": "zip", "md": "text", "txt": "text"}


def check_head(extension: str, head: bytes) -> None:
    """Refuse a file that begins like another kind than its extension. Raises FileTypeMismatch, FileUnsafe."""
    found = found_type(head)
    if found == extension == "pdf" and not _begins_as_pdf(head):
        raise FileUnsafe(reason="it holds something else before the PDF itself")
    if found == _FOUND.get(extension, extension):
        return
    text = head_as_text(head)
    # a page may begin with any element, and a drawing with comments longer than the head
    opens = text is not None and found in {"text", "xml"} and _MARKUP.match(text.lstrip("\ufeff"))
    if not (opens and extension in {"html", "svg"}):
        raise FileTypeMismatch(declared=extension.upper(), found=found)


def found_type(head: bytes) -> str:
    """What the bytes themselves say: the extension of a format, or `text`, `executable`, `ole`, `binary`."""
    for signature, name in _FAMILIES:
        if head.startswith(signature):
            return name
    if _PDF_HEADER.search(head[:_PDF_HEADER_WINDOW]):
        return "pdf"
    text = head_as_text(head)
    return _named(head) if text is None else _text_format(text.lstrip("\ufeff \t\r\n\f"))


def _begins_as_pdf(head: bytes) -> bool:
    """Readers look for the header in the first 1024 bytes: only white space may stand before it."""
    return not head[: head.index(b"%PDF-")].strip(_BEFORE_PDF_HEADER)


def _text_format(text: str) -> str:
    if _DRAWING.match(text):
        return "svg"
    if _PAGE.match(text):
        return "html"
    return next((name for start, name in _TEXT_FORMATS if text.startswith(start)), "text")


def _named(head: bytes) -> str:
    if head.startswith(b"MZ"):
        return "executable"
    try:
        # its parameter has no type
        best = puremagic.magic_string(head)[0]  # pyright: ignore[reportUnknownMemberType]
        extension = str(best.extension)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    except (puremagic.PureError, ValueError):
        return "binary"
    return extension_of(f"x{extension}") or "binary"
