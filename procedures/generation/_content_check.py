"""Whether an uploaded file is what its name says: judged while its bytes pass, and when it lies in storage.

A text is judged by the passing bytes alone; for others, what counts is where things stand in the whole.
"""

from app.context import SignedIn
from app.storage import ObjectMissing, StorageUnavailable
from procedures.generation._upload_errors import StorageFailed
from procedures.generation.contents import CHECK_LIMITS, HEAD_BYTES, check_file, check_start, checking, text_check


class ContentCheck:
    """One file's check. `look` at each piece in order, `read` it, then `conclude`: all raise `contents.REFUSALS`."""

    def __init__(self, extension: str) -> None:
        self._extension = extension
        self._head: bytes | None = b""
        self._text = text_check(extension)

    def look(self, piece: bytes) -> None:
        """At the next piece, before anything is done with it."""
        if self._head is None:
            return
        self._head += piece[:HEAD_BYTES]
        if len(self._head) >= HEAD_BYTES:
            self._judge(self._head)

    def read(self, piece: bytes) -> None:
        """Every byte of the next piece, which takes its time."""
        if self._text is not None:
            self._text.read(piece)

    async def conclude(self, ctx: SignedIn, key: str) -> None:
        """When all pieces have passed, and the file lies in storage under `key`. Raises StorageFailed too."""
        if self._head is not None:
            self._judge(self._head)
        if self._text is None or not self._text.conclude():
            await self._check_stored(ctx, key)

    async def _check_stored(self, ctx: SignedIn, key: str) -> None:
        try:
            async with ctx.resources.storage.on_disk(key) as path:
                with checking():
                    await ctx.resources.processes.run_within(CHECK_LIMITS, check_file, path, self._extension)
        except (
            ObjectMissing,
            StorageUnavailable,
            FileNotFoundError,
        ) as error:  # another request has deleted it meanwhile
            raise StorageFailed() from error

    def _judge(self, head: bytes) -> None:
        check_start(self._extension, head[:HEAD_BYTES])
        self._head = None
