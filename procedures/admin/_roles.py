"""Giving and taking roles: the database decides, in one function (app.change_role)."""

from typing import Literal
from uuid import UUID

from loguru import logger

from app.auth.claims import Role
from app.context import Administrator
from app.db.errors import DatabaseRefused
from app.db.session import Transaction
from procedures.admin._errors import LastSuperadmin, OwnRole, SuperadminOnly, UserNotFound
from procedures.admin._view import User

LAST_SUPERADMIN = "users_last_superadmin"
ROLE_ERRORS = (UserNotFound, OwnRole, SuperadminOnly, LastSuperadmin)
Outcome = Literal["not_found", "own_role", "superadmin_only", "changed"]


async def change_role(ctx: Administrator, user_id: UUID, role: Role) -> User:
    """Give a user a role; the user afterwards. Raises ROLE_ERRORS.

    The user's tokens say the new role from the next one on; admin.* reads it at once.
    """
    try:
        async with ctx.db.begin() as tx:
            outcome, user = await _change(tx, user_id, role)
    except DatabaseRefused as refused:
        if refused.constraint == LAST_SUPERADMIN:
            raise LastSuperadmin() from None
        raise
    match outcome:
        case "own_role":
            raise OwnRole()
        case "superadmin_only":
            raise SuperadminOnly()
        case _ if user is None:
            raise UserNotFound()
        case _:
            logger.bind(ofUser=str(user_id), role=role.value).info("role changed")
            return user


async def _change(tx: Transaction, user_id: UUID, role: Role) -> tuple[str, User | None]:
    outcome = await tx.value("change_role", str, user_id=user_id, role=role.value)
    return outcome, await tx.maybe("get_user", User, user_id=user_id) if outcome == "changed" else None
