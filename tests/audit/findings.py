"""What a step of the audit found."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Clean:
    """Nothing is wrong; `told` is what was looked at or made."""

    told: str


@dataclass(frozen=True)
class Skipped:
    """It can't be done here; `why` is the reason."""

    why: str


@dataclass(frozen=True)
class Wrong:
    """A line for each thing that is wrong."""

    lines: list[str]


Outcome = Clean | Skipped | Wrong


def none_of(lines: list[str], told: str) -> Outcome:
    """Clean if there are no findings."""
    return Wrong(lines) if lines else Clean(told)
