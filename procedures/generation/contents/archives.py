"""ZIP archives, opened without trust: bounded, in one piece, and the same to every reader.

Readers differ in what they make of a damaged or crafted archive. Only one that leaves no choice is accepted: its
table of contents ends the file, describes every byte it refers to once, and each entry says there what it says itself.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from procedures.generation._upload_errors import ArchiveTooLarge, FileDamaged, FileEncrypted, FileUnsafe

MOST_ENTRIES = 5000
MOST_UNPACKED = 512 * 1024 * 1024
MOST_RATIO = 100
"""Times its own size that an archive may unpack to: text packs to a tenth, a bomb to a thousandth."""
FREE_UNPACKED = 10 * 1024 * 1024
"""So much a small archive may unpack to whatever the ratio."""

_MEBIBYTE = 1024 * 1024
_CHUNK = 1 << 16
_END = struct.Struct("<4s4H2LH")  # APPNOTE.TXT 4.3.16: the end of the central directory
_LOCAL = struct.Struct("<6x2H16x2H")  # 4.3.7: what stands before an entry's data
_END_SIGNATURE = b"PK\x05\x06"
_LONGEST_COMMENT = 0xFFFF
_ENCRYPTED = 0x1
_UTF8_NAME = 0x800
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


def opened(file: BinaryIO) -> zipfile.ZipFile:
    """The archive, if its table of contents can be trusted.

    Raises FileDamaged, FileEncrypted, FileUnsafe, ArchiveTooLarge.
    """
    directory, count = _end_of_central_directory(file)
    if count > MOST_ENTRIES:
        raise ArchiveTooLarge(found=f"{count} parts", limit=f"{MOST_ENTRIES} parts")
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
        raise FileDamaged(reason="the table of contents of its archive cannot be read") from error
    entries = archive.infolist()
    if len(entries) != count:
        raise FileDamaged(reason="the table of contents of its archive is not whole")
    _check_names(entries)
    for entry in entries:
        _check_entry(entry)
    _check_sizes(entries, file.seek(0, 2))
    _check_places(file, entries, directory)
    return archive


def longest_end(tail: bytes) -> bytes:
    """What of the end of a file may hold the end of an archive."""
    return tail[-(_END.size + _LONGEST_COMMENT) :]


def may_end_as_archive(tail: bytes) -> bool:
    """Whether the end of a file is reason enough to ask `has_archive_at_end`."""
    return _END_SIGNATURE in tail


def has_archive_at_end(file: BinaryIO) -> bool:
    """Whether the file is also an archive, which readers find from its end, whatever stands before: a polyglot."""
    tail, start = _tail(file)
    position = tail.rfind(_END_SIGNATURE)
    if position < 0 or position + _END.size > len(tail):
        return False
    length = _END.unpack_from(tail, position)[5]
    directory = start + position - length
    file.seek(max(directory, 0))
    return directory >= 0 and (not length or file.read(4) == b"PK\x01\x02")


def chunks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """An entry's content, piece by piece, never more than it declared. Raises FileDamaged."""
    missing = entry.file_size
    try:
        with archive.open(entry) as content:
            while chunk := content.read(_CHUNK):
                missing -= len(chunk)
                yield chunk
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise FileDamaged(reason=f"its part {entry.filename[:100]} cannot be unpacked") from error
    if missing:
        raise FileDamaged(reason=f"its part {entry.filename[:100]} is shorter than it says")


def _tail(file: BinaryIO) -> tuple[bytes, int]:
    """Where the end of a table of contents can stand, and where in the file that is."""
    start = max(file.seek(0, 2) - _END.size - _LONGEST_COMMENT, 0)
    file.seek(start)
    return file.read(), start


def _end_of_central_directory(file: BinaryIO) -> tuple[int, int]:
    """Where the table of contents begins, and how many entries it has. Raises FileDamaged."""
    tail, start = _tail(file)
    position = tail.rfind(_END_SIGNATURE)
    if position < 0 or position + _END.size > len(tail):
        raise FileDamaged(reason="its archive has no table of contents, as if it had been cut off")
    _, disk, first_disk, here, count, length, offset, comment = _END.unpack_from(tail, position)
    whole = position + _END.size + comment == len(tail)
    if not whole or disk or first_disk or here != count or offset + length != start + position:
        raise FileDamaged(reason="its archive has a wrong table of contents, or something before or after itself")
    return offset, count


def _check_names(entries: list[zipfile.ZipInfo]) -> None:
    """Names within the archive, each of them once; OPC does not tell capitals apart (ECMA-376-2, 6.2.2)."""
    for entry in entries:
        name = entry.orig_filename
        parts = name.removesuffix("/").split("/")
        if not name.isprintable() or "\\" in name or ":" in parts[0] or {"", ".", ".."}.intersection(parts):
            raise FileUnsafe(reason="a part of its archive has a path that leads out of it")
    if len({entry.filename.casefold() for entry in entries}) < len(entries):
        raise FileUnsafe(reason="two parts of its archive have the same name")


def _check_entry(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & _ENCRYPTED:
        raise FileEncrypted()
    if entry.compress_type not in _METHODS:
        raise FileUnsafe(reason="a part of its archive is packed in an unusual way")


def _check_sizes(entries: list[zipfile.ZipInfo], size: int) -> None:
    total = sum(entry.file_size for entry in entries)
    most = min(MOST_UNPACKED, max(size * MOST_RATIO, FREE_UNPACKED))
    if total > most:
        raise ArchiveTooLarge(found=f"{total // _MEBIBYTE} MB", limit=f"{most // _MEBIBYTE} MB")


def _check_places(file: BinaryIO, entries: list[zipfile.ZipInfo], end: int) -> None:
    """Each entry begins where the one before it has ended, or later: overlapping ones are how bombs are made."""
    reached = 0
    for position, entry in enumerate(sorted(entries, key=lambda each: each.header_offset)):
        if entry.header_offset < reached or (position == 0 and entry.header_offset):
            raise FileUnsafe(reason="parts of its archive overlap, or something stands before them")
        reached = _data_offset(file, entry) + entry.compress_size
    if reached > end:
        raise FileUnsafe(reason="parts of its archive overlap its table of contents")


def _data_offset(file: BinaryIO, entry: zipfile.ZipInfo) -> int:
    """Where the entry's data begin. Raises FileDamaged when it says of itself what the table of contents does not."""
    file.seek(entry.header_offset)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size or not header.startswith(b"PK\x03\x04"):
        raise FileDamaged(reason="a part of its archive is not where it should be")
    flags, method, name_length, extra_length = _LOCAL.unpack(header)
    name = file.read(name_length).decode("utf-8" if flags & _UTF8_NAME else "cp437", "replace")
    if name != entry.orig_filename or method != entry.compress_type or flags & _ENCRYPTED:
        raise FileUnsafe(reason="a part of its archive is not what the table of contents says")
    return entry.header_offset + _LOCAL.size + int(name_length) + int(extra_length)
