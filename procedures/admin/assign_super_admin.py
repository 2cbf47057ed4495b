"""admin.assignSuperAdmin: a user becomes superadmin."""

from uuid import UUID

from app.auth.claims import Role
from app.context import Administrator
from app.rpc import Input
from procedures._bases import superadmin
from procedures.admin._errors import LastSuperadmin
from procedures.admin._roles import ROLE_ERRORS, change_role
from procedures.admin._view import User


class AssignSuperAdminInput(Input):
    """Who becomes superadmin."""

    user_id: UUID


@superadmin.mutation(errors=tuple(error for error in ROLE_ERRORS if error is not LastSuperadmin))
async def assign_super_admin(ctx: Administrator, input: AssignSuperAdminInput) -> User:
    """Make a user superadmin, from their next token on; to who is one already, nothing happens."""
    return await change_role(ctx, input.user_id, Role.SUPERADMIN)
