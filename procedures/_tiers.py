"""The tier table: one definition, in the database (app.tiers); here are its shape and its words."""

from functools import cached_property
from typing import Final

import msgspec

_UPGRADES: Final = {"free": "BASIC", "basic": "STANDARD", "standard": "PREMIUM", "trial": "STANDARD"}
MEBIBYTE: Final = 1024 * 1024
GIBIBYTE: Final = 1024 * MEBIBYTE


class Tier(msgspec.Struct, frozen=True, dict=True):
    """What an organization of this tier may do. Sizes in bytes; `accepted` are extensions without the dot."""

    tier: str
    concurrent_runs: int
    priority: int
    storage_quota_bytes: int
    max_file_bytes: int
    files_per_course: int
    accepted: list[str]

    @cached_property
    def label(self) -> str:
        """The name in payloads and messages: upper case."""
        return self.tier.upper()

    @property
    def accepted_label(self) -> str:
        """The accepted types as a message lists them."""
        return ", ".join(name.upper() for name in self.accepted)

    @property
    def next_label(self) -> str | None:
        """The tier to upgrade to, if there is a higher one."""
        return _UPGRADES.get(self.tier)


def size_label(size: int) -> str:
    """Bytes as people read them: `5 MB`, `1.5 GB` (binary units, as the tier table counts).

    Rounded up to a tenth, so that what is over a limit never reads like the limit, and a little never like nothing.
    """
    unit, name = (GIBIBYTE, "GB") if size >= GIBIBYTE else (MEBIBYTE, "MB")
    whole, tenths = divmod(-(-size * 10 // unit), 10)
    return f"{whole}.{tenths} {name}" if tenths else f"{whole} {name}"
