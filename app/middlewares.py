"""Steps before a procedure: prove who calls, require a role, hold a rate."""

from loguru import logger
from msgspec.structs import replace

from app.auth.errors import AddressLimited, Forbidden, RoleChanged, Unauthorized
from app.auth.tokens import Role
from app.context import Administrator, Context, Request, SignedIn
from app.db.errors import DatabaseRefused
from app.db.session import ROLE_CHANGED
from app.leases import Allowed, RateLimited, SlotsUnavailable, Window
from app.log import note
from app.metrics import observe_uncounted
from app.rpc import Middleware, Next

_SCHEME = "bearer "


async def _authenticate(ctx: Context, go_on: Next[SignedIn]) -> object:
    header = _authorization(ctx.request)
    if header[: len(_SCHEME)].lower() != _SCHEME:
        raise Unauthorized(reason="no bearer token")
    claims = await ctx.resources.gate.verify(
        header[len(_SCHEME) :].lstrip(" "), ctx.request.client, ctx.request.headers
    )
    note(userId=str(claims.user_id))
    return await go_on(SignedIn(ctx.request, ctx.resources, claims))


def _authorization(request: Request) -> str:
    """The Authorization header; without one, what a subscription's connection parameters say instead of it."""
    sent = request.headers.get("authorization")
    if sent is not None or not request.params:
        return sent or ""
    token = request.params.get("token") or request.params.get("authorization") or ""
    return token if token[: len(_SCHEME)].lower() == _SCHEME else f"{_SCHEME}{token}"


authenticate: Middleware[Context, SignedIn] = Middleware(_authenticate, errors=(Unauthorized, AddressLimited))
"""Takes the Bearer token (RFC 6750) and leaves proof of identity. Opens no database connection.

A subscription may send the token as the connection parameter `token` or `authorization`.
"""


def requires(*roles: Role) -> Middleware[SignedIn, SignedIn]:
    """Let only these roles go on; others are Forbidden."""

    async def check(ctx: SignedIn, go_on: Next[SignedIn]) -> object:
        if ctx.claims.role not in roles:
            raise Forbidden()
        return await go_on(ctx)

    return Middleware(check, errors=(Forbidden,))


async def _confirm_role(ctx: SignedIn, go_on: Next[Administrator]) -> object:
    try:
        return await go_on(Administrator(ctx.request, ctx.resources, ctx.claims))
    except DatabaseRefused as refused:
        if refused.sqlstate == ROLE_CHANGED:
            raise RoleChanged() from None
        raise


confirm_role: Middleware[SignedIn, Administrator] = Middleware(_confirm_role, errors=(RoleChanged,))
"""Reads the role again at the beginning of every transaction: a change counts here at once, elsewhere with the next
token.
"""


def rate_limit(
    limit: int, *, per: int, with_slot: bool = False, shared: str | None = None, uncounted: bool = False
) -> Middleware[SignedIn, SignedIn]:
    """Let a user call the procedure `limit` times in any `per` seconds; what is more is RateLimited.

    `with_slot` leaves the counting to the procedure, which does it in the round trip that takes its slot; calls that
    end before it are not counted then. Procedures of the same `shared` name count together. While Redis is away calls
    are refused (SlotsUnavailable), unless they may go on `uncounted`: where something else bounds what they cost.
    """

    async def check(ctx: SignedIn, go_on: Next[SignedIn]) -> object:
        told = ctx.request.answer.note_limit if ctx.request.answer else None
        window = Window(f"{shared or ctx.request.path}:{ctx.user_id}", limit, per, told)
        if with_slot:
            return await go_on(replace(ctx, window=window))
        allowed = await (_hit_or_pass(ctx, window) if uncounted else ctx.resources.limiter.hit(window))
        if isinstance(allowed, RateLimited):
            raise allowed
        return await go_on(ctx)

    return Middleware(check, errors=(RateLimited,) if uncounted else (RateLimited, SlotsUnavailable))


async def _hit_or_pass(ctx: SignedIn, window: Window) -> Allowed | RateLimited | None:
    try:
        return await ctx.resources.limiter.hit(window)
    except SlotsUnavailable as error:
        observe_uncounted(ctx.request.path)
        logger.bind(path=ctx.request.path, why=str(error.__cause__)).warning("call not counted against its rate limit")
        return None
