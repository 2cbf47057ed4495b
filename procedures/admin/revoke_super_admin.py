"""admin.revokeSuperAdmin: a superadmin is one no more."""

from typing import Literal
from uuid import UUID

from app.auth.claims import Role
from app.context import Administrator
from app.rpc import Input
from procedures._bases import superadmin
from procedures.admin._roles import ROLE_ERRORS, change_role
from procedures.admin._view import User


class RevokeSuperAdminInput(Input):
    """Who, and what they are in their organization from now on."""

    user_id: UUID
    role: Literal["admin", "instructor", "student"] = "admin"


@superadmin.mutation(errors=ROLE_ERRORS)
async def revoke_super_admin(ctx: Administrator, input: RevokeSuperAdminInput) -> User:
    """Take superadmin from a user. One superadmin stays, whoever asks at the same time.

    `admin.*` refuses the user at once; elsewhere a token that says superadmin counts until it expires.
    """
    return await change_role(ctx, input.user_id, Role(input.role))
