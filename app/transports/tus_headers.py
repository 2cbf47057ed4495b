"""Headers of the tus protocol as values. Raise MalformedRequest."""

import base64
import binascii

from app.rpc.protocol_errors import MalformedRequest
from app.transports.http import Headers

_LONGEST_NUMBER = 15


def number(headers: Headers, name: str) -> int:
    """A header that must be there and be a whole number."""
    text = headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER):
        raise MalformedRequest(reason=f"{name.title()} must be a whole number")
    return int(text)


def read_metadata(text: str) -> dict[str, str]:
    """Upload-Metadata: pairs of a key and a value in base64, which may be left out, between commas."""
    metadata: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        key, _, encoded = pair.partition(" ")
        if key in metadata:
            raise MalformedRequest(reason="Keys of Upload-Metadata must be unique")
        metadata[key] = _decoded(encoded.strip())
    return metadata


def encode_metadata(metadata: dict[str, str]) -> bytes:
    """The header's value."""
    return b",".join(key.encode() + b" " + base64.b64encode(value.encode()) for key, value in metadata.items())


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        raise MalformedRequest(reason="Values of Upload-Metadata must be UTF-8 in base64") from None
