"""One algorithm per key: a token cannot choose how it is checked."""

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from app.auth import Unauthorized, Verifier
from tests.auth.confused_tokens import CONFUSED, Keys, public_spellings
from tests.auth.forge import USER, hs256, payload
from tests.auth.issuer import Issuer, Key


async def test_tokens_of_the_secret_and_of_both_kinds_of_key_are_accepted(
    both: Verifier, rsa_key: Key, ec_key: Key
) -> None:
    for token in (hs256({"alg": "HS256"}, payload()), rsa_key.token(), ec_key.token()):
        assert str((await both.verify(token)).user_id) == USER


@pytest.mark.parametrize("header_algorithm", ["HS256", "RS256", "ES256"])
async def test_a_public_key_is_never_taken_for_a_secret(
    both: Verifier, rsa_key: Key, ec_key: Key, header_algorithm: str
) -> None:
    for key in (rsa_key, ec_key):
        for secret in public_spellings(key):
            with pytest.raises(Unauthorized):
                await both.verify(hs256({"alg": header_algorithm, "kid": key.kid}, payload(), secret))


@pytest.mark.parametrize("make", CONFUSED.values(), ids=CONFUSED.keys())
async def test_a_confused_token_is_refused(
    both: Verifier, rsa_key: Key, ec_key: Key, make: Callable[[Keys], str]
) -> None:
    with pytest.raises(Unauthorized, match="Invalid or expired token"):
        await both.verify(make(Keys(rsa_key, ec_key)))


async def test_a_token_without_a_key_id_is_refused(both: Verifier, rsa_key: Key) -> None:
    token = rsa_key.token().split(".")
    with pytest.raises(Unauthorized):
        await both.verify(".".join([hs256({"alg": "RS256"}, payload()).split(".")[0], *token[1:]]))


UNFIT: dict[str, Callable[[], Key]] = {
    "for encryption": lambda: Key.rsa("k", use="enc"),
    "for wrapping keys": lambda: Key.ec("k", key_ops=["deriveKey"]),
    "for another algorithm": lambda: Key.rsa("k", alg="RS512"),
    "for another family": lambda: Key.ec("k", alg="HS256"),
    "of 1024 bits": lambda: Key.rsa("k", bits=1024),
    "on another curve": lambda: Key.ec("k", ec.SECP384R1()),
    "on the curve of another currency": lambda: Key.ec("k", ec.SECP256K1()),
    "without a modulus": lambda: Key.rsa("k", n=None),
    "with a point off the curve": lambda: Key.ec("k", x="AAAA"),
}


@pytest.mark.filterwarnings("ignore:The RSA key is 1024 bits")  # the test signs with it; that it is weak is the point
@pytest.mark.parametrize("make", UNFIT.values(), ids=UNFIT.keys())
async def test_a_key_not_meant_for_this_verifies_nothing_and_spoils_no_other(
    both: Verifier, issuer: Issuer, rsa_key: Key, make: Callable[[], Key]
) -> None:
    unfit = make()
    issuer.keys = [unfit, rsa_key]
    with pytest.raises(Unauthorized):
        await both.verify(unfit.token())
    assert str((await both.verify(rsa_key.token())).user_id) == USER


async def test_a_shared_secret_in_the_key_set_is_no_key(both: Verifier, issuer: Issuer) -> None:
    issuer.body = (
        b'{"keys":[{"kty":"oct","kid":"k","alg":"HS256","k":"YS1zZWNyZXQtdGhhdC1zdGFuZHMtaW4tdGhlLWtleS1zZXQ"}]}'
    )
    forged: dict[str, Any] = {"alg": "HS256", "kid": "k"}
    with pytest.raises(Unauthorized):
        await both.verify(hs256(forged, payload(), "a-secret-that-stands-in-the-key-set"))
