"""Names of stored objects: made of ids alone, so that nothing a caller wrote decides a path."""

import re
from uuid import UUID

LONGEST_EXTENSION = 10
_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_FILE = rf"{_ID}/{_ID}/{_ID}(\.[a-z0-9]{{1,{LONGEST_EXTENSION}}})?"
_PART = re.compile(rf"(?P<file>{_FILE})\.[0-9a-f]{{32}}\.part")
_KEY = re.compile(rf"{_FILE}|{_PART.pattern}")
_FOLDER = re.compile(rf"({_ID}(/{_ID})?)?")
_OTHER = re.compile(r"[^a-z0-9]")


def object_key(organization_id: UUID, course_id: UUID, file_id: UUID, extension: str) -> str:
    """`{organization}/{course}/{fileId}{ext}` (domain.md section 7).

    Of `extension`, with or without its dot, only [a-z0-9] stays, 10 characters at most; without any there is no dot.
    """
    kept = _OTHER.sub("", extension.lower())[:LONGEST_EXTENSION]
    return f"{organization_id}/{course_id}/{file_id}{'.' if kept else ''}{kept}"


def part_key(key: str, part_id: UUID) -> str:
    """Where a part of an object lies until it is whole."""
    return f"{key}.{part_id.hex}.part"


def whole_key(key: str) -> str:
    """The object that a part belongs to; of anything else, its own key."""
    part = _PART.fullmatch(key)
    return part["file"] if part else key


def folder_of(key: str) -> str:
    """The folder of the course that an object belongs to. Raises ValueError for what is no key."""
    return checked_key(key).rpartition("/")[0]


def checked_key(key: str) -> str:
    """The key, if `object_key` or `part_key` could have made it. Raises ValueError."""
    if not _KEY.fullmatch(key):
        raise ValueError(f"not the key of a stored object: {key[:100]!r}")
    return key


def checked_folder(folder: str) -> str:
    """The folder, if it is an organization's, a course's, or empty for all. Raises ValueError."""
    if not _FOLDER.fullmatch(folder):
        raise ValueError(f"not the folder of an organization or a course: {folder[:100]!r}")
    return folder
