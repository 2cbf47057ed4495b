"""Procedures, the bases they are made from, and middlewares that narrow the context's type."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Concatenate, Generic, Literal, ParamSpec, TypeVar

from app.rpc.errors import RpcError
from app.rpc.signature import Signature, camel, read_signature

Kind = Literal["query", "mutation", "subscription", "job"]
Errors = tuple[type[RpcError], ...]
MediaType = Literal["multipart/form-data", "application/octet-stream"]

C = TypeVar("C")
D = TypeVar("D")
P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

Next = Callable[[D], Awaitable[object]]
DEFAULT_BODY_LIMIT = 64 * 1024


@dataclass(frozen=True)
class Middleware(Generic[C, D]):
    """A step before the procedure: takes a context C, goes on with a context D, may refuse with its declared errors."""

    run: Callable[[C, Next[D]], Awaitable[object]]
    errors: Errors = ()


@dataclass(frozen=True, slots=True)
class Options:
    """What a procedure declares beside its signature.

    `timeout` in seconds; `body_limit` in bytes; `attempts` and `backoff` (seconds before the second attempt, doubled
    for each further one) are for jobs. `examples` are inputs for the documents. `accepts` are the media types beside
    JSON that an input may come in, `multipart/form-data` or `application/octet-stream`: a page of another origin can
    post those without asking first (Fetch, CORS-safelisted), so that none is taken unless declared.
    `idempotency_key` says that the procedure heeds an Idempotency-Key header: a call with one is safe to repeat.
    """

    errors: Errors = ()
    body_limit: int = DEFAULT_BODY_LIMIT
    timeout: float = 30.0
    attempts: int = 1
    backoff: float = 1.0
    examples: tuple[object, ...] = ()
    accepts: tuple[MediaType, ...] = ()
    idempotency_key: bool = False


class Procedure(Generic[C, P, R]):
    """One typed function and all that its signature and decorator say of it.

    Calling it calls the bare function, without middlewares: so do workers' stages and tests.
    """

    def __init__(
        self,
        function: Callable[Concatenate[C, P], R],
        kind: Kind,
        middlewares: tuple[Middleware[Any, Any], ...],
        options: Options,
    ) -> None:
        self.function = function
        self.kind: Kind = kind
        self.middlewares = middlewares
        self.options = options
        self.name = camel(function.__name__)
        self.signature: Signature = read_signature(function)
        if self.signature.form and kind != "mutation":
            raise TypeError(f"{function.__module__}.{function.__qualname__}: only mutations take forms")
        self.errors: Errors = tuple(dict.fromkeys([*(e for m in middlewares for e in m.errors), *options.errors]))
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__
        self.__module__ = function.__module__

    def __call__(self, ctx: C, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.function(ctx, *args, **kwargs)

    def __repr__(self) -> str:
        return f"<{self.kind} {self.__module__}.{self.__name__}>"


AnyProcedure = Procedure[Any, Any, Any]


@dataclass(frozen=True)
class Base(Generic[C]):
    """A prefix of middlewares, and the context C that procedures made from it receive.

    `Base[Context]()` is public; `.use(authenticate)` is a base whose procedures are given proof of identity.
    """

    middlewares: tuple[Middleware[Any, Any], ...] = field(default=())

    def use(self, middleware: Middleware[C, D]) -> "Base[D]":
        """The same base with one more step, and the context that the step leaves."""
        return Base[D]((*self.middlewares, middleware))

    def query(
        self,
        *,
        errors: Errors = (),
        body_limit: int = DEFAULT_BODY_LIMIT,
        timeout: float = 30.0,
        examples: tuple[object, ...] = (),
    ) -> Callable[[Callable[Concatenate[C, P], Awaitable[T]]], Procedure[C, P, Awaitable[T]]]:
        """Make a procedure that only reads."""
        return self._decorator("query", Options(errors, body_limit, timeout, examples=examples))

    def stream(
        self, *, errors: Errors = (), body_limit: int = DEFAULT_BODY_LIMIT, examples: tuple[object, ...] = ()
    ) -> Callable[[Callable[Concatenate[C, P], AsyncGenerator[T, None]]], Procedure[C, P, AsyncGenerator[T, None]]]:
        """Make a query that yields its result piece by piece, as long as it takes.

        Only tRPC's batch stream can carry it; the other wires refuse it (StreamOnly).
        """
        return self._decorator("query", Options(errors, body_limit, examples=examples))

    def mutation(
        self,
        *,
        errors: Errors = (),
        body_limit: int = DEFAULT_BODY_LIMIT,
        timeout: float = 30.0,
        examples: tuple[object, ...] = (),
        idempotency_key: bool = False,
        accepts: tuple[MediaType, ...] = (),
    ) -> Callable[[Callable[Concatenate[C, P], Awaitable[T]]], Procedure[C, P, Awaitable[T]]]:
        """Make a procedure that changes something; a client that leaves does not cancel it."""
        options = Options(
            errors, body_limit, timeout, examples=examples, accepts=accepts, idempotency_key=idempotency_key
        )
        return self._decorator("mutation", options)

    def subscription(
        self, *, errors: Errors = (), examples: tuple[object, ...] = ()
    ) -> Callable[[Callable[Concatenate[C, P], AsyncGenerator[T, None]]], Procedure[C, P, AsyncGenerator[T, None]]]:
        """Make a procedure that yields events until it returns or the client leaves."""
        return self._decorator("subscription", Options(errors, examples=examples))

    def job(
        self, *, timeout: float, attempts: int, backoff: float, errors: Errors = ()
    ) -> Callable[[Callable[Concatenate[C, P], Awaitable[T]]], Procedure[C, P, Awaitable[T]]]:
        """Make a procedure that is reachable from the queue alone."""
        return self._decorator("job", Options(errors, timeout=timeout, attempts=attempts, backoff=backoff))

    def _decorator(
        self, kind: Kind, options: Options
    ) -> Callable[[Callable[Concatenate[C, P], R]], Procedure[C, P, R]]:
        def decorate(function: Callable[Concatenate[C, P], R]) -> Procedure[C, P, R]:
            return Procedure(function, kind, self.middlewares, options)

        return decorate
