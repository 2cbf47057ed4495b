"""What a file of the client refers to outside of its own namespace."""

from typing import Final

_RUNTIME: Final = ("Decode", "Document", "Encode", "JsonObject", "Transport", "Wire", "Policy")
_ROOT: Final = ("Omitted", "Tracked")
TYPE_NAMES: Final = frozenset({*_RUNTIME, *_ROOT, "UnreadableAnswer"})
"""What no type of the surface can be called: its file imports these."""


class Uses:
    """Turns a name into what it is called in a file of this namespace, and remembers to import it.

    Types and errors of the surface are named with the last part of their namespace before them, so that a type, an
    error and an area may have one name.
    """

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
        self._names: set[str] = set()

    def __call__(self, name: str) -> str:
        """A class of the runtime."""
        self._import("Coursegen\\Runtime" if name in _RUNTIME else "Coursegen", name)
        return name

    def type(self, name: str) -> str:
        """A type of the surface."""
        return self._part("Type", name)

    def error(self, name: str) -> str:
        """A declared error, or one of the runtime."""
        return self._part("Error", name)

    def lines(self) -> list[str]:
        """The names to import, in order."""
        return sorted(self._names, key=str.lower)

    def _part(self, part: str, name: str) -> str:
        if self.namespace == f"Coursegen\\{part}":
            return name
        self._import("Coursegen", part)
        return f"{part}\\{name}"

    def _import(self, namespace: str, name: str) -> None:
        if namespace != self.namespace:
            self._names.add(f"{namespace}\\{name}")
