"""The names that a generated module uses, and where they come from."""

from collections.abc import Iterable

from app.gen.python.layout import WIDTH

BASE_ERRORS = (
    "CallFailed",
    "ConnectionFailed",
    "CoursegenError",
    "Issue",
    "TimedOut",
    "UnknownError",
    "UnreadableAnswer",
)
"""What calls fail with besides the declared errors; all are exported."""
_MODULES = {
    "Any": "typing",
    "AsyncGenerator": "collections.abc",
    "Decimal": "decimal",
    "Decoder": "msgspec.json",
    "Final": "typing",
    "Literal": "typing",
    "Mapping": "collections.abc",
    "PathLike": "os",
    "Sequence": "collections.abc",
    "Struct": "msgspec",
    "TYPE_CHECKING": "typing",
    "TypeAlias": "typing",
    "UNSET": "msgspec",
    "UUID": "uuid",
    "UnsetType": "msgspec",
    "cast": "typing",
    "date": "datetime",
    "datetime": "datetime",
    "field": "msgspec",
    "time": "datetime",
    "timedelta": "datetime",
    "AsyncBaseClient": "._runtime.client_async",
    "AsyncTransport": "._runtime.transport_async",
    **dict.fromkeys(BASE_ERRORS, "._runtime.base_errors"),
    "Document": "._runtime.documents",
    "OnProgress": "._runtime.documents",
    "Tracked": "._runtime.event_stream",
    "ERRORS": ".errors",
    "VERSION": "._version",
    "outputs": ".",
}
_BUILTIN = frozenset({"bool", "bytes", "dict", "float", "int", "list", "property", "str", "tuple"})
CLASSES = frozenset(
    {"AsyncClient", "Client", "BaseClient", "Transport", "False", "None", "True"}
    | {name for name in _MODULES if name[0].isupper()}
)
"""What a class of the surface can't be called."""


class Scope:
    """Turns a name into what it is called at this place, and remembers to import it.

    Inside a class a member hides a module's name: there the name is imported with an underscore before it.
    """

    def __init__(self, *, types: str | None = None) -> None:
        """`types` is the module that the surface's types come from; None in that module itself."""
        self._types = types
        self._imports: set[tuple[str, str]] = set()
        self._hidden: frozenset[str] = frozenset()

    def inside(self, members: Iterable[str]) -> None:
        """What follows is inside of a class with these members."""
        self._hidden = frozenset(members)

    def __call__(self, name: str) -> str:
        """A name of Python, of the libraries, or of the runtime."""
        module = "builtins" if name in _BUILTIN else _MODULES[name]
        if name in self._hidden:
            self._imports.add((module, f"{name} as _{name}"))
            return f"_{name}"
        if module != "builtins":
            self._imports.add((module, name))
        return name

    def type(self, name: str) -> str:
        """A type of the surface."""
        if self._types is not None:
            self._imports.add((self._types, name))
        return name

    def imports(self) -> list[str]:
        """The lines that import all that was used: the standard library's, msgspec's, and the package's own."""
        modules: dict[str, list[str]] = {}
        for module, name in sorted(self._imports, key=_order):
            modules.setdefault(module, []).append(name)
        lines: list[str] = []
        for origin in (_is_standard, _is_library, _is_own):
            group = [line for module, names in modules.items() if origin(module) for line in _imports(module, names)]
            lines += [*([""] if lines and group else []), *group]
        return lines


def _is_standard(module: str) -> bool:
    return not _is_library(module) and not _is_own(module)


def _is_library(module: str) -> bool:
    return module.partition(".")[0] == "msgspec"


def _is_own(module: str) -> bool:
    return module.startswith(".")


def _order(imported: tuple[str, str]) -> tuple[str, bool, bool, str]:
    """By module; constants, classes, then the rest."""
    module, name = imported
    return module, not name.isupper(), name[0].islower(), name.lower()


def _imports(module: str, names: list[str]) -> list[str]:
    renamed = [f"from {module} import {name}" for name in names if " as " in name]
    plain = [name for name in names if " as " not in name]
    line = f"from {module} import {', '.join(plain)}"
    if len(line) <= WIDTH:
        return [*([line] if plain else []), *renamed]
    return [f"from {module} import (", *(f"    {name}," for name in plain), ")", *renamed]
