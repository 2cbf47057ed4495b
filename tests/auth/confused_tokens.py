"""Tokens of real keys that want to be checked in another way than their key's."""

from collections.abc import Callable
from typing import NamedTuple

from cryptography.hazmat.primitives import serialization

from tests.auth.forge import ISSUER
from tests.auth.issuer import Key


def public_spellings(key: Key) -> list[bytes]:
    """A public key as bytes that someone could take for an HMAC secret."""
    public = key.private.public_key()
    info, pkcs1 = serialization.PublicFormat.SubjectPublicKeyInfo, serialization.PublicFormat.PKCS1
    pem, der = serialization.Encoding.PEM, serialization.Encoding.DER
    spellings = [public.public_bytes(pem, info), public.public_bytes(der, info)]
    if key.algorithm == "RS256":
        spellings += [public.public_bytes(pem, pkcs1), public.public_bytes(der, pkcs1), key.jwk["n"].encode()]
    return [*spellings, spellings[0].strip()]


def renamed(key: Key, kid: str) -> Key:
    return Key(kid, key.private)


class Keys(NamedTuple):
    rsa: Key
    ec: Key


CONFUSED: dict[str, Callable[[Keys], str]] = {
    "signed by RSA, named as the EC key": lambda keys: renamed(keys.rsa, keys.ec.kid).token(),
    "signed by EC, named as the RSA key": lambda keys: renamed(keys.ec, keys.rsa.kid).token(),
    "another RSA key under the known name": lambda keys: Key.rsa(keys.rsa.kid).token(),
    "another EC key under the known name": lambda keys: Key.ec(keys.ec.kid).token(),
    "RS384 by the known key": lambda keys: keys.rsa.token("RS384"),
    "RS512 by the known key": lambda keys: keys.rsa.token("RS512"),
    "PS256 by the known key": lambda keys: keys.rsa.token("PS256"),
    "a name that is not there": lambda keys: renamed(keys.rsa, "rsa-2").token(),
    "a name that is a path": lambda keys: renamed(keys.rsa, "../../etc/passwd").token(),
    "a name that is SQL": lambda keys: renamed(keys.rsa, "' or 1=1 --").token(),
    "expired": lambda keys: keys.rsa.token(exp=1),
    "another issuer": lambda keys: keys.rsa.token(iss=ISSUER + ".attacker.test"),
    "another audience": lambda keys: keys.ec.token(aud="anon"),
    "no user": lambda keys: keys.ec.token(user_id=None),
    "a signature of zeros": lambda keys: keys.ec.token().rpartition(".")[0] + "." + "A" * 86,
    "a signature in DER": lambda keys: keys.ec.token().rpartition(".")[0] + ".MEUCIQ",
    "the other token's signature": lambda keys: (
        keys.rsa.token().rpartition(".")[0] + "." + keys.rsa.token(jti="1").split(".")[2]
    ),
}
