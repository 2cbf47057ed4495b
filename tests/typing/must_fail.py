"""Lines that both type checkers must refuse: an ignore comment that has nothing to ignore fails the test."""

# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from collections.abc import AsyncGenerator
from uuid import UUID

from app.context import Context, SignedIn
from app.middlewares import authenticate
from app.rpc import Base, Code, Input, Middleware, Next, Output, RpcError


class Order(Input):
    """What to order."""

    course_id: UUID
    copies: int = 1


class Ordered(Output):
    """What came of it."""

    number: int


class SoldOut(RpcError, code=Code.CONFLICT):
    """{left} left"""

    left: int


public = Base[Context]()
authed = public.use(authenticate)


@authed.mutation(errors=(SoldOut,))
async def order(ctx: SignedIn, input: Order) -> Ordered:
    """Order copies of a course."""
    return Ordered(number=input.copies)


@public.query()  # type: ignore[arg-type]
async def needs_a_signed_in_caller(ctx: SignedIn) -> None:
    """A public base gives an anonymous context."""


@public.query()
async def asks_an_anonymous_caller_for_an_identity(ctx: Context) -> None:
    """Nobody has signed in."""
    print(ctx.user_id)  # type: ignore[attr-defined]


@public.query()  # type: ignore[arg-type]
def is_not_async(ctx: Context) -> int:
    """A procedure is awaited."""
    return 1


@authed.subscription()  # type: ignore[arg-type]
async def yields_nothing(ctx: SignedIn) -> int:
    """A subscription is a generator."""
    return 1


@authed.query()  # type: ignore[arg-type]
async def is_a_generator(ctx: SignedIn) -> AsyncGenerator[int, None]:
    """A query is not."""
    yield 1


@authed.query(errors=(ValueError,))  # type: ignore[arg-type]
async def declares_what_is_no_declared_error(ctx: SignedIn) -> None:
    """Only RpcErrors are part of an interface."""


@public.query(attempts=3)  # type: ignore[call-arg]
async def has_attempts(ctx: Context) -> None:
    """Only jobs have attempts."""


@public.job(timeout=1.0)  # type: ignore[call-arg]
async def has_none(ctx: Context) -> None:
    """A job must say how often it is tried."""


async def bare_calls(ctx: SignedIn, anonymous: Context, course_id: UUID) -> None:
    """Calls with what the function does not take."""
    await order(anonymous, Order(course_id=course_id))  # type: ignore[arg-type]
    await order(ctx, {"course_id": course_id})  # type: ignore[arg-type]
    await order(ctx)  # type: ignore[call-arg]
    await order(ctx, Order(course_id=course_id), 1)  # type: ignore[call-arg]
    text: str = await order(ctx, Order(course_id=course_id))  # type: ignore[assignment]
    print(text)


def structs(course_id: UUID) -> None:
    """Inputs and outputs are made by name, of the right types, once."""
    Order(course_id)  # type: ignore[call-arg]
    Order(course_id="x")  # type: ignore[arg-type]
    Order(course_id=course_id, pages=1)  # type: ignore[call-arg]
    Order()  # type: ignore[call-arg]
    Order(course_id=course_id).copies = 2  # type: ignore[misc]


def errors() -> None:
    """The fields of an error are its constructor."""
    SoldOut(left="none")  # type: ignore[arg-type]
    SoldOut(right=1)  # type: ignore[call-arg]
    SoldOut()  # type: ignore[call-arg]
    SoldOut(1)  # type: ignore[call-arg]


async def _signed_in_only(ctx: SignedIn, go_on: Next[SignedIn]) -> object:
    return await go_on(ctx)


async def _passes_the_wrong_context(ctx: Context, go_on: Next[SignedIn]) -> object:
    return await go_on(ctx)  # type: ignore[arg-type]


public.use(Middleware(_signed_in_only))  # type: ignore[arg-type]
