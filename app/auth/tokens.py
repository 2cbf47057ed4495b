"""Verification of access tokens: what reliability.md section 3 says PyJWT lets through is refused here.

A token is untrusted text until its signature is checked with the one algorithm of its key; only then is its payload
read, once, into types.
"""

import base64
import re
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated, Literal

import jwt
import msgspec
from msgspec import Meta

from app.auth.claims import Claims, Payload, Role
from app.auth.errors import Unauthorized
from app.auth.jwks import KeySet

__all__ = ["LEEWAY_SECONDS", "Claims", "Role", "Verifier"]

LONGEST = 8 * 1024
LONGEST_REASON = 200  # it may quote the token, and goes into a log line
SHORTEST_SECRET = 32  # bytes: RFC 7518, section 3.2
LEEWAY_SECONDS = 5
"""How far the issuer's clock may be ahead, for `iat` and `nbf`. `exp` has none: late is late."""

_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_JWS = jwt.PyJWS(algorithms=["HS256", "ES256", "RS256"], options={"enforce_minimum_key_length": True})


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that a header may say. `crit`, `b64`, `zip` and keys in the token (`jwk`, `jku`, `x5c`, `x5u`) refuse it."""

    alg: Literal["HS256", "ES256", "RS256"]
    kid: Annotated[str, Meta(min_length=1, max_length=255)] | None = None
    typ: Literal["JWT", "jwt", "at+jwt"] | None = None


_HEADER = msgspec.json.Decoder(Header)
_PAYLOAD = msgspec.json.Decoder(Payload)


class Verifier:
    """Tells whose a token is. HS256 by `secret`, ES256 and RS256 by `key_set`; at least one of them.

    `previous_secret` is the one that `secret` has replaced: its tokens are good until they expire.
    """

    def __init__(
        self,
        *,
        secret: str | None,
        key_set: KeySet | None,
        issuer: str,
        audience: str,
        max_lifetime_seconds: int,
        previous_secret: str | None = None,
    ) -> None:
        if secret is None and key_set is None:
            raise ValueError("a secret or a key set is needed to verify tokens")
        self._secrets = [known for known in (secret, previous_secret) if known is not None]
        if any(len(known.encode()) < SHORTEST_SECRET for known in self._secrets):
            raise ValueError(f"the secret must be at least {SHORTEST_SECRET} bytes long")
        self._key_set = key_set
        self._issuer = issuer
        self._audience = audience
        self._max_lifetime = max_lifetime_seconds

    async def verify(self, token: str) -> Claims:
        """The claims of a valid token. Raises Unauthorized, which tells its reason to logs alone."""
        header = _read_header(token)
        keys = self._secrets if header.alg == "HS256" else [await self._key(header)]
        payload = _read_payload(token, keys, header.alg)
        self._check_place(payload)
        self._check_time(payload, time.time())
        return payload.claims

    async def close(self) -> None:
        """Close the key set's connections."""
        if self._key_set is not None:
            await self._key_set.close()

    async def _key(self, header: Header) -> jwt.PyJWK:
        """The key that the header names, if its algorithm is the key's own: a public key never checks an HMAC."""
        if self._key_set is None or header.kid is None:
            raise _refused(f"{header.alg} needs a key set and a kid")
        key = await self._key_set.find(header.kid)
        if key is None and self._key_set.is_away:  # a good token may name a key that could not be fetched
            raise Unauthorized(reason="the key set is away", token_given=True, blamed=False)
        if key is None or key.algorithm_name != header.alg:
            raise _refused("no such key")
        return key

    def _check_place(self, payload: Payload) -> None:
        if payload.iss != self._issuer:
            raise _refused("another issuer")
        if self._audience not in payload.audiences:
            raise _refused("another audience")
        if payload.sub != payload.user_id:
            raise _refused("sub is not user_id")

    def _check_time(self, payload: Payload, now: float) -> None:
        if payload.exp <= now:
            raise _refused("expired")
        if payload.exp - now > self._max_lifetime:
            raise _refused("valid for too long")
        if max(payload.nbf or 0, payload.iat or 0) > now + LEEWAY_SECONDS:
            raise _refused("not valid yet")


def _read_header(token: str) -> Header:
    if len(token) > LONGEST or not _COMPACT.fullmatch(token):
        raise _refused("not a compact JWS of at most 8 KiB")
    segment = token.partition(".")[0]
    try:
        return _HEADER.decode(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    except (ValueError, RecursionError) as error:  # not base64, not UTF-8, not JSON, not these fields
        raise _refused(f"header: {error}") from None


def _read_payload(token: str, keys: Sequence[str | jwt.PyJWK], algorithm: str) -> Payload:
    try:
        return _PAYLOAD.decode(_signed_by_one_of(keys, token, algorithm))
    except jwt.PyJWTError as error:
        raise _refused(f"signature: {error}") from None
    except (ValueError, RecursionError) as error:
        raise _refused(f"payload: {error}") from None


def _signed_by_one_of(keys: Sequence[str | jwt.PyJWK], token: str, algorithm: str) -> bytes:
    """The payload as it was signed. Raises PyJWTError."""
    for key in keys:
        with suppress(jwt.InvalidSignatureError):
            payload: bytes = _JWS.decode(token, key, algorithms=[algorithm])
            return payload
    raise jwt.InvalidSignatureError(f"no key of {len(keys)} for {algorithm}")


def _refused(reason: str) -> Unauthorized:
    return Unauthorized(reason=reason[:LONGEST_REASON], token_given=True)
