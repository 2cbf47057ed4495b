"""Addresses at which anyone may read an object of a local folder for a while, as S3's presigned ones are for a bucket.

All that an answer needs stands in the address, under a signature: no database is asked.
"""

import base64
import hmac
import secrets
from typing import Final

import msgspec

PATH: Final = "/downloads"
_LABEL = b"coursegen download addresses"
_LONGEST = 4096  # a name of 255 characters takes less than three quarters of it


class Download(msgspec.Struct, frozen=True, array_like=True):
    """What one address gives: the object, the name and type to give it under, and until when (Unix time, seconds)."""

    key: str
    filename: str
    mime_type: str
    expires_at: int


_DECODER = msgspec.json.Decoder(Download)


class DownloadAddresses:
    """Makes addresses and reads them again; they are signed by HMAC-SHA256."""

    def __init__(self, secret: str, public_url: str = "") -> None:
        """The key is derived from `secret`; without one (a bucket signs its own addresses) it is one nobody knows.

        `public_url` is where callers reach the service; without it addresses are relative to that.
        """
        self._key = hmac.digest(secret.encode() or secrets.token_bytes(32), _LABEL, "sha256")
        self._base = public_url.rstrip("/") + PATH

    def url(self, download: Download) -> str:
        """The address of a download."""
        payload = _text(msgspec.json.encode(download))
        return f"{self._base}/{payload}.{self._signature(payload)}"

    def download(self, token: str, now: float) -> Download | None:
        """What the last part of an address stands for; None if it was not made here, or is over."""
        payload, _, signature = token.rpartition(".")
        if len(token) > _LONGEST or not token.isascii() or not hmac.compare_digest(self._signature(payload), signature):
            return None
        found = _DECODER.decode(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return found if now < found.expires_at else None

    def _signature(self, payload: str) -> str:
        return _text(hmac.digest(self._key, payload.encode(), "sha256"))


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
