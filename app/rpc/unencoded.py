"""Inputs that come as something other than JSON."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import msgspec

from app.rpc.structs import Input


class File(msgspec.Struct, frozen=True):
    """A file of a form: its name and media type as the client gave them, and its bytes (base64 in JSON)."""

    name: str
    type: str
    content: bytes


class FileStream:
    """A file of a form while it arrives: its name and media type as the client gave them, and its bytes, readable once.

    `at_most` is what it can have at most, in bytes, by the length that the request has declared; None where it declared
    none. Reading raises BodyCut and BodyTimeout, and MalformedRequest for what follows the file.
    """

    def __init__(self, name: str, type: str, pieces: AsyncIterator[bytes], at_most: int | None = None) -> None:
        self.name = name
        self.type = type
        self.at_most = at_most
        self._pieces = pieces

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._pieces


class Form(Input):
    """Base of inputs that are a `multipart/form-data` form with one file, streamed: a field of the type FileStream.

    A mutation takes one beside its JSON input, `input: UploadInput | UploadForm`, and runs while the file arrives.
    In the form the other fields come before the file (RFC 7578, section 5.2, keeps their order).
    """


@dataclass(frozen=True, slots=True)
class Unencoded:
    """The fields of a form by name, texts and Files, or the bytes of a body: still to be checked as an input."""

    value: Any
