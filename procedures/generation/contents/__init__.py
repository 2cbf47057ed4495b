"""What a file is: its name, its extension, its declared type and its own bytes must agree, and nothing in it may harm.

An upload is checked in this order: `check_name`, `extension_of` and `declared_type_fits` before any byte is there;
`check_start` with the first `HEAD_BYTES`, which is quick; `check_file` (or `check_bytes`) when the file is whole. The
last two read every byte, so they run in a child process, within `CHECK_LIMITS`; for texts `text_check` does the same
with the bytes that pass. All refusals are declared errors.
"""

from procedures.generation.contents.checks import (
    CHECK_LIMITS,
    REFUSALS,
    check_bytes,
    check_content,
    check_file,
    check_start,
    checking,
    text_check,
)
from procedures.generation.contents.heads import HEAD_BYTES, check_head, found_type
from procedures.generation.contents.kinds import IMAGES, MIME_TYPES, declared_type_fits, extension_of
from procedures.generation.contents.names import check_name
from procedures.generation.contents.texts import charset_of

__all__ = [
    "CHECK_LIMITS",
    "HEAD_BYTES",
    "IMAGES",
    "MIME_TYPES",
    "REFUSALS",
    "charset_of",
    "check_bytes",
    "check_content",
    "check_file",
    "check_head",
    "check_name",
    "check_start",
    "checking",
    "declared_type_fits",
    "extension_of",
    "found_type",
    "text_check",
]
