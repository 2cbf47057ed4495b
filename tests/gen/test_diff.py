"""`coursegen surface diff`: what breaks the clients of an older surface, and what only adds to it."""

import subprocess
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta

from app.gen.compatible import Change
from app.gen.diff import changes
from app.gen.files import surface_text
from app.rpc import Code, Input, Moment, Output, Router, RpcError, Table, Tracked
from app.rpc.surface import Surface, surface
from tests.gen.examples import TABLE as NOTES
from tests.gen.examples import authed, public

COURSEGEN = Path(sys.executable).with_name("coursegen")


def _made(types: Any, *, base: Any = public, errors: tuple[type[RpcError], ...] = (), **options: Any) -> Surface:
    """The surface of one mutation `do` that takes and gives these types."""

    async def do(ctx: object, input: Any) -> Any:
        raise NotImplementedError

    do.__annotations__ |= {"input": types[0], "return": types[1]}
    return surface(Table(Router(base.mutation(errors=errors, **options)(do))))


def _taking(hint: Any, *default: Any) -> Surface:
    """The same with an input of one field `x`."""
    return _made((_struct(Input, x=(hint, *default)), int))


def _giving(hint: Any, *default: Any) -> Surface:
    """The same with an output of one field `x`."""
    return _made((int, _struct(Output, x=(hint, *default))))


def _struct(base: type, **fields: tuple[Any, ...]) -> type:
    """A struct named Form with these fields: a type, and a default where there is one."""
    defaults = {name: given[1] for name, given in fields.items() if len(given) > 1}
    annotations = {name: given[0] for name, given in fields.items()}
    return type(base)("Form", (base,), {"__annotations__": annotations, **defaults})


def _told(old: Surface, new: Surface) -> list[tuple[str, bool]]:
    return [(str(change), change.breaking) for change in changes(old, new)]


INPUTS: dict[str, tuple[Surface, Surface, str, bool]] = {
    "type": (_taking(int), _taking(str), "do input.x: type changed from integer to string", True),
    "wider type": (_taking(int), _taking(float), "do input.x: type changed from integer to number", False),
    "narrower type": (_taking(float), _taking(int), "do input.x: type changed from number to integer", True),
    "required": (_taking(int, 1), _taking(int), "do input.x: made required", True),
    "optional": (_taking(int), _taking(int, 1), "do input.x: made optional", False),
    "null gone": (_taking(int | None), _taking(int), "do input.x: no longer nullable", True),
    "null": (_taking(int), _taking(int | None), "do input.x: made nullable", False),
    "value gone": (_taking(Literal["a", "b"]), _taking(Literal["a"]), "do input.x: value 'b' removed", True),
    "value": (_taking(Literal["a"]), _taking(Literal["a", "b"]), "do input.x: value 'b' added", False),
    "choice": (_taking(str), _taking(Literal["a"]), "do input.x: only a from now on", True),
    "limit": (
        _taking(Annotated[int, Meta(le=10)]),
        _taking(Annotated[int, Meta(le=5)]),
        "do input.x: maximum changed from 10 to 5",
        True,
    ),
    "laxer limit": (
        _taking(Annotated[str, Meta(min_length=2)]),
        _taking(Annotated[str, Meta(min_length=1)]),
        "do input.x: minLength changed from 2 to 1",
        False,
    ),
    "new limit": (
        _taking(str),
        _taking(Annotated[str, Meta(pattern="a")]),
        "do input.x: pattern changed from None to a",
        True,
    ),
    "items": (_taking(list[int]), _taking(list[str]), "do input.x[]: type changed from integer to string", True),
}
OUTPUTS: dict[str, tuple[Surface, Surface, str, bool]] = {
    "type": (_giving(int), _giving(str), "do output.x: type changed from integer to string", True),
    "null": (_giving(int), _giving(int | None), "do output.x: made nullable", True),
    "null gone": (_giving(int | None), _giving(int), "do output.x: no longer nullable", False),
    "value": (_giving(Literal["a"]), _giving(Literal["a", "b"]), "do output.x: value 'b' added", True),
    "value gone": (_giving(Literal["a", "b"]), _giving(Literal["a"]), "do output.x: value 'b' removed", False),
    "format": (_giving(Moment), _giving(str), "do output.x: format changed from date-time to None", True),
    "absent": (_giving(int), _giving(int | msgspec.UnsetType, msgspec.UNSET), "do output.x: made optional", True),
    "values": (
        _giving(dict[str, int]),
        _giving(dict[str, str]),
        "do output.x[]: type changed from integer to string",
        True,
    ),
}


@pytest.mark.parametrize("case", INPUTS)
def test_an_input_that_takes_less_breaks_who_sends(case: str) -> None:
    old, new, told, breaking = INPUTS[case]
    assert _told(old, new) == [(told, breaking)]


@pytest.mark.parametrize("case", OUTPUTS)
def test_an_output_that_may_be_more_breaks_who_reads(case: str) -> None:
    old, new, told, breaking = OUTPUTS[case]
    assert _told(old, new) == [(told, breaking)]


def test_fields_come_and_go() -> None:
    small, large = _struct(Input, x=(int,)), _struct(Input, x=(int,), y=(int,))
    optional = _struct(Input, x=(int,), y=(int, 1))
    assert _told(_made((small, int)), _made((large, int))) == [("do input.y: required field added", True)]
    assert _told(_made((small, int)), _made((optional, int))) == [("do input.y: field added", False)]
    assert _told(_made((large, int)), _made((small, int))) == [("do input.y: field removed", True)]
    few, many = _struct(Output, x=(int,)), _struct(Output, x=(int,), y=(int,))
    assert _told(_made((int, few)), _made((int, many))) == [("do output.y: field added", False)]
    assert _told(_made((int, many)), _made((int, few))) == [("do output.y: field removed", True)]


class Gone(RpcError, code=Code.NOT_FOUND):
    """It is gone"""


def test_errors_come_and_go() -> None:
    without, with_it = _made((int, int)), _made((int, int), errors=(Gone,))
    assert _told(without, with_it) == [("do: error Gone added", False)]
    assert _told(with_it, without) == [("do: error Gone is gone", True)]


def test_an_error_with_another_code_or_details_breaks_who_catches_it() -> None:
    other = type("Gone", (RpcError,), {"__doc__": "It is gone", "code": Code.CONFLICT, "__module__": __name__})
    old, new = _made((int, int), errors=(Gone,)), _made((int, int), errors=(other,))
    assert _told(old, new) == [("error Gone: code changed from NOT_FOUND (404) to CONFLICT (409)", True)]


def test_the_terms_of_a_call_are_compared() -> None:
    free = _made((int, int))
    assert ("do: needs a token from now on", True) in _told(free, _made((int, int), base=authed))
    assert ("do: needs a token no longer", False) in _told(_made((int, int), base=authed), free)
    keyed = _made((int, int), idempotency_key=True)
    assert _told(keyed, free) == [("do: heeds an Idempotency-Key no longer", True)]
    small = _made((int, int), body_limit=10)
    assert _told(free, small) == [("do: body limit changed from 65536 to 10 bytes", True)]


def _table(*procedures: Any) -> Surface:
    return surface(Table(Router(*procedures)))


async def _read(ctx: object) -> int:
    raise NotImplementedError


async def _follow(ctx: object) -> AsyncGenerator[int, None]:
    yield 1


async def _follow_tracked(ctx: object) -> AsyncGenerator[Tracked[int], None]:
    yield Tracked("1", 1)


def _named(function: Callable[..., Awaitable[int] | AsyncGenerator[Any, None]]) -> Any:
    function.__name__ = "it"
    return function


def test_procedures_come_go_and_change_kind() -> None:
    query, mutation = _table(public.query()(_named(_read))), _table(public.mutation()(_named(_read)))
    assert _told(query, _table()) == [("it: query removed", True)]
    assert _told(_table(), query) == [("it: query added", False)]
    assert _told(query, mutation) == [("it: kind changed from query to mutation", True)]


def test_events_that_lose_their_ids_can_not_be_resumed() -> None:
    plain, tracked = (_table(public.subscription()(_named(each))) for each in (_follow, _follow_tracked))
    assert _told(tracked, plain) == [("it: gives its events ids no longer", True)]
    assert _told(plain, tracked) == [("it: gives its events ids from now on", False)]


def test_types_within_themselves_are_compared_once() -> None:
    old = surface(NOTES)
    new = msgspec.convert(msgspec.to_builtins(old), Surface)
    new.schemas["NoteInput"]["properties"]["text"]["minLength"] = 2
    assert _told(old, new) == [("notes.add input.text: minLength changed from 1 to 2", True)]


def test_a_surface_has_no_changes_to_itself() -> None:
    assert changes(INPUTS["limit"][0], INPUTS["limit"][0]) == []


def _diff(old: Path, new: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([COURSEGEN, "surface", "diff", old, new], check=False, capture_output=True, text=True)


def test_the_command_lists_both_sorts_apart_and_fails_on_the_breaking_one(tmp_path: Path) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text(surface_text(_made((_struct(Input, x=(int, 1)), int))))
    new.write_text(surface_text(_made((_struct(Input, x=(int,), y=(int, 1)), int))))
    breaking, additive = _diff(old, new), _diff(old, old)
    assert breaking.stdout == "breaking:\n  do input.x: made required\nadditive:\n  do input.y: field added\n"
    assert breaking.returncode == 1
    assert (additive.stdout, additive.returncode) == ("", 0)


def test_the_command_names_a_file_that_is_no_surface(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text("[]")
    refused = _diff(wrong, wrong)
    assert refused.returncode == 1
    assert "wrong.json is not a surface.json" in refused.stderr


def test_a_change_reads_as_a_line() -> None:
    assert str(Change("courses.get", "query removed", breaking=True)) == "courses.get: query removed"
