"""Why an upload was refused: each message says the limit and what the caller has."""

from app.rpc import Code, RpcError


class UploadsNotInPlan(RpcError, code=Code.FORBIDDEN):
    """Your {tier} plan does not support file uploads. Upgrade to {upgrade} to unlock this feature."""

    tier: str
    upgrade: str


class FileLimitReached(RpcError, code=Code.FORBIDDEN):
    """File upload limit reached. Your {tier} plan allows {limit} per course, and this course has {current}."""

    tier: str
    limit: int
    current: int


class FileTypeRefused(RpcError, code=Code.UNSUPPORTED_MEDIA_TYPE):
    """File type not supported. Your {tier} plan allows: {accepted}."""

    tier: str
    accepted: str


class FileTypeMismatch(RpcError, code=Code.UNPROCESSABLE_CONTENT):
    """The file is not what its name and type say: declared {declared}, found {found}."""

    declared: str
    found: str


class FileTooLarge(RpcError, code=Code.PAYLOAD_TOO_LARGE):
    """File is too large. Your {tier} plan allows files up to {limit}, and this one has {size}."""

    tier: str
    limit: str
    size: str


class StorageQuotaExceeded(RpcError, code=Code.FORBIDDEN):
    """Storage quota exceeded. Using {used} of {quota}. Delete files or upgrade your plan."""

    used: str
    quota: str


class FileContentInvalid(RpcError, code=Code.BAD_REQUEST):
    """File content is not valid base64"""


class FileSizeMismatch(RpcError, code=Code.BAD_REQUEST):
    """File size does not match: declared {declared} bytes, received {received}."""

    declared: int
    received: int


class FileEmpty(RpcError, code=Code.BAD_REQUEST):
    """The file is empty"""


class FileNameInvalid(RpcError, code=Code.BAD_REQUEST):
    """File name is not valid: it must be a plain name with an extension"""


class FileEncrypted(RpcError, code=Code.UNPROCESSABLE_CONTENT):
    """The file is protected with a password. Remove the protection and upload it again."""


class FileDamaged(RpcError, code=Code.UNPROCESSABLE_CONTENT):
    """The file is damaged or not whole: {reason}. Save it again with the program that made it, and upload that copy."""

    reason: str


class FileUnsafe(RpcError, code=Code.UNPROCESSABLE_CONTENT):
    """The file cannot be accepted: {reason}. Save it without that, and upload it again."""

    reason: str


class FileHasMacros(RpcError, code=Code.UNPROCESSABLE_CONTENT):
    """The file holds macros, which are not accepted. Save it as {format} without macros and upload it again."""

    format: str


class ArchiveTooLarge(RpcError, code=Code.UNPROCESSABLE_CONTENT):
    """The file unpacks to {found}, and the limit is {limit}. Make it smaller and upload it again."""

    found: str
    limit: str


class ImageTooLarge(RpcError, code=Code.UNPROCESSABLE_CONTENT):
    """The image has {width} x {height} pixels, and the limit is {limit}. Make it smaller and upload it again."""

    width: int
    height: int
    limit: str


class FileTooComplex(RpcError, code=Code.UNPROCESSABLE_CONTENT):
    """The file takes too much time or memory to be checked. Make it smaller or simpler, and upload it again."""


class StorageFailed(RpcError, code=Code.SERVICE_UNAVAILABLE):
    """The file could not be stored. Please try again"""

    @property
    def retry_after(self) -> int:
        """A few seconds."""
        return 5


class UploadNotFound(RpcError, code=Code.NOT_FOUND):
    """Upload not found: it has expired, was ended, or never was"""


class OffsetMismatch(RpcError, code=Code.CONFLICT):
    """The upload goes on at byte {offset}"""

    offset: int


class UploadChanged(RpcError, code=Code.CONFLICT):
    """Another request has changed the upload: ask for its offset and go on from there"""


class ChecksumMismatch(RpcError, code=Code.BAD_REQUEST):
    """The bytes do not have the checksum that was sent with them, and were dropped"""


class ChecksumInvalid(RpcError, code=Code.BAD_REQUEST):
    """A checksum is the name of an algorithm, {algorithms}, a space, and the digest in base64"""

    algorithms: str


class UploadInTooManyParts(RpcError, code=Code.CONFLICT):
    """The upload came in more than {limit} parts: begin it again with larger ones"""

    limit: int
