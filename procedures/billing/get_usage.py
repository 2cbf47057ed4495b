"""billing.getUsage: how much of its storage an organization uses, and what its tier allows."""

import msgspec

from app.context import SignedIn
from app.rpc import Output
from procedures._bases import authed
from procedures._errors import OrganizationNotFound
from procedures._tiers import Tier


class Usage(Output):
    """Sizes in bytes. Uploads under way count, in `used_bytes` and in `files`: their quota is taken when they begin.

    `percentage` of the quota, with one decimal, rounded down; `next_tier` is null when there is no higher one.
    """

    used_bytes: int
    quota_bytes: int
    percentage: float
    files: int
    tier: str
    next_tier: str | None
    max_file_bytes: int
    files_per_course: int
    accepted_types: list[str]


class UsageRow(msgspec.Struct, frozen=True):
    """An organization's account, and its tier."""

    used_bytes: int
    quota_bytes: int
    files: int
    tier: Tier


@authed.query(errors=(OrganizationNotFound,))
async def get_usage(ctx: SignedIn) -> Usage:
    """What the caller's organization stores, and the limits of its tier: everybody in it may read that."""
    async with ctx.db.begin() as tx:
        row = await tx.maybe("organization_usage", UsageRow, organization_id=ctx.claims.organization_id)
    if row is None:
        raise OrganizationNotFound()
    return Usage(
        used_bytes=row.used_bytes,
        quota_bytes=row.quota_bytes,
        percentage=row.used_bytes * 1000 // max(row.quota_bytes, 1) / 10,
        files=row.files,
        tier=row.tier.label,
        next_tier=row.tier.next_label,
        max_file_bytes=row.tier.max_file_bytes,
        files_per_course=row.tier.files_per_course,
        accepted_types=row.tier.accepted,
    )
