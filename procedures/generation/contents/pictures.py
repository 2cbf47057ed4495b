"""Pictures: how large they are by their headers, nothing decoded, and that nothing stands behind their end."""

import struct
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import BinaryIO

from procedures.generation._upload_errors import FileDamaged, FileUnsafe, ImageTooLarge
from procedures.generation.contents.archives import has_archive_at_end

MOST_PIXELS = 50_000_000
LONGEST_SIDE = 20_000
MOST_FRAMES = 2000
LIMIT = "50 million pixels, 20000 on a side"

Size = tuple[int, int]
_JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # start of frame (ITU T.81, table B.1)
_JPEG_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a length
_IHDR_LENGTH = 13
_GIF_TRAILER, _GIF_EXTENSION, _GIF_IMAGE = b";", b"!", b","


def check_picture(file: BinaryIO, extension: str) -> None:
    """Refuse a picture that unpacks to too many pixels, is cut off or is something else besides.

    Raises ImageTooLarge, FileDamaged, FileUnsafe.
    """
    file.seek(0)
    try:
        check_size(*_READERS[extension](file))
    except (struct.error, IndexError) as error:
        raise FileDamaged(reason="the picture ends too early") from error
    if has_archive_at_end(file):
        raise FileUnsafe(reason="it is a picture and an archive at once")


def check_size(width: int, height: int) -> None:
    """Raises ImageTooLarge, and FileDamaged for a picture without a size."""
    if width <= 0 or height <= 0:
        raise FileDamaged(reason="the picture has no size")
    if max(width, height) > LONGEST_SIDE or width * height > MOST_PIXELS:
        raise ImageTooLarge(width=width, height=height, limit=LIMIT)


def _png(file: BinaryIO) -> Size:
    """The size in IHDR; chunks follow each other to IEND, which ends the file (PNG, section 5)."""
    file.seek(8)
    width, height = 0, 0
    kind = b""
    while kind != b"IEND":
        length, kind = struct.unpack(">L4s", file.read(8))
        if not width:
            if kind != b"IHDR" or length != _IHDR_LENGTH:
                raise FileDamaged(reason="the picture does not begin with its size")
            width, height = struct.unpack(">2L", file.read(8))
            check_size(width, height)
            length -= 8
        file.seek(length + 4, 1)
    _check_end(file)
    return width, height


def _gif(file: BinaryIO) -> Size:
    """The largest of the screen and the frames; blocks follow each other to the trailer (GIF89a)."""
    width, height, flags = struct.unpack("<6x2HB2x", file.read(13))
    _skip_colours(file, flags)
    frames = 0
    while (kind := file.read(1)) != _GIF_TRAILER:
        if kind == _GIF_IMAGE:
            frames += 1
            left, top, wide, high, flags = struct.unpack("<4HB", file.read(9))
            width, height = max(width, left + wide), max(height, top + high)
            _skip_colours(file, flags)
        elif kind != _GIF_EXTENSION:
            raise FileDamaged(reason="the picture ends too early")
        file.seek(1, 1)
        _skip_blocks(file)
    if frames > MOST_FRAMES:
        raise FileUnsafe(reason=f"it has {frames} frames, more than {MOST_FRAMES}")
    _check_end(file)
    return width, height


def _skip_colours(file: BinaryIO, flags: int) -> None:
    if flags & 0x80:
        file.seek(3 << ((flags & 7) + 1), 1)


def _skip_blocks(file: BinaryIO) -> None:
    while length := file.read(1)[0]:
        file.seek(length, 1)


def _jpeg(file: BinaryIO) -> Size:
    """The size in the frame header. Cameras write more behind a JPEG's end, so that is no reason to refuse it."""
    file.seek(2)
    while True:
        (mark, kind) = struct.unpack("2B", file.read(2))
        while kind == 0xFF:  # fill bytes  # noqa: PLR2004
            kind = file.read(1)[0]
        if mark != 0xFF or kind in {0xD9, 0xDA}:  # noqa: PLR2004  no marker, the end, or pixels before their size
            raise FileDamaged(reason="the picture has no size")
        if kind in _JPEG_ALONE:
            continue
        (length,) = struct.unpack(">H", file.read(2))
        if kind in _JPEG_SIZES:
            height, width = struct.unpack(">x2H", file.read(5))
            return width, height
        file.seek(max(length - 2, 0), 1)


def _webp(file: BinaryIO) -> Size:
    """The size in the first chunk; the container is as long as it says (RFC 9649, section 2.4)."""
    length, kind = struct.unpack("<4xL4x4s4x", file.read(20))
    body = file.read(10)
    if file.seek(0, 2) - 8 not in {length, length + 1}:
        raise FileDamaged(reason="the picture is shorter or longer than it says")
    if kind == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if kind == b"VP8L":
        (bits,) = struct.unpack("<xL", body[:5])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack("<6x2H", body)
        return width & 0x3FFF, height & 0x3FFF
    raise FileDamaged(reason="the picture has no size")


def _check_end(file: BinaryIO) -> None:
    position = file.tell()
    size = file.seek(0, 2)
    if position > size:
        raise FileDamaged(reason="the picture ends too early")
    if position < size:
        raise FileUnsafe(reason="something stands behind the end of the picture")


_READERS: Mapping[str, Callable[[BinaryIO], Size]] = MappingProxyType(
    {"png": _png, "gif": _gif, "jpeg": _jpeg, "webp": _webp}
)
