"""Names of the wire as Python writes them."""

import keyword
import re
from collections.abc import Iterable

from app.rpc.signature import camel

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PLAIN = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def attribute(name: str, taken: Iterable[str] = ()) -> str:
    """snake_case, and a valid name that is no keyword and not taken; `class` is `class_`."""
    words = re.sub(r"\W", "_", _WORD_START.sub("_", name), flags=re.ASCII).lower()
    found = words if words[:1].isalpha() else f"x{words}"
    while keyword.iskeyword(found) or found in taken:
        found += "_"
    return found


def attributes(names: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """Wire name to attribute, each another one."""
    found: dict[str, str] = {}
    for name in names:
        found[name] = attribute(name, {*taken, *found.values()})
    return found


def is_camel(wire: str, name: str) -> bool:
    """Whether msgspec's `rename="camel"` turns the attribute into this name."""
    return _PLAIN.fullmatch(name) is not None and camel(name) == wire
