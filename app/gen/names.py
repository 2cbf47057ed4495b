"""Names of the wire as more than one language writes them."""

import re
from collections.abc import Iterable


def class_name(name: str, taken: Iterable[str] = ()) -> str:
    """PascalCase of a name or path; not taken. The caller adds to `taken` what its language reserves."""
    parts = re.split(r"\W+", name, flags=re.ASCII)
    found = "".join(part[:1].upper() + part[1:] for part in parts)
    found = found if found[:1].isalpha() else f"X{found}"
    while found in taken:
        found += "_"
    return found
