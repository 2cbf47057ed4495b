"""While the secret is changed, tokens of both are accepted; afterwards, and by anything else, none of the old one."""

import time

import pytest

from app.auth import Unauthorized, Verifier
from app.auth.tokens import Claims
from tests.auth.forge import AUDIENCE, HEADER, ISSUER, LIFETIME, SECRET, hs256, payload

NEW = "the-next-secret-of-development-with-32-bytes"


def verifier_of(secret: str, previous: str | None = None) -> Verifier:
    return Verifier(
        secret=secret,
        previous_secret=previous,
        key_set=None,
        issuer=ISSUER,
        audience=AUDIENCE,
        max_lifetime_seconds=LIFETIME,
    )


@pytest.mark.parametrize("signed_with", [SECRET, NEW])
async def test_both_secrets_count_while_one_replaces_the_other(signed_with: str) -> None:
    assert isinstance(await verifier_of(NEW, SECRET).verify(hs256(HEADER, payload(), signed_with)), Claims)


async def test_the_old_secret_counts_no_longer_once_it_is_taken_away() -> None:
    with pytest.raises(Unauthorized):
        await verifier_of(NEW).verify(hs256(HEADER, payload(), SECRET))


@pytest.mark.parametrize(
    ("body", "key", "reason"),
    [
        (payload(exp=int(time.time()) - 1), SECRET, "expired"),
        (payload(exp=int(time.time()) + LIFETIME + 60), SECRET, "valid for too long"),
        (payload(iss="https://other.test"), SECRET, "another issuer"),
        (payload(), f"{SECRET}.", "signature: no key of 2 for HS256"),
        (payload(), "", "signature: no key of 2 for HS256"),
    ],
)
async def test_all_else_is_asked_of_a_token_of_the_old_secret_too(body: object, key: str, reason: str) -> None:
    with pytest.raises(Unauthorized) as refused:
        await verifier_of(NEW, SECRET).verify(hs256(HEADER, body, key))
    assert refused.value.reason == reason


def test_the_old_secret_must_be_as_long_as_any() -> None:
    with pytest.raises(ValueError, match="at least 32 bytes"):
        verifier_of(NEW, "short")
