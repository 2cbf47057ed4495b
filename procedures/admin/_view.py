"""Organizations and users as administration sees them."""

from typing import Literal
from uuid import UUID

from app.auth.claims import Role
from app.rpc import Moment, Output

TierName = Literal["TRIAL", "FREE", "BASIC", "STANDARD", "PREMIUM"]
GenerationStatus = Literal[
    "pending",
    "initializing",
    "processing_documents",
    "analyzing_task",
    "generating_structure",
    "generating_content",
    "finalizing",
    "completed",
    "failed",
    "cancelled",
]


class Organization(Output):
    """A tenant; its storage in bytes. The quota follows the tier."""

    id: UUID
    name: str
    tier: TierName
    storage_quota_bytes: int
    storage_used_bytes: int
    created_at: Moment
    updated_at: Moment


class User(Output):
    """A user; tokens are issued to active ones alone."""

    id: UUID
    email: str
    organization_id: UUID
    role: Role
    is_active: bool
    created_at: Moment
    updated_at: Moment
