"""A table of as many procedures as asked for, of every kind, and lines of TypeScript that use each of them."""

from collections.abc import AsyncGenerator, Iterator
from types import new_class
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta

from app.context import Request
from app.rpc import Base, Code, Input, Moment, Output, Router, RpcError, Table, Tracked

AREAS = 50
_public = Base[Request]()
_Mode: Any = Literal["slow", "fast"]
_Status: Any = Literal["pending", "active", "done", "failed"]
_list: Any = list
_tracked: Any = Tracked
_generator: Any = AsyncGenerator
"""Generics of types that are made at run time, of which type checkers know nothing."""
_HEAD = """\
import { safe } from "@trpc/client";
import { createClient, isRpcError, uuid } from "coursegen-client";

const client = createClient({ url: "" });
const id = uuid("019aa1b2-7c3d-7e4f-8a5b-6c7d8e9fa0b1");
"""


def table_of(procedures: int) -> Table:
    """So many procedures in 50 areas, or in as many as there are procedures."""
    areas = min(AREAS, procedures)
    return Table(Router(**{f"area{area}": _area(area, range(area, procedures, areas)) for area in range(areas)}))


def uses_of(procedures: int) -> str:
    """A file that calls each, reads its answer, and tells an error apart."""
    areas = min(AREAS, procedures)
    return _HEAD + "".join(_use(number % areas, number) for number in range(procedures))


def _area(area: int, numbers: range) -> Router:
    full = _error(f"Area{area}Full", "{limit} is the limit of {kind}", limit=int, kind=Literal["users", "files"])
    lost = _error(f"Area{area}Lost", "There is no {name}", name=str, near=UUID)
    return Router(*(_MAKERS[number % len(_MAKERS)](number, (full, lost)) for number in numbers))


def _error(called: str, doc: str, **fields: Any) -> Any:
    body = {"__doc__": doc, "__annotations__": fields}
    return new_class(called, (RpcError,), {"code": Code.CONFLICT}, lambda namespace: namespace.update(body))


def _struct(base: type, name: str, fields: dict[str, Any], **defaults: Any) -> Any:
    doc = f"What `{name}` holds, in a sentence of the usual length, so that there are comments to be written."
    return type(base)(name, (base,), {"__doc__": doc, "__annotations__": fields, **defaults})


def _function(number: int, returned: Any, **inputs: Any) -> Any:
    """What is to become a procedure; it is described and never called."""

    async def without(_ctx: Any) -> Any:
        raise NotImplementedError

    async def with_input(_ctx: Any, input: Any) -> Any:
        raise NotImplementedError

    function: Any = with_input if inputs else without
    function.__annotations__ = {"return": returned, **inputs}
    function.__name__ = f"call_{number}"
    function.__doc__ = f"Do what the procedure of number {number} does.\n\nIn a second paragraph there is more of it."
    return function


def _page(number: int, errors: Any) -> Any:
    item = _struct(Output, f"Item{number}", {"id": UUID, "title": str, "at": Moment, "note": str | None})
    page = _struct(Output, f"Page{number}", {"items": _list[item], "next_cursor": UUID | None})
    limit = Annotated[int, Meta(ge=1, le=100)]
    given = _struct(Input, f"PageInput{number}", {"limit": limit, "cursor": UUID | None}, limit=50, cursor=None)
    function = _function(number, page, input=given)
    function.__defaults__ = (given(),)
    return _public.query(errors=errors)(function)


def _creation(number: int, errors: Any) -> Any:
    part = _struct(Input, f"Part{number}", {"name": str, "weight": float | None, "tags": list[str]}, weight=None)
    fields = {"title": str, "mode": _Mode, "parts": _list[part], "extra": dict[str, int]}
    given = _struct(Input, f"CreationInput{number}", fields, mode="fast", extra={})
    made = _struct(Output, f"Creation{number}", {"id": UUID, "parts": _list[part], "mode": _Mode})
    return _public.mutation(errors=errors, idempotency_key=True)(_function(number, made, input=given))


def _plain(number: int, errors: Any) -> Any:
    return _public.query(errors=errors)(_function(number, dict[str, list[tuple[str, float]]]))


def _events(number: int, errors: Any) -> Any:
    state = _struct(Output, f"State{number}", {"id": UUID, "status": _Status, "done": int, "error": str | None})
    given = _struct(Input, f"EventsInput{number}", {"id": UUID, "last_event_id": str | None}, last_event_id=None)
    function = _function(number, _generator[_tracked[state], None], input=given)
    return _public.subscription(errors=errors)(function)


_MAKERS = (_page, _creation, _plain, _events)


def _use(area: int, number: int) -> str:
    lines = _LINES[number % len(_LINES)](f"client.area{area}.call{number}", area)
    return "\n".join([f"export async function use{number}(): Promise<void> {{", *lines, "}\n"])


def _use_page(call: str, area: int) -> Iterator[str]:
    yield f"  const [page, error] = await safe({call}.query({{ limit: 5 }}));"
    yield f'  if (error?.data?.type === "Area{area}Full") console.log(error.data.details.limit);'
    yield f"  console.log((await {call}.query()).items[0]?.note, page?.items[0]?.id === id);"


def _use_creation(call: str, area: int) -> Iterator[str]:
    yield "  try {"
    yield f'    const made = await {call}.mutate({{ title: "", parts: [{{ name: "", tags: [] }}] }});'
    yield '    console.log(made.parts[0]?.weight, made.mode === "slow");'
    yield f'  }} catch (error) {{ if (isRpcError(error, "Area{area}Lost")) console.log(error.data.details.near); }}'


def _use_plain(call: str, _area: int) -> Iterator[str]:
    yield f'  console.log((await {call}.query())["x"]?.[0]?.[1].toFixed());'


def _use_events(call: str, _area: int) -> Iterator[str]:
    yield f'  {call}.subscribe({{ id }}, {{ onData: (event) => console.log(event.id, event.data.status === "done") }});'


_LINES = (_use_page, _use_creation, _use_plain, _use_events)
