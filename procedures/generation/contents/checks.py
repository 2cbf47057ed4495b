"""The check of a whole file, by its kind."""

from collections.abc import Generator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

from app.processes import Limits, OutOfMemory, OutOfTime, ProcessCrashed
from procedures.generation._upload_errors import (
    ArchiveTooLarge,
    FileDamaged,
    FileEncrypted,
    FileHasMacros,
    FileTooComplex,
    FileTypeMismatch,
    FileUnsafe,
    ImageTooLarge,
)
from procedures.generation.contents.archives import has_archive_at_end, longest_end, may_end_as_archive
from procedures.generation.contents.drawings import check_drawing
from procedures.generation.contents.heads import HEAD_BYTES, check_head
from procedures.generation.contents.kinds import IMAGES
from procedures.generation.contents.office import check_office, encrypted_package
from procedures.generation.contents.pdfs import check_pdf
from procedures.generation.contents.pictures import check_picture
from procedures.generation.contents.texts import TextScan, is_text

CHECK_LIMITS: Final = Limits(seconds=30, memory_bytes=512 * 1024 * 1024)
"""For a check in a child process; the largest files that are accepted need a fraction of both."""

REFUSALS: Final = (
    FileTypeMismatch,
    FileEncrypted,
    FileDamaged,
    FileUnsafe,
    FileHasMacros,
    ArchiveTooLarge,
    ImageTooLarge,
    FileTooComplex,
)
"""All that the checks of a file's bytes may raise."""

_OFFICE = frozenset({"docx", "pptx"})
_OLE = b"\xd0\xcf\x11\xe0"
_OLE_DIRECTORY = 1024 * 1024  # it stands anywhere in the file, in practice near its beginning or end


def check_file(path: Path, extension: str) -> None:
    """Refuse a file that is not what its extension says, or could harm. Raises one of REFUSALS.

    Reads in pieces, so memory stays small however large the file.
    """
    with path.open("rb") as file:
        check_content(file, extension)


def check_bytes(content: bytes, extension: str) -> None:
    """As `check_file`, for a file in memory."""
    check_content(BytesIO(content), extension)


def check_content(file: BinaryIO, extension: str) -> None:
    """As `check_file`, for a file that can be read at any place."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if _may_be_encrypted(extension, head) and _is_encrypted(file):
        raise FileEncrypted()
    check_head(extension, head)
    if extension in _OFFICE:
        check_office(file, extension)
    elif extension == "pdf":
        check_pdf(file)
    elif extension == "svg":
        check_drawing(file)
    elif extension in IMAGES:
        check_picture(file, extension)
    else:
        _check_text(file, extension)


def check_start(extension: str, head: bytes) -> None:
    """As `check_head`, for a file that is still to come: whether it is a protected one is for `check_file` to tell."""
    if not _may_be_encrypted(extension, head):
        check_head(extension, head)


class TextCheck:
    """`check_file` for a text whose bytes pass anyway: it need not be read again, unless it may be an archive too."""

    def __init__(self, extension: str) -> None:
        self._extension = extension
        self._scan = TextScan()
        self._is_text = True
        self._tail = b""

    def read(self, piece: bytes) -> None:
        """The next piece; what is wrong with it is told in the end, as the file's head may tell more."""
        self._is_text = self._is_text and self._scan.passes(piece)
        self._tail = longest_end(self._tail + longest_end(piece))

    def conclude(self) -> bool:
        """Whether the file is well; False leaves it to `check_file`. Raises FileTypeMismatch."""
        if not (self._is_text and self._scan.passes(b"", last=True)):
            raise _no_text(self._extension)
        return not may_end_as_archive(self._tail)


def text_check(extension: str) -> TextCheck | None:
    """The check of passing bytes for what is text; None for other files, which can't be judged before their end."""
    return None if extension in _OFFICE or extension in {"pdf", *IMAGES} else TextCheck(extension)


@contextmanager
def checking() -> Generator[None]:
    """Around a check in a child process: what happened to the process is told as a refusal of the file."""
    try:
        yield
    except (OutOfTime, OutOfMemory, ProcessCrashed) as error:
        raise FileTooComplex() from error


def _may_be_encrypted(extension: str, head: bytes) -> bool:
    return head.startswith(_OLE) and extension in _OFFICE


def _is_encrypted(file: BinaryIO) -> bool:
    file.seek(0)
    start = file.read(_OLE_DIRECTORY)
    file.seek(max(file.seek(0, 2) - _OLE_DIRECTORY, 0))
    return encrypted_package(start) or encrypted_package(file.read())


def _check_text(file: BinaryIO, extension: str) -> None:
    if not is_text(file):
        raise _no_text(extension)
    if has_archive_at_end(file):
        raise FileUnsafe(reason="it is a text and an archive at once")


def _no_text(extension: str) -> FileTypeMismatch:
    return FileTypeMismatch(declared=extension.upper(), found="binary")
