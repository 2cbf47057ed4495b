"""admin.updateUserRole: what a user may do in their organization."""

from typing import Literal
from uuid import UUID

from app.auth.claims import Role
from app.context import Administrator
from app.rpc import Input
from procedures._bases import admin
from procedures.admin._roles import ROLE_ERRORS, change_role
from procedures.admin._view import User


class UpdateUserRoleInput(Input):
    """Whose role, and which. A superadmin is made by `admin.assignSuperAdmin`."""

    user_id: UUID
    role: Literal["admin", "instructor", "student"]


@admin.mutation(errors=ROLE_ERRORS)
async def update_user_role(ctx: Administrator, input: UpdateUserRoleInput) -> User:
    """Give a user another role: an admin to users of the own organization, a superadmin to all.

    Nobody changes their own role, and only a superadmin changes a superadmin's. `admin.*` heeds the change at once,
    everything else from the user's next token on.
    """
    return await change_role(ctx, input.user_id, Role(input.role))
