"""Lines that both type checkers must accept: what they infer of a procedure without being told."""

# pyright: strict

from collections.abc import AsyncGenerator
from typing import assert_type
from uuid import UUID

from app.context import Context, SignedIn
from app.middlewares import authenticate, rate_limit
from app.rpc import Base, Code, Input, Middleware, Next, Output, Returned, Router, RpcError, Tracked


class Order(Input):
    """Fields in any order, given by name."""

    note: str | None = None
    course_id: UUID
    copies: int = 1


class Ordered(Output):
    """What came of it."""

    number: int


class SoldOut(RpcError, code=Code.CONFLICT):
    """{left} left"""

    left: int
    since: str | None = None


public = Base[Context]()
authed = public.use(authenticate)
assert_type(public, Base[Context])
assert_type(authed, Base[SignedIn])
assert_type(authed.use(rate_limit(10, per=60)), Base[SignedIn])


@authed.use(rate_limit(10, per=60)).mutation(errors=(SoldOut,), timeout=5.0)
async def order(ctx: SignedIn, input: Order) -> Ordered:
    """Order copies of a course."""
    assert_type(ctx.user_id, UUID)
    if input.copies > 10:
        raise SoldOut(left=10)
    return Ordered(number=input.copies)


@public.query()
async def shelf(ctx: Context, input: Order | None = None) -> list[int]:
    """What an anonymous caller may see."""
    return []


@authed.query()
async def anonymous_function_on_a_signed_in_base(ctx: Context) -> None:
    """A function that needs less than it is given."""


@authed.subscription(errors=(SoldOut,))
async def follow(ctx: SignedIn, input: Order) -> AsyncGenerator[Tracked[Ordered], None]:
    """Events with ids."""
    yield Tracked("1", Ordered(number=1))


@public.stream(errors=(SoldOut,))
async def browse(ctx: Context, input: Order) -> AsyncGenerator[str | Returned[int], None]:
    """A query that yields its result, and returns how much there was."""
    yield "a title"
    yield Returned(1)


@public.job(timeout=60.0, attempts=3, backoff=5.0)
async def deliver(ctx: Context, input: Order) -> None:
    """Work of the queue."""


async def bare_calls(ctx: SignedIn, anonymous: Context, course_id: UUID) -> None:
    """A bare call is typed as the function is."""
    assert_type(await order(ctx, Order(course_id=course_id)), Ordered)
    assert_type(await order(ctx, input=Order(course_id=course_id, copies=2)), Ordered)
    assert_type(await shelf(anonymous), list[int])
    assert_type(await shelf(ctx, Order(course_id=course_id)), list[int])
    assert_type(follow(ctx, Order(course_id=course_id)), AsyncGenerator[Tracked[Ordered], None])
    async for event in follow(ctx, Order(course_id=course_id)):
        assert_type(event.data.number, int)
    assert_type(browse(ctx, Order(course_id=course_id)), AsyncGenerator[str | Returned[int], None])
    await deliver(anonymous, Order(course_id=course_id))


async def _narrow(ctx: SignedIn, go_on: Next[SignedIn]) -> object:
    return await go_on(ctx)


assert_type(authed.use(Middleware(_narrow, errors=(SoldOut,))), Base[SignedIn])
assert_type(SoldOut(left=1, since="today").left, int)
Router(shelf, browse, shop=Router(order, follow), jobs=Router(deliver))
