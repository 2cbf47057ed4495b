"""The same call, whichever way it is made: the table of `conformance.py` over a test router and over the product."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from app.boot import TABLE
from app.context import Context, Request
from app.rpc import Code, Dispatcher, Table
from tests.transports.calls import FAILURES
from tests.transports.router import router
from tests.transports.server import serving
from tests.wire import admin_scenes, scenes
from tests.wire.conformance import WIRES, Call, Told, Wire, called_in_process, settled
from tests.wire.file_scenes import FILE_SCENES
from tests.wire.inputs import POSTED
from tests.wire.likened import likened
from tests.wire.served import Served
from tests.wire.staging import Scene
from tests.wire.webhook_scenes import WEBHOOK_SCENES

OUTPUTS = (
    Call("without an input that may be left out", "greet"),
    Call("with it", "greet", input='{"name":"Zoë"}'),
    Call("an object", "echo", input='{"a":{"b":[1,{"c":null}]},"":0}'),
    Call("an empty object", "echo", input="{}"),
    Call("an array", "echo", input='[[],[1],"x"]'),
    Call("a text with line separators", "echo", input='"a \\"quoted\\" ü 漢\\u2028 line\\n"'),
    Call("an emoji", "echo", input='"🥐"'),
    Call("nothing", "echo", input="null"),
    Call("false", "echo", input="false"),
    Call("zero", "echo", input="0"),
    Call("a fraction", "echo", input="1e-7"),
    Call("an integer that JavaScript can't hold", "echo", input="9007199254740993"),
    Call("a path of three parts", "deep.er.greet"),
    Call("a mutation", "small", "mutation", '{"x":1}'),
    Call("a mutation that gives nothing", "update", "mutation", "[1]"),
    Call("arguments", "subtract", input='{"minuend":42,"subtrahend":23}'),
)
FAILED = (
    *(
        Call(f"code {code.name}", "fail", input=f'{{"code":"{code.name}"}}', fails=FAILURES[code.name].__name__)
        for code in Code
    ),
    Call("an error with details and a time to wait", "overLimit", fails="OverLimit"),
    Call("an error that is not declared", "undeclared", fails="Undeclared"),
    Call("a bug", "crash", fails="InternalError"),
    Call("a call that takes too long", "tooSlow", fails="CallTimeout"),
    Call("no input where one is needed", "fail", fails="InvalidInput"),
    Call("a field that is missing", "subtract", input='{"minuend":1}', fails="InvalidInput"),
    Call("a field of another type", "subtract", input='{"minuend":1,"subtrahend":"1"}', fails="InvalidInput"),
    Call("a field that is unknown", "greet", input='{"nmae":"x"}', fails="InvalidInput"),
    Call("an array where an object belongs", "greet", input="[1]", fails="InvalidInput"),
    Call("a mutation's input of another type", "notifyHello", "mutation", '"7"', fails="InvalidInput"),
    Call("the NUL character", "greet", input='{"name":"\\u0000"}', fails="UnprocessableText"),
)
ON_WIRES_ALONE = (
    Call("an output that has no JSON form", "unencodable", input='"object"', fails="InternalError"),
    Call("an output that is no text", "unencodable", input='"surrogate"', fails="InternalError"),
    Call("a procedure that is not there", "no.such", fails="ProcedureNotFound"),
    Call("a path that is none", "deep.er", fails="ProcedureNotFound"),
)


SCENES = (*scenes.SCENES, *FILE_SCENES, *admin_scenes.SCENES, *WEBHOOK_SCENES)


@pytest.fixture(scope="module")
def test_port() -> Iterator[int]:
    """A server of the test router."""
    with serving("tests.transports.router:create_app") as (port, _process):
        yield port


@pytest.fixture
async def http(test_port: int) -> AsyncIterator[httpx.AsyncClient]:
    """A client of it."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{test_port}", timeout=10) as client:
        yield client


async def in_process(call: Call) -> Told:
    """The call of the test router's table, over no wire."""
    return await called_in_process(Dispatcher(Table(router), lambda _record: None), lambda request: request, call)


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.__name__)
@pytest.mark.parametrize("call", [*OUTPUTS, *FAILED], ids=lambda call: call.name)
async def test_a_wire_tells_what_the_in_process_caller_is_told(http: httpx.AsyncClient, call: Call, wire: Wire) -> None:
    told = settled(await wire(http, call))
    assert told == settled(await in_process(call))
    assert (told.error and told.error["data"]["type"]) == call.fails


@pytest.mark.parametrize("call", ON_WIRES_ALONE, ids=lambda call: call.name)
async def test_what_only_wires_can_refuse_is_refused_alike(http: httpx.AsyncClient, call: Call) -> None:
    first, *others = [settled(await wire(http, call)) for wire in WIRES]
    assert first.error is not None
    assert first.error["data"]["type"] == call.fails
    assert all(told == first for told in others)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
async def test_the_product_answers_alike_over_every_wire(served: Served, scene: Scene) -> None:
    resources = served.world.resources
    dispatcher = Dispatcher(TABLE, lambda _record: None)

    def context(request: Request) -> Context:
        return Context(request, resources)

    call = await scene(served)
    expected = likened(await called_in_process(dispatcher, context, call))
    assert (expected.error and expected.error["data"]["type"]) == call.fails
    for wire in WIRES:
        call = await scene(served)
        assert likened(await wire(served.http, call)) == expected, wire.__name__


async def test_every_procedure_has_a_scene_where_it_succeeds_and_one_where_it_refuses(served: Served) -> None:
    played = [await scene(served) for scene in SCENES]
    assert {call.path for call in played if call.fails is None} == set(POSTED)
    assert {call.path for call in played if call.fails} == set(POSTED) - {"system.ping"}
