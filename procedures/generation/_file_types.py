"""What a file is: its extension, its declared type and its own first bytes must agree."""

from pathlib import PurePosixPath
from typing import Final

MIME_TYPES: Final = {
    "pdf": ("application/pdf",),
    "md": ("text/markdown", "text/x-markdown", "text/plain"),
    "txt": ("text/plain",),
}
"""The types that can be read so far, by extension, and the MIME types each may be declared as."""

_SIGNATURES: Final = (
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
    (b"\x7fELF", "executable"),
    (b"MZ", "executable"),
    (b"\x1f\x8b", "gzip"),
    (b"{\\rtf", "rtf"),
    (b"\xd0\xcf\x11\xe0", "ole"),
)
_PDF_HEADER_WINDOW = 1024
_CONTROL_CHARACTERS = bytes(set(range(32)) - {9, 10, 12, 13, 27})


def extension_of(filename: str) -> str:
    """The extension in lower case, without the dot; empty when there is none."""
    return PurePosixPath(filename).suffix.removeprefix(".").lower()


def declared_type_fits(extension: str, mime_type: str) -> bool:
    """Whether a file of this extension may be declared as this MIME type (parameters are ignored)."""
    return mime_type.split(";", maxsplit=1)[0].strip().lower() in MIME_TYPES.get(extension, ())


def found_type(content: bytes) -> str:
    """What the bytes themselves say: a format's name, `text`, or `binary`."""
    for signature, name in _SIGNATURES:
        if content.startswith(signature):
            return name
    if b"%PDF-" in content[:_PDF_HEADER_WINDOW]:
        return "pdf"
    return "text" if _is_text(content) else "binary"


def content_fits(extension: str, found: str) -> bool:
    """Whether the bytes are what the extension says."""
    return found == ("pdf" if extension == "pdf" else "text")


def _is_text(content: bytes) -> bool:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return len(content) % 2 == 0
    return len(content.translate(None, _CONTROL_CHARACTERS)) == len(content)
