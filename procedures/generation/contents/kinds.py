"""The kinds of files that can be uploaded: extensions, and the MIME types each may be declared as."""

from pathlib import PurePosixPath
from typing import Final

_OFFICE = "application/vnd.openxmlformats-officedocument"
MIME_TYPES: Final = {
    "pdf": ("application/pdf",),
    "docx": (f"{_OFFICE}.wordprocessingml.document",),
    "pptx": (f"{_OFFICE}.presentationml.presentation",),
    "html": ("text/html", "application/xhtml+xml"),
    "md": ("text/markdown", "text/x-markdown", "text/plain"),
    "txt": ("text/plain",),
    "png": ("image/png",),
    "jpeg": ("image/jpeg", "image/jpg"),
    "gif": ("image/gif",),
    "svg": ("image/svg+xml",),
    "webp": ("image/webp",),
}
"""The MIME types of each extension; the first one is its own."""

IMAGES: Final = frozenset({"png", "jpeg", "gif", "svg", "webp"})
"""Kept with a course, but holding no text that could be read."""

_OTHER_SPELLINGS = {"jpg": "jpeg", "jpe": "jpeg", "jfif": "jpeg", "htm": "html", "markdown": "md"}


def extension_of(filename: str) -> str:
    """The extension in lower case, without the dot, by its one spelling (`jpg` is `jpeg`); empty when there is none."""
    extension = PurePosixPath(filename).suffix.removeprefix(".").lower()
    return _OTHER_SPELLINGS.get(extension, extension)


def declared_type_fits(extension: str, mime_type: str) -> bool:
    """Whether a file of this extension may be declared as this MIME type (parameters are ignored)."""
    return mime_type.split(";", maxsplit=1)[0].strip().lower() in MIME_TYPES.get(extension, ())
