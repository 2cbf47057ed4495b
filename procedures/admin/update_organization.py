"""admin.updateOrganization: its name and its tier."""

from typing import Annotated, Final
from uuid import UUID

from msgspec import Meta

from app.auth.claims import Role
from app.context import Administrator
from app.db.errors import DatabaseRefused
from app.rpc import Code, Input, RpcError
from procedures._bases import admin
from procedures._errors import OrganizationNotFound
from procedures.admin._errors import SuperadminOnly
from procedures.admin._view import Organization, TierName

NAME_TAKEN: Final = "organizations_name_key"
OVER_QUOTA: Final = "organizations_storage_within_quota"


class UpdateOrganizationInput(Input):
    """What is left out stays. The tier is a superadmin's to change; the storage quota follows it."""

    organization_id: UUID
    name: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")] | None = None
    tier: TierName | None = None


class NameTaken(RpcError, code=Code.CONFLICT):
    """Another organization has this name"""


class TierTooSmall(RpcError, code=Code.CONFLICT):
    """The organization stores more than this tier allows"""


@admin.mutation(errors=(OrganizationNotFound, SuperadminOnly, NameTaken, TierTooSmall))
async def update_organization(ctx: Administrator, input: UpdateOrganizationInput) -> Organization:
    """Rename an organization, as its admin or as superadmin; give it another tier, as superadmin."""
    try:
        row = await _update(ctx, input)
    except DatabaseRefused as refused:
        if refused.constraint == NAME_TAKEN:
            raise NameTaken() from None
        if refused.constraint == OVER_QUOTA:
            raise TierTooSmall() from None
        raise
    if row is None:
        raise OrganizationNotFound()
    if input.tier and ctx.claims.role is not Role.SUPERADMIN:
        raise SuperadminOnly()
    return row


async def _update(ctx: Administrator, input: UpdateOrganizationInput) -> Organization | None:
    """The organization afterwards, or as it is for an admin who asks for a tier; None if the caller may not see it."""
    async with ctx.db.begin() as tx:
        if ctx.claims.role is Role.SUPERADMIN:
            tier = input.tier and input.tier.lower()
            query, values = "update_organization", {"name": input.name, "tier": tier}
        elif input.tier:
            query, values = "get_organization", {}
        else:
            query, values = "rename_organization", {"name": input.name}
        return await tx.maybe(query, Organization, organization_id=input.organization_id, **values)
