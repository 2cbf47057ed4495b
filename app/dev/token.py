"""`coursegen token`: a development token whose claims are those that the database's token hook gives."""

import os
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

from app.auth.claims import Claims
from app.auth.issue import issue
from app.dev.databases import hook_claims
from app.dev.environment import environment_of
from app.dev.lock import LOCK
from app.dev.stack import addresses
from app.settings import Settings, read_settings


class TokenRefused(Exception):
    """No token: this is production, or nobody has the address."""


def issue_token(email: str, data: Path | None = None) -> str:
    """A token for the user of this email, on the stack of a folder or of the environment. Raises TokenRefused."""
    settings = read_settings(_environment(data))
    if not settings.development:
        raise TokenRefused("tokens are issued in development alone: in production, your identity provider does it")
    return issue(
        _claims(settings, email),
        secret=settings.jwt_secret,
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
    )


def _environment(data: Path | None) -> Mapping[str, str]:
    if data is None:
        return os.environ
    if not (data / LOCK).exists():
        raise TokenRefused(f"no stack runs on {data}: start it with `coursegen dev --data {data}`")
    return environment_of(data, addresses(data))


def _claims(settings: Settings, email: str) -> Claims:
    found = hook_claims(settings.owner_database_url, email)
    if found is None or found["user_id"] is None:
        raise TokenRefused(f"no active user has the email {email}")
    # a little less than the most that is accepted, so that the clocks of two processes may differ
    expires_at = int(time.time()) + settings.token_lifetime_seconds - 60
    return msgspec.convert({**found, "expires_at": expires_at}, Claims)
