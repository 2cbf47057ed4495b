"""generation.getFileUrl: an address to download a document at."""

import time
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import msgspec

from app.context import SignedIn
from app.log import note
from app.rpc import Code, Input, Moment, Output, RpcError
from app.storage import Download, StorageUnavailable
from procedures._bases import authed
from procedures._examples import FILE_ID
from procedures.generation._file_errors import FileNotFound, FileNotStored

LIFETIME_SECONDS: Final = 300
"""How long an address is good for. Whoever has it needs no token: long enough to begin a download, and no longer."""


class FileUrlInput(Input):
    """Which file."""

    file_id: UUID


class FileUrl(Output):
    """Anyone may GET `url`, without a token, until `expires_at`; relative to the service's address if it is not whole.

    `filename` is the name to save it under: a bucket's address does not tell it.
    """

    url: str
    expires_at: Moment
    filename: str
    mime_type: str


class AddressesUnavailable(RpcError, code=Code.SERVICE_UNAVAILABLE):
    """No address can be made for the file right now. Please try again"""

    @property
    def retry_after(self) -> int:
        """A few seconds."""
        return 5


class FileRow(msgspec.Struct, frozen=True):
    """A file, and whether its object is there as far as is known."""

    key: str | None
    filename: str
    mime_type: str
    stored: bool


@authed.query(errors=(FileNotFound, FileNotStored, AddressesUnavailable), examples=(FileUrlInput(file_id=FILE_ID),))
async def get_file_url(ctx: SignedIn, input: FileUrlInput) -> FileUrl:
    """Make an address, good for five minutes, at which a file can be downloaded.

    For the course's owner, an admin of the organization, or a superadmin; to others the file is a missing one.
    """
    note(fileId=str(input.file_id))
    async with ctx.db.begin() as tx:
        row = await tx.maybe("stored_file", FileRow, file_id=input.file_id)
    if row is None:
        raise FileNotFound()
    if row.key is None or not row.stored:
        raise FileNotStored()
    expires_at = int(time.time()) + LIFETIME_SECONDS
    download = Download(row.key, row.filename, row.mime_type, expires_at)
    return FileUrl(
        url=await _address(ctx, download),
        expires_at=datetime.fromtimestamp(expires_at, UTC),
        filename=row.filename,
        mime_type=row.mime_type,
    )


async def _address(ctx: SignedIn, download: Download) -> str:
    """A bucket's own address, or one of this service for a folder. Raises AddressesUnavailable."""
    try:
        signed = await ctx.resources.storage.signed_url(download.key, LIFETIME_SECONDS)
    except StorageUnavailable as error:
        raise AddressesUnavailable() from error
    return signed or ctx.resources.downloads.url(download)
