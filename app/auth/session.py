"""Short sessions of a page for superadmins: a signed cookie, and the proof that a request comes from the page.

The key is derived from a secret for this purpose alone, so that a cookie is no access token and a token no cookie.
"""

import hmac
import time
import uuid
from typing import Annotated, Final
from uuid import UUID

import jwt
import msgspec
from msgspec import Meta

from app.auth.claims import Claims, Role
from app.auth.errors import Unauthorized

LIFETIME_SECONDS: Final = 600
LONGEST: Final = 1024  # characters; ours have some 350
_PURPOSE: Final = b"coursegen: sessions of superadmins"
_AUDIENCE: Final = "coursegen:admin"


class Session(msgspec.Struct, frozen=True):
    """A superadmin's session: who it was given to, until when, and its own id."""

    user_id: UUID
    organization_id: UUID
    expires_at: int
    id: Annotated[str, Meta(pattern=r"\A[0-9a-f]{32}\Z")]

    @property
    def claims(self) -> Claims:
        """The claims that the session was given for."""
        return Claims(self.user_id, self.organization_id, Role.SUPERADMIN, self.expires_at)


class Sessions:
    """Gives and reads sessions."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), _PURPOSE, "sha256")

    def give(self, claims: Claims) -> tuple[Session, str]:
        """A session of ten minutes, or of what is left of the token's life, and its cookie."""
        expires_at = min(int(time.time()) + LIFETIME_SECONDS, claims.expires_at)
        session = Session(claims.user_id, claims.organization_id, expires_at, uuid.uuid4().hex)
        payload = {"aud": _AUDIENCE, "exp": expires_at, **msgspec.to_builtins(session)}
        return session, jwt.encode(payload, self._key, algorithm="HS256")

    def read(self, cookie: str) -> Session:
        """The session of a cookie. Raises Unauthorized."""
        if len(cookie) > LONGEST:
            raise Unauthorized(reason="cookie: too long", token_given=True)
        try:
            payload = jwt.decode(
                cookie, self._key, algorithms=["HS256"], audience=_AUDIENCE, options={"require": ["aud", "exp"]}
            )
            return msgspec.convert(payload, Session)
        except (jwt.PyJWTError, msgspec.ValidationError) as error:
            raise Unauthorized(reason=f"cookie: {error}", token_given=True) from None

    def proof(self, session: Session) -> str:
        """What a page of this session sends with each change, and what no other site can know."""
        return hmac.digest(self._key, session.id.encode(), "sha256").hex()

    def proves(self, session: Session, sent: str) -> bool:
        """Whether this is the session's proof."""
        return hmac.compare_digest(self.proof(session).encode(), sent.encode())
