"""Who calls: verification of access tokens, and the two ways to be refused."""

from app.auth.claims import Claims, Role
from app.auth.errors import Forbidden, Unauthorized
from app.auth.issue import issue
from app.auth.jwks import KeySet
from app.auth.tokens import Verifier

__all__ = ["Claims", "Forbidden", "KeySet", "Role", "Unauthorized", "Verifier", "issue"]
