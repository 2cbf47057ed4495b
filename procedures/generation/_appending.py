"""The bytes of one request that adds to a resumable upload, in segments: what had come before a client left counts."""

import base64
import binascii
import hashlib
from collections.abc import AsyncIterable, AsyncIterator
from typing import Final

from app.rpc import RpcError
from app.rpc.protocol_errors import BodyCut, BodyTimeout
from procedures._tiers import MEBIBYTE
from procedures.generation._upload_errors import ChecksumInvalid, ChecksumMismatch, FileSizeMismatch

SEGMENT_BYTES = 8 * MEBIBYTE
"""What a crash may cost a client: so much of a request is written as one part and recorded."""
ALGORITHMS: Final = ("sha1", "sha256")
"""The checksums that may be sent, by the names of tus 1.0 and hashlib."""


class Incoming:
    """The bytes of one request, for a file of `size` bytes of which `offset` are there.

    A client that leaves or stalls ends them as if they were all, and `cut` is the error of it; more than there is room
    for is FileSizeMismatch.
    """

    def __init__(self, content: AsyncIterable[bytes], offset: int, size: int) -> None:
        self._content = aiter(content)
        self._received = offset
        self._size = size
        self._next: bytes | None = b""
        self.taken = 0
        self.cut: RpcError | None = None

    async def more(self) -> bool:
        """Whether another byte has come, waiting for it."""
        while self._next == b"":
            await self._fetch()
        return self._next is not None

    async def segment(self, most: int) -> AsyncIterator[bytes]:
        """The next bytes, `most` and a piece at the most; `taken` counts them."""
        self.taken = 0
        while self.taken < most and await self.more():
            piece = self._next or b""
            self._next = b""
            self.taken += len(piece)
            yield piece

    async def _fetch(self) -> None:
        try:
            self._next = await anext(self._content, None)
        except (BodyCut, BodyTimeout) as error:
            self._next, self.cut = None, error
        self._received += len(self._next or b"")
        if self._received > self._size:
            raise FileSizeMismatch(declared=self._size, received=self._received)


class Checksum:
    """What the bytes of a request must hash to, as `sha1 BASE64` says. Raises ChecksumInvalid."""

    def __init__(self, text: str) -> None:
        algorithm, _, digest = text.partition(" ")
        if algorithm not in ALGORITHMS:
            raise _invalid()
        try:
            self._expected = base64.b64decode(digest, validate=True)
        except (binascii.Error, ValueError):
            raise _invalid() from None
        self._hash = hashlib.new(algorithm, usedforsecurity=False)
        if len(self._expected) != self._hash.digest_size:
            raise _invalid()

    async def checked(self, incoming: Incoming, most: int) -> AsyncIterator[bytes]:
        """A segment of what comes in. Raises ChecksumMismatch after its last byte, or why there is no more of it."""
        async for piece in incoming.segment(most):
            self._hash.update(piece)
            yield piece
        if self._hash.digest() != self._expected:
            raise incoming.cut or ChecksumMismatch()


def _invalid() -> ChecksumInvalid:
    return ChecksumInvalid(algorithms=" or ".join(ALGORITHMS))
