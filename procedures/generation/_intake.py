"""A file's bytes on their way into storage: counted, hashed, looked at, and refused as soon as they are too many."""

import asyncio
import base64
import binascii
import hashlib
from collections.abc import AsyncIterable, AsyncIterator, Awaitable
from dataclasses import dataclass

from app.context import SignedIn
from app.storage import StorageUnavailable
from procedures._tiers import Tier, size_label
from procedures.generation._content_check import ContentCheck
from procedures.generation._upload_errors import (
    FileContentInvalid,
    FileEmpty,
    FileSizeMismatch,
    FileTooLarge,
    StorageFailed,
)

SIZE_TOLERANCE = 100
_PIECE_BYTES = 1024 * 1024
_PIECE_CHARACTERS = 1024 * 1024  # a multiple of 4: each piece is base64 of its own


@dataclass(frozen=True, slots=True)
class SizeLimit:
    """How long a file may be: as its sender declared it, where that was done, and as its tier allows. In bytes."""

    declared: int | None
    tier: Tier

    def check(self, received: int) -> None:
        """Raises FileSizeMismatch, FileTooLarge: so much has come, and more may."""
        if self.declared is not None and received > self.declared + SIZE_TOLERANCE:
            raise FileSizeMismatch(declared=self.declared, received=received)
        if received > self.tier.max_file_bytes:
            raise too_large(self.tier, received)

    def conclude(self, received: int) -> None:
        """Raises FileSizeMismatch, FileEmpty: this is all."""
        if self.declared is not None and (not received or received < self.declared - SIZE_TOLERANCE):
            raise FileSizeMismatch(declared=self.declared, received=received)
        if not received:
            raise FileEmpty()


def too_large(tier: Tier, size: int) -> FileTooLarge:
    """The refusal of a file of so many bytes."""
    return FileTooLarge(tier=tier.label, limit=size_label(tier.max_file_bytes), size=size_label(size))


class Intake:
    """One file's way. After `store`, `size` and `digest` (SHA-256, hexadecimal) are those of the stored object."""

    def __init__(self, limit: SizeLimit, extension: str) -> None:
        self._limit = limit
        self._check = ContentCheck(extension)
        self._hash = hashlib.sha256()
        self._reading: Awaitable[None] | None = None
        self.size = 0

    @property
    def digest(self) -> str:
        """Of what has passed."""
        return self._hash.hexdigest()

    async def store(self, ctx: SignedIn, key: str, content: AsyncIterable[bytes]) -> None:
        """Write the object piece by piece. Raises StorageFailed, what `content` raises, and what is wrong with the
        file, which may show only when the object is there.
        """
        await put(ctx, key, self._passing(content))
        await self._check.conclude(ctx, key)

    async def _passing(self, content: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
        async for piece in gathered(self._watched(content)):
            await self._read_before()
            self._reading = asyncio.get_running_loop().run_in_executor(None, self._read, piece)
            yield piece
        await self._read_before()
        self._limit.conclude(self.size)

    async def _watched(self, content: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
        """The same pieces, each refused as soon as it is there, where it has to be."""
        async for piece in content:
            self.size += len(piece)
            self._limit.check(self.size)
            self._check.look(piece)
            yield piece

    def _read(self, piece: bytes) -> None:
        self._hash.update(piece)
        self._check.read(piece)

    async def _read_before(self) -> None:
        """Until the piece before is hashed and checked: that goes on beside the loop, while the next one arrives."""
        if self._reading is not None:
            await self._reading


async def gathered(content: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The same bytes in larger pieces: each one that the storage is given costs as much as a good deal of its bytes."""
    pieces, size = list[bytes](), 0
    async for piece in content:
        pieces.append(piece)
        size += len(piece)
        if size >= _PIECE_BYTES:
            yield b"".join(pieces)
            pieces, size = [], 0
    if size:
        yield b"".join(pieces)


async def put(ctx: SignedIn, key: str, content: AsyncIterable[bytes]) -> None:
    """Write an object. Raises StorageFailed and what `content` raises; nothing is stored then."""
    try:
        await ctx.resources.storage.put(key, content)
    except StorageUnavailable as error:
        raise StorageFailed() from error


def check_encoded(text: str, declared: int) -> None:
    """Refuse base64 that can't be of so few bytes before it is decoded. Raises FileSizeMismatch."""
    longest = (declared + SIZE_TOLERANCE + 2) // 3 * 4 + 4
    if len(text) > longest:
        raise FileSizeMismatch(declared=declared, received=len(text) // 4 * 3)


async def decoded(text: str) -> AsyncIterator[bytes]:
    """The bytes of base64 (RFC 4648, section 4), piece by piece. Raises FileContentInvalid."""
    for start in range(0, len(text), _PIECE_CHARACTERS):
        piece = text[start : start + _PIECE_CHARACTERS]
        if "=" in piece and start + len(piece) < len(text):  # only the end may be padded
            raise FileContentInvalid()
        try:
            yield base64.b64decode(piece, validate=True)
        except (binascii.Error, ValueError):
            raise FileContentInvalid() from None
