"""Tokens made by hand, so that every part of them can be wrong."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

SECRET = "a-secret-of-development-with-32-bytes-or-more"
ISSUER, AUDIENCE, LIFETIME = "https://issuer.test/auth/v1", "authenticated", 3600
USER, ORGANIZATION = "5f1c2d3e-4b5a-4678-9abc-def012345678", "0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9"
HEADER = {"alg": "HS256", "typ": "JWT"}
ABSENT = object()
"""A claim or header set to this is left out."""


def payload(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": USER,
        "exp": now + 600,
        "iat": now,
        "user_id": USER,
        "organization_id": ORGANIZATION,
        "role": "instructor",
    }
    return {name: value for name, value in {**claims, **changes}.items() if value is not ABSENT}


def segment(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def hs256(header: Any, body: Any, secret: str | bytes = SECRET) -> str:
    """A token with a true HMAC over whatever header and payload are given (bytes go in as they are)."""
    signed = f"{segment(header)}.{segment(body)}"
    key = secret.encode() if isinstance(secret, str) else secret
    return f"{signed}.{segment(hmac.new(key, signed.encode(), hashlib.sha256).digest())}"


def claiming(**changes: Any) -> str:
    """Well signed, with these claims changed."""
    return hs256(HEADER, payload(**changes))


def headed(**changes: Any) -> str:
    """Well signed, with these header members changed."""
    header = {name: value for name, value in {**HEADER, **changes}.items() if value is not ABSENT}
    return hs256(header, payload())


def raw_claims(name: str, text: str) -> str:
    """Well signed; the claim's value is this text of JSON, which json.dumps would not write."""
    rest = json.dumps(payload(**{name: ABSENT}))[1:]
    return hs256(HEADER, f'{{"{name}": {text}, {rest}'.encode())
