"""A file as a field of a JSON body, in base64 (RFC 4648, section 4), never whole in memory."""

import mimetypes
import os
from collections.abc import Callable
from pathlib import Path

import msgspec

OnProgress = Callable[[int, int], object]
"""Told after every piece: the file's bytes sent so far, and all of them."""

PIECE = 3 * 64 * 1024
"""Bytes at a time; base64 takes them by threes."""
_TYPES = {".md": "text/markdown", ".pdf": "application/pdf", ".txt": "text/plain"}
"""Sure ones: the rest depends on the machine's own tables."""


class Document(msgspec.Struct, frozen=True):
    """A file to send; `size` in bytes."""

    path: Path
    filename: str
    mime_type: str
    size: int

    @classmethod
    def at(cls, path: str | os.PathLike[str], filename: str | None, mime_type: str | None) -> "Document":
        """The file at a path, its type by its name where none is given. Raises OSError."""
        file = Path(path)
        name = filename or file.name
        return cls(file, name, mime_type or guessed_type(name), file.stat().st_size)

    def checked(self, sent: int, *, ended: bool) -> int:
        """`sent`, if so many bytes may have been sent of it. Raises OSError when the file changed meanwhile."""
        if sent > self.size or (ended and sent < self.size):
            raise OSError(f"{self.path} changed while it was sent")
        return sent


class Frame(msgspec.Struct, frozen=True):
    """What stands in the body before and after the file."""

    before: bytes
    after: bytes

    @classmethod
    def around(cls, body: bytes, field: str) -> "Frame":
        """Of a JSON object in which the field stands, empty. Inside of a JSON string that text would be escaped."""
        quoted = msgspec.json.encode(field)
        before, _, after = body.partition(quoted + b':""')
        return cls(before + quoted + b':"', b'"' + after)

    def length_with(self, size: int) -> int:
        """The body's bytes, with a file of this size in it."""
        return len(self.before) + 4 * -(-size // 3) + len(self.after)


def guessed_type(filename: str) -> str:
    """The MIME type that a file name stands for."""
    suffix = Path(filename).suffix.lower()
    return _TYPES.get(suffix) or mimetypes.guess_type(filename)[0] or "application/octet-stream"
