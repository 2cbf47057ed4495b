"""Procedures by name: what a signature says, and the table made of a tree."""

import math
from typing import Any

import pytest

from app.rpc import FileStream, Form, Router, Table
from app.rpc.protocol_errors import CallTimeout, InvalidInput, UnprocessableText
from app.rpc.signature import MISSING, read_signature
from tests.rpc.procedures import Caller, Item, NotKnown, Taken, TooMany, public, take_item, watch_items, work_hard


@public.query()
async def optional_input(ctx: Caller, input: Item | None = None) -> None:
    """Perhaps an item."""


def test_a_procedure_is_named_after_its_function_in_camel_case() -> None:
    assert take_item.name == "takeItem"
    assert (take_item.__name__, take_item.__doc__) == ("take_item", "Take an item.")


def test_types_are_read_from_the_signature() -> None:
    signature = take_item.signature
    assert (signature.input, signature.default, signature.output) == (Item, MISSING, Taken)
    assert watch_items.signature.output is int
    assert (optional_input.signature.optional, optional_input.signature.output) == (True, type(None))


def test_errors_are_those_of_the_middlewares_and_of_the_decorator() -> None:
    assert take_item.errors == (NotKnown, TooMany)
    assert Table(Router(take_item)).routes["takeItem"].errors == (
        NotKnown,
        TooMany,
        InvalidInput,
        UnprocessableText,
        CallTimeout,
    )


def test_a_tree_of_routers_is_a_table_of_paths() -> None:
    table = Table(Router(take_item, shop=Router(take_item, inner=Router(watch_items))))
    assert sorted(route.path for route in table) == ["shop.inner.watchItems", "shop.takeItem", "takeItem"]
    assert table.get("shop") is None


def test_two_procedures_at_one_path_are_a_mistake() -> None:
    with pytest.raises(TypeError, match="two procedures at takeItem"):
        Router(take_item, take_item)


def test_a_job_is_for_the_queue_and_not_for_the_wires() -> None:
    router = Router(jobs=Router(work_hard), shop=Router(take_item))
    assert router.jobs() == {"work_hard": work_hard}
    assert [route.path for route in Table(router)] == ["shop.takeItem"]


async def untyped_input(ctx: Caller, input) -> None: ...  # type: ignore[no-untyped-def] # the mistake under test


async def no_output(ctx: Caller): ...  # type: ignore[no-untyped-def] # the mistake under test


async def two_inputs(ctx: Caller, a: int, b: int) -> None: ...


@pytest.mark.parametrize(
    ("function", "message"),
    [(untyped_input, "input type"), (no_output, "output type"), (two_inputs, "at most one input")],
)
def test_a_function_of_another_form_is_a_mistake_that_names_it(function: Any, message: str) -> None:
    with pytest.raises(TypeError, match=rf"{function.__name__}: .*{message}"):
        read_signature(function)


async def test_a_bare_call_skips_the_middlewares() -> None:
    from tests.rpc.procedures import Known

    ctx = Known(name="ann")
    assert (await take_item(ctx, Item(item_name="x"))).by == "ann"
    assert ctx.steps == ["function"]


def test_fields_of_an_input_may_stand_in_any_order_and_are_given_by_name() -> None:
    class Mixed(Item):
        required: str

    assert Mixed(item_name="x", required="y").how_many == 1
    with pytest.raises(TypeError):
        Item("x")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]  # what must fail


class SheetForm(Form):
    """An item as a form."""

    count: int = 1
    sheet: FileStream


class TwoSheets(Form):
    """More than one file."""

    first: FileStream
    second: FileStream


async def takes_sheet(ctx: Caller, input: Item | SheetForm) -> None: ...


async def takes_item_perhaps(ctx: Caller, input: Item | SheetForm | None = None) -> None: ...


async def takes_form_alone(ctx: Caller, input: SheetForm) -> None: ...


async def takes_two_sheets(ctx: Caller, input: Item | TwoSheets) -> None: ...


async def takes_two_forms(ctx: Caller, input: Item | TwoSheets | SheetForm) -> None: ...


def test_a_form_stands_beside_the_input_in_the_signature() -> None:
    signature = read_signature(takes_sheet)
    assert (signature.input, signature.form) == (Item, SheetForm)
    signature = read_signature(takes_item_perhaps)
    assert (signature.input, signature.form, signature.default) == (Item | None, SheetForm, None)
    assert read_signature(take_item.function).form is None


@pytest.mark.parametrize("function", [takes_form_alone, takes_two_sheets, takes_two_forms])
def test_a_form_that_no_wire_could_carry_is_a_mistake(function: Any) -> None:
    with pytest.raises(TypeError, match=function.__name__):
        read_signature(function)


def test_only_mutations_take_forms() -> None:
    with pytest.raises(TypeError, match="only mutations take forms"):
        public.query()(takes_sheet)


def test_a_call_has_its_time_and_a_generator_goes_on_as_long_as_it_is_watched() -> None:
    table = Table(Router(take_item, watch_items))
    assert [route.timeout for route in table] == [30, math.inf]
