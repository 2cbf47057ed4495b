"""Names of the wire as PHP writes them. Those of classes and methods differ by more than case there."""

import re
from collections.abc import Iterable
from typing import Final

from app.gen.names import class_name

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+|[A-Z]", re.ASCII)
_RESERVED: Final = frozenset(
    re.findall(
        r"\w+",
        """
        abstract and array as bool break callable case catch class clone const continue declare default die do echo
        else elseif empty enddeclare endfor endforeach endif endswitch endwhile enum eval exit extends false final
        finally float fn for foreach function global goto if implements include include_once instanceof insteadof int
        interface isset iterable list match mixed namespace never new null numeric object or parent print private
        protected public readonly require require_once resource return self static string switch throw trait true try
        unset use var void while xor yield __halt_compiler
        """,
    )
)
"""What no class can be called, in any spelling (php.net/reserved)."""


def words(name: str) -> list[str]:
    """The words of a name in any style, in lower case: `HTTPStatus` and `http_status` are `http` and `status`."""
    return [word.lower() for word in _WORD.findall(name)]


def snake(name: str) -> str:
    """snake_case, as the docs of the service name fields."""
    return "_".join(words(name))


def member(name: str, taken: Iterable[str] = (), suffix: str = "Value") -> str:
    """camelCase for a property, parameter or method; not taken."""
    first, *rest = words(name) or ["x"]
    found = first + "".join(word.capitalize() for word in rest)
    return _free(found if found[:1].isalpha() else f"x{found}", taken, suffix)


def members(names: Iterable[str], taken: Iterable[str] = (), suffix: str = "Value") -> dict[str, str]:
    """Wire name to member, each another one."""
    found: dict[str, str] = {}
    for name in names:
        found[name] = member(name, [*taken, *found.values()], suffix)
    return found


def classes(names: Iterable[str], taken: Iterable[str], suffix: str) -> dict[str, str]:
    """Wire name to class, each another one, and none that PHP reserves; `suffix` is put after what is taken."""
    found: dict[str, str] = {}
    for name in names:
        found[name] = _free(class_name(name), [*_RESERVED, *taken, *found.values()], suffix)
    return found


def constant(value: object, taken: Iterable[str] = ()) -> str:
    """UPPER_CASE for a value; not taken."""
    text = "_".join(words(str(value))).upper() or "EMPTY"
    return _free(text if text[:1].isalpha() else f"VALUE_{text}", ["CLASS", *taken], "_")


def _free(name: str, taken: Iterable[str], suffix: str) -> str:
    used = {each.lower() for each in taken}
    while name.lower() in used:
        name += suffix
    return name
