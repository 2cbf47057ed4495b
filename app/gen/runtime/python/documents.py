"""A file as the last part of a form, `multipart/form-data` (RFC 7578), never whole in memory."""

import mimetypes
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET

OnProgress = Callable[[int, int], object]
"""Told after every piece: the file's bytes sent so far, and all of them."""

PIECE = 256 * 1024
"""Bytes at a time."""
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


class Form(msgspec.Struct, frozen=True):
    """What stands in the body before and after the file."""

    boundary: str
    before: bytes
    after: bytes

    @classmethod
    def around(cls, fields: Mapping[str, Any], file: str) -> "Form":
        """Of a form with these fields, None and UNSET left out, and a file's part of this name.

        A file's name goes in a field of its own: there it stays as it is, while in a part's header a quote and `%22`
        would be the same (WHATWG HTML, multipart/form-data encoding algorithm).
        """
        boundary = secrets.token_hex(16)
        opening = f"--{boundary}\r\nContent-Disposition: form-data; name="
        given = {name: value for name, value in fields.items() if value is not None and value is not UNSET}
        parts = [f'{opening}"{name}"\r\n\r\n{_text(value)}\r\n' for name, value in given.items()]
        begun = f'{opening}"{file}"; filename="file"\r\nContent-Type: application/octet-stream\r\n\r\n'
        return cls(boundary, "".join([*parts, begun]).encode(), f"\r\n--{boundary}--\r\n".encode())

    def headers(self, size: int) -> dict[str, str]:
        """Those of the body, with a file of so many bytes in it."""
        length = len(self.before) + size + len(self.after)
        return {"content-type": f"multipart/form-data; boundary={self.boundary}", "content-length": str(length)}


def _text(value: Any) -> str:
    """A value as a form has it: texts as they are, the rest as JSON."""
    plain = msgspec.to_builtins(value)
    return plain if isinstance(plain, str) else msgspec.json.encode(plain).decode()


def guessed_type(filename: str) -> str:
    """The MIME type that a file name stands for."""
    suffix = Path(filename).suffix.lower()
    return _TYPES.get(suffix) or mimetypes.guess_type(filename)[0] or "application/octet-stream"
