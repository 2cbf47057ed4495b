"""What a transport of resumable uploads must know of them."""

from typing import Final

from procedures._tiers import MEBIBYTE
from procedures.generation._appending import ALGORITHMS
from procedures.generation._upload_errors import ChecksumMismatch

__all__ = ["ALGORITHMS", "LARGEST_FILE", "ChecksumMismatch"]

LARGEST_FILE: Final = 100 * MEBIBYTE
"""Bytes of the largest file that any tier may store; a test holds it equal to the tier table."""
