"""Claims: what a verified token proves about its bearer, and how they are read from a payload."""

import time
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

# Canonical, in lower case: one identity has one spelling.
UuidText = Annotated[str, Meta(pattern=r"\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")]
# Seconds since 1970 as an integer. RFC 7519 would allow fractions; no issuer that is served here writes them.
Moment = Annotated[int, Meta(ge=0, le=2**40)]


class Role(StrEnum):
    """What a user is in their organization (domain.md section 2)."""

    SUPERADMIN = "superadmin"
    ADMIN = "admin"
    INSTRUCTOR = "instructor"
    STUDENT = "student"


class Claims(msgspec.Struct, frozen=True):
    """Proof of identity. Rebuilt from checked values: nothing else of the token is passed on."""

    user_id: UUID
    organization_id: UUID
    role: Role
    expires_at: int
    """Seconds since 1970."""

    @property
    def seconds_left(self) -> float:
        """How long the token is still valid, in seconds; never negative."""
        return max(0.0, self.expires_at - time.time())


class Payload(msgspec.Struct, frozen=True):
    """The claims that are read, with their types; all others, `user_metadata` first, are not looked at."""

    iss: str
    aud: str | list[str]
    sub: UuidText
    exp: Moment
    user_id: UuidText
    organization_id: UuidText
    role: Role
    iat: Moment | None = None
    nbf: Moment | None = None

    @property
    def audiences(self) -> list[str]:
        """`aud` may be one string or several (RFC 7519, section 4.1.3)."""
        return [self.aud] if isinstance(self.aud, str) else self.aud

    @property
    def claims(self) -> Claims:
        """The claims alone."""
        return Claims(UUID(self.user_id), UUID(self.organization_id), self.role, self.exp)
