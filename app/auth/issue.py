"""Tokens for development: on a hosted platform the identity provider issues them."""

import time

import jwt

from app.auth.claims import Claims


def issue(claims: Claims, *, secret: str, issuer: str, audience: str) -> str:
    """An HS256 token that `Verifier` takes back to the same claims, valid until `claims.expires_at`."""
    payload = {
        "iss": issuer,
        "aud": audience,
        "sub": str(claims.user_id),
        "iat": int(time.time()),
        "exp": claims.expires_at,
        "user_id": str(claims.user_id),
        "organization_id": str(claims.organization_id),
        "role": claims.role.value,
    }
    return jwt.encode(payload, secret, algorithm="HS256")
