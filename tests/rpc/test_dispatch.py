"""One call: decoded, let through its middlewares, run, and told as an outcome."""

import asyncio
from typing import Any

import pytest

from app.rpc import Failure, Router, RpcError, Success
from app.rpc.protocol_errors import CallTimeout, InternalError, InvalidInput, ParseError, ProcedureNotFound
from tests.rpc.procedures import Caller, NotKnown, Surprise, Taken, TooMany, Watched, public, take_item, watch_items

ITEM = b'{"itemName":"x"}'


@public.query()
async def surprise(ctx: Caller) -> None:
    """Fail with an error that is not declared."""
    raise Surprise()


@public.query()
async def crash(ctx: Caller) -> None:
    """Fail by a bug."""
    raise ValueError("secret")


@public.query(timeout=0.01)
async def hang(ctx: Caller) -> None:
    """Take too long."""
    await asyncio.Event().wait()


@public.query()
async def own_timeout(ctx: Caller) -> None:
    """Let a timeout of its own escape: a bug."""
    async with asyncio.timeout(0):
        await asyncio.Event().wait()


@pytest.fixture
def watched() -> Watched:
    """A dispatcher of all of them."""
    return Watched(Router(take_item, watch_items, surprise, crash, hang, own_timeout))


def failed(outcome: Any) -> Failure:
    """The outcome, which must be a failure."""
    assert isinstance(outcome, Failure)
    return outcome


async def test_steps_run_from_the_outermost_to_the_function(watched: Watched) -> None:
    ctx = Caller(token="ann")
    outcome = await watched.call("takeItem", ITEM, ctx)
    assert outcome == Success(Taken(item_name="x", by="ann"))
    assert ctx.steps == ["identify", "first", "second", "function", "identified"]


async def test_a_step_that_refuses_keeps_the_function_from_running(watched: Watched) -> None:
    ctx = Caller()
    failure = failed(await watched.call("takeItem", ITEM, ctx))
    assert isinstance(failure.error, NotKnown)
    assert (failure.declared, failure.path) == (True, "takeItem")
    assert ctx.steps == ["identify"]


async def test_a_declared_error_is_told_as_declared(watched: Watched) -> None:
    failure = failed(await watched.call("takeItem", b'{"itemName":"x","howMany":2}', Caller(token="ann")))
    assert isinstance(failure.error, TooMany)
    assert failure.declared


async def test_an_error_that_the_procedure_does_not_name_is_told_as_undeclared(watched: Watched) -> None:
    failure = failed(await watched.call("surprise", None, Caller()))
    assert isinstance(failure.error, Surprise)
    assert not failure.declared
    assert failure.shape().data.declared is False


async def test_a_bug_is_masked_and_its_exception_is_for_the_log_alone(watched: Watched) -> None:
    failure = failed(await watched.call("crash", None, Caller()))
    assert isinstance(failure.error, InternalError)
    assert failure.stack is None
    assert "secret" not in str(failure.shape())
    record = watched.records[0]
    assert isinstance(record.bug, ValueError)
    assert record.code == "INTERNAL_SERVER_ERROR"


async def test_development_shows_the_stack_of_a_bug() -> None:
    failure = failed(await Watched(Router(crash), stacks=True).call("crash", None, Caller()))
    assert 'raise ValueError("secret")' in (failure.shape().data.stack or "")


async def test_a_call_over_its_time_is_a_declared_error(watched: Watched) -> None:
    failure = failed(await watched.call("hang", None, Caller()))
    assert isinstance(failure.error, CallTimeout)
    assert failure.declared
    assert failure.error.message == "The call took longer than 0.01 seconds"


async def test_a_timeout_inside_the_function_is_its_own_bug(watched: Watched) -> None:
    assert isinstance(failed(await watched.call("ownTimeout", None, Caller())).error, InternalError)


async def test_cancellation_passes_through(watched: Watched) -> None:
    call = asyncio.create_task(watched.call("hang", None, Caller()))
    await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert watched.records == []


async def test_every_call_leaves_one_record(watched: Watched) -> None:
    await watched.call("takeItem", ITEM, Caller(token="ann"))
    await watched.call("takeItem", b"{", Caller())
    assert [(record.path, record.kind, record.code) for record in watched.records] == [
        ("takeItem", "mutation", "OK"),
        ("takeItem", "mutation", "PARSE_ERROR"),
    ]
    assert all(record.milliseconds >= 0 for record in watched.records)


def test_an_unknown_path_is_not_found(watched: Watched) -> None:
    with pytest.raises(ProcedureNotFound, match=r'No procedure found on path "no\.such"'):
        watched.route("no.such")


@pytest.mark.parametrize(
    ("raw", "path", "message"),
    [
        (b"{}", "$", "Object missing required field `itemName`"),
        (b'{"itemName":1}', "$.itemName", "Expected `str`, got `int`"),
        (b'{"itemName":"x","howMany":"2"}', "$.howMany", "Expected `int`, got `str`"),
        (b'{"itemName":"x","other":1}', "$", "Object contains unknown field `other`"),
        (b"[]", "$", "Expected `object`, got `array`"),
        (None, "$", "An input is required"),
    ],
)
async def test_what_is_wrong_with_an_input_is_told_with_its_place(
    watched: Watched, raw: bytes | None, path: str, message: str
) -> None:
    failure = failed(await watched.call("takeItem", raw, Caller(token="ann")))
    assert isinstance(failure.error, InvalidInput)
    assert [(issue.path, issue.message) for issue in failure.error.issues] == [(path, message)]


@pytest.mark.parametrize("raw", [b"{", b"", b'{"itemName":"\xff"}', b'{"itemName":"x"} 1', b'{"itemName":"\\ud800"}'])
async def test_what_is_not_json_is_a_parse_error(watched: Watched, raw: bytes) -> None:
    assert isinstance(failed(await watched.call("takeItem", raw, Caller())).error, ParseError)


async def events(watched: Watched, raw: bytes, ctx: Caller, take: int = 100) -> list[Any]:
    """Up to `take` outcomes of a subscription, which is closed then."""
    outcome = await watched.call("watchItems", raw, ctx)
    assert isinstance(outcome, Success)
    stream = watched.dispatcher.events(watched.route("watchItems"), outcome.value, ctx)
    seen: list[Any] = []
    async for event in stream:
        seen.append(event)
        if len(seen) == take:
            break
    await stream.aclose()
    return seen


async def test_a_subscription_gives_its_events_and_is_closed(watched: Watched) -> None:
    ctx = Caller()
    assert await events(watched, b'{"itemName":"x","howMany":2}', ctx) == [Success(0), Success(1)]
    assert ctx.steps == ["closed"]


@pytest.mark.parametrize(("name", "error"), [("refused", TooMany), ("broken", InternalError)])
async def test_a_failure_is_the_last_event(watched: Watched, name: str, error: type[RpcError]) -> None:
    first, last = await events(watched, f'{{"itemName":"{name}"}}'.encode(), Caller())
    assert first == Success(0)
    assert type(failed(last).error) is error
    assert failed(last).declared is (error is TooMany)


async def test_a_subscription_that_nobody_reads_any_more_is_closed(watched: Watched) -> None:
    ctx = Caller()
    await events(watched, b'{"itemName":"x","howMany":100}', ctx, take=1)
    assert ctx.steps == ["closed"]


async def test_a_bug_in_closing_is_logged_and_hurts_nobody(watched: Watched) -> None:
    ctx = Caller()
    await events(watched, b'{"itemName":"breaks when closed","howMany":100}', ctx, take=1)
    assert isinstance(watched.records[-1].bug, ValueError)
