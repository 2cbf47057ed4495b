"""Inputs that come as something other than JSON."""

from dataclasses import dataclass
from typing import Any

import msgspec


class File(msgspec.Struct, frozen=True):
    """A file of a form: its name and media type as the client gave them, and its bytes (base64 in JSON)."""

    name: str
    type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Unencoded:
    """The fields of a form by name, texts and Files, or the bytes of a body: still to be checked as an input."""

    value: Any
