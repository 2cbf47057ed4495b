"""PDF: whether it opens without a password, and that it is nothing besides."""

from typing import BinaryIO

from pypdf import PdfReader

from procedures.generation._upload_errors import FileEncrypted, FileUnsafe
from procedures.generation.contents.archives import has_archive_at_end
from procedures.generation.documents import BROKEN_PDF


def check_pdf(file: BinaryIO) -> None:
    """Raises FileEncrypted, FileUnsafe. One that is damaged passes: much of that can still be read, later."""
    if has_archive_at_end(file):
        raise FileUnsafe(reason="it is a PDF and an archive at once")
    file.seek(0)
    try:
        reader = PdfReader(file)
        closed = reader.is_encrypted and not reader.decrypt("")
    except BROKEN_PDF:
        return
    if closed:
        raise FileEncrypted()
