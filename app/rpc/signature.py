"""Reads input, output and doc from a function, so that no type is written twice."""

import collections.abc
import inspect
import types
import typing
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from app.rpc.unencoded import FileStream, Form

MISSING: Final = inspect.Parameter.empty
_GENERATORS: Final = (collections.abc.AsyncGenerator, collections.abc.AsyncIterator)


def camel(name: str) -> str:
    """snake_case to camelCase, as names stand on the wire."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


@dataclass(frozen=True, slots=True)
class Signature:
    """What a procedure takes and gives.

    `input` is None for a procedure that takes nothing; `default` is MISSING when an input must be sent. `form` is what
    it takes instead as a streamed form, if it does. `generates` for an async generator; `output` is the type of one
    item then.
    """

    input: Any
    default: Any
    output: Any
    doc: str
    generates: bool = False
    form: type[Form] | None = None

    @property
    def takes_input(self) -> bool:
        """Whether the procedure reads an input at all."""
        return self.input is not None

    @property
    def optional(self) -> bool:
        """Whether the input may be left out."""
        return self.default is not MISSING


def read_signature(function: Callable[..., Any]) -> Signature:
    """Read a procedure's function `(ctx)` or `(ctx, input)`; TypeError names the function when it has another form."""
    parameters = list(inspect.signature(function).parameters.values())
    where = f"{function.__module__}.{function.__qualname__}"
    if len(parameters) not in (1, 2):
        raise TypeError(f"{where}: a procedure takes a context and at most one input")
    hints = typing.get_type_hints(function, include_extras=True)
    if "return" not in hints:
        raise TypeError(f"{where}: the return type is the output type, and it is missing")
    generates = typing.get_origin(hints["return"]) in _GENERATORS
    output = _output(hints["return"], generates)
    doc = inspect.getdoc(function) or ""
    if len(parameters) == 1:
        return Signature(None, MISSING, output, doc, generates)
    parameter = parameters[1]
    if parameter.name not in hints:
        raise TypeError(f"{where}: the type of `{parameter.name}` is the input type, and it is missing")
    taken, form = _split(hints[parameter.name], where)
    return Signature(taken, parameter.default, output, doc, generates, form)


def _split(hint: Any, where: str) -> tuple[Any, type[Form] | None]:
    """The input as JSON, and the form that is taken beside it."""
    options = union_options(hint)
    forms = [option for option in options if isinstance(option, type) and issubclass(option, Form)]
    if not forms:
        return hint, None
    others = [option for option in options if option not in forms]
    if len(forms) > 1 or not others:
        raise TypeError(f"{where}: a form stands beside an input of JSON, and is the only one")
    files = [field for field in msgspec.structs.fields(forms[0]) if field.type is FileStream]
    if len(files) != 1:
        raise TypeError(f"{where}: {forms[0].__name__} needs one field of the type FileStream")
    return joined(others), forms[0]


def union_options(hint: Any) -> tuple[Any, ...]:
    """The members of a union, or the type itself."""
    return typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, types.UnionType) else (hint,)


def joined(options: Iterable[Any]) -> Any:
    """The union of these types."""
    union, *rest = options
    for option in rest:
        union = union | option
    return union


def _output(returned: Any, generates: bool) -> Any:
    """T of an AsyncGenerator[T] or AsyncIterator[T]; any other type as it is."""
    if generates:
        return typing.get_args(returned)[0]
    return types.NoneType if returned is None else returned
