"""Tokens that must be accepted, and what is made of them."""

import time
from uuid import UUID

import pytest

from app.auth import Claims, Forbidden, Role, Unauthorized, Verifier, issue
from app.auth.tokens import LEEWAY_SECONDS
from tests.auth.forge import (
    AUDIENCE,
    HEADER,
    ISSUER,
    LIFETIME,
    ORGANIZATION,
    SECRET,
    USER,
    claiming,
    headed,
    hs256,
    payload,
)


async def test_a_token_is_rebuilt_into_ids_and_a_role(verifier: Verifier) -> None:
    exp = int(time.time()) + 600
    claims = await verifier.verify(claiming(exp=exp))
    assert claims == Claims(UUID(USER), UUID(ORGANIZATION), Role.INSTRUCTOR, exp)
    assert 595 < claims.seconds_left <= 600


@pytest.mark.parametrize("role", list(Role))
async def test_each_role_of_the_product_is_known(verifier: Verifier, role: Role) -> None:
    assert (await verifier.verify(claiming(role=role.value))).role is role


async def test_a_users_own_metadata_changes_nothing(verifier: Verifier) -> None:
    boasting = {"role": "superadmin", "organization_id": USER, "tier": "premium"}
    plain = payload()
    assert await verifier.verify(hs256(HEADER, {**plain, "user_metadata": boasting})) == await verifier.verify(
        hs256(HEADER, plain)
    )


async def test_one_of_several_audiences_is_enough(verifier: Verifier) -> None:
    assert isinstance(await verifier.verify(claiming(aud=["other", AUDIENCE])), Claims)


@pytest.mark.parametrize("claim", ["iat", "nbf"])
async def test_an_issuer_whose_clock_is_a_little_ahead_is_served(verifier: Verifier, claim: str) -> None:
    assert isinstance(await verifier.verify(claiming(**{claim: int(time.time()) + LEEWAY_SECONDS - 1})), Claims)


async def test_a_token_may_be_valid_for_the_longest_lifetime(verifier: Verifier) -> None:
    assert isinstance(await verifier.verify(claiming(exp=int(time.time()) + LIFETIME)), Claims)


async def test_a_key_id_in_a_token_of_the_secret_does_not_matter(verifier: Verifier) -> None:
    assert isinstance(await verifier.verify(headed(kid="legacy")), Claims)


async def test_an_issued_token_verifies_to_the_same_claims(verifier: Verifier) -> None:
    claims = Claims(UUID(USER), UUID(ORGANIZATION), Role.ADMIN, int(time.time()) + 60)
    token = issue(claims, secret=SECRET, issuer=ISSUER, audience=AUDIENCE)
    assert await verifier.verify(token) == claims


@pytest.mark.parametrize("secret", ["", "short", "x" * 31])
def test_a_secret_under_32_bytes_is_refused_at_start(secret: str) -> None:
    with pytest.raises(ValueError, match="at least 32 bytes"):
        Verifier(secret=secret, key_set=None, issuer=ISSUER, audience=AUDIENCE, max_lifetime_seconds=LIFETIME)


def test_a_verifier_without_any_key_is_refused_at_start() -> None:
    with pytest.raises(ValueError, match="a secret or a key set"):
        Verifier(secret=None, key_set=None, issuer=ISSUER, audience=AUDIENCE, max_lifetime_seconds=LIFETIME)


async def test_a_reason_that_quotes_the_token_is_cut_for_the_log(verifier: Verifier) -> None:
    with pytest.raises(Unauthorized) as refusal:
        await verifier.verify(headed(alg="x" * 5000))
    assert len(refusal.value.reason) <= 200


def test_the_two_refusals_say_what_the_contract_says() -> None:
    assert Unauthorized(reason="no bearer token").message == "Authentication required"
    assert Unauthorized(reason="any", token_given=True).message == "Invalid or expired token"
    assert (Forbidden().message, Forbidden().code.http_status) == ("Insufficient permissions", 403)
