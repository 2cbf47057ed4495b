"""Every token that must be refused."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

from tests.auth.forge import (
    ABSENT,
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
    raw_claims,
    segment,
)


def good() -> str:
    return claiming()


def parts() -> list[str]:
    return good().split(".")


def now() -> int:
    return int(time.time())


def unsigned(algorithm: Any) -> str:
    return f"{segment({'alg': algorithm, 'typ': 'JWT'})}.{segment(payload())}."


def other_hmac(algorithm: str, digest: Any) -> str:
    signed = f"{segment({'alg': algorithm, 'typ': 'JWT'})}.{segment(payload())}"
    return f"{signed}.{segment(hmac.new(SECRET.encode(), signed.encode(), digest).digest())}"


def flipped(place: int) -> str:
    """The good token with one character of a segment changed."""
    segments = parts()
    middle = len(segments[place]) // 2
    character = "A" if segments[place][middle] != "A" else "B"
    segments[place] = segments[place][:middle] + character + segments[place][middle + 1 :]
    return ".".join(segments)


def json_payload() -> bytes:
    return json.dumps(payload()).encode()


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


BAD: dict[str, Callable[[], str]] = {
    # shape
    "empty": lambda: "",
    "only dots": lambda: "..",
    "a word": lambda: "token",
    "a number": lambda: "12345",
    "two segments": lambda: ".".join(parts()[:2]),
    "four segments": lambda: good() + ".AAAA",
    "five segments, as an encrypted token has": lambda: good() + ".AAAA.AAAA",
    "an empty header": lambda: "." + ".".join(parts()[1:]),
    "an empty payload": lambda: f"{parts()[0]}..{parts()[2]}",
    "an empty signature": lambda: ".".join(parts()[:2]) + ".",
    "a leading space": lambda: " " + good(),
    "a newline at the end": lambda: good() + "\n",
    "a tab inside": lambda: good().replace(".", ".\t", 1),
    "a NUL character": lambda: good() + "\0",
    "base64 padding": lambda: good() + "=",
    "padding of the header": lambda: f"{parts()[0]}==.{parts()[1]}.{parts()[2]}",
    "characters of plain base64": lambda: f"{parts()[0]}+/.{parts()[1]}.{parts()[2]}",
    "percent encoding": lambda: good().replace(".", "%2E"),
    "letters outside ASCII": lambda: good()[:-1] + "é",
    "full-width digits": lambda: good()[:-1] + "１",
    "a lone surrogate": lambda: good()[:-1] + "\ud800",
    "quotes around it": lambda: f'"{good()}"',
    "the scheme again": lambda: f"Bearer {good()}",
    "two tokens": lambda: f"{good()},{good()}",
    "more than 8 KiB": lambda: claiming(extra="x" * 8192),
    "a megabyte": lambda: claiming(extra="x" * 1_000_000),
    "a megabyte of dots": lambda: "." * 1_000_000,
    "JSON serialization instead of compact": lambda: '{"payload":"e30","signatures":[]}',
    "a length that base64 cannot have": lambda: f"{parts()[0]}.{parts()[1]}.AAAAA",
    # signature
    "a changed header": lambda: flipped(0),
    "a changed payload": lambda: flipped(1),
    "a changed signature": lambda: flipped(2),
    "a signature cut short": lambda: good()[:-4],
    "a longer signature": lambda: good() + "AAAA",
    "another token's signature": lambda: ".".join([*parts()[:2], claiming(jti="x").split(".")[2]]),
    "another secret": lambda: hs256(HEADER, payload(), "another-secret-of-the-same-length-as-ours-....."),
    "an empty secret": lambda: hs256(HEADER, payload(), b""),
    "a signature that is not canonical": lambda: good()[:-1] + chr(ord(good()[-1]) + 1),
    # algorithm
    "alg none": lambda: unsigned("none"),
    "alg None": lambda: unsigned("None"),
    "alg none with a signature": lambda: headed(alg="none"),
    "alg empty": lambda: headed(alg=""),
    "alg null": lambda: headed(alg=None),
    "alg a number": lambda: headed(alg=256),
    "alg a list": lambda: headed(alg=["HS256"]),
    "alg in lower case": lambda: headed(alg="hs256"),
    "alg with a space": lambda: headed(alg="HS256 "),
    "no alg": lambda: headed(alg=ABSENT),
    "HS384 with the right secret": lambda: other_hmac("HS384", hashlib.sha384),
    "HS512 with the right secret": lambda: other_hmac("HS512", hashlib.sha512),
    "RS256 where there is no key set": lambda: headed(alg="RS256", kid="k"),
    "ES256 where there is no key set": lambda: headed(alg="ES256", kid="k"),
    "EdDSA": lambda: headed(alg="EdDSA", kid="k"),
    "alg twice, the last one none": lambda: hs256(b'{"alg":"HS256","alg":"none"}', payload()),
    # header
    "a header that is no object": lambda: hs256(["HS256"], payload()),
    "a header that is no JSON": lambda: hs256(b"alg=HS256", payload()),
    "a header that is no UTF-8": lambda: hs256(b'{"alg":"HS256","kid":"\xff"}', payload()),
    "a header nested deeply": lambda: hs256(b'{"alg":"HS256","x":' + nested(1500) + b"}", payload()),
    "crit": lambda: headed(crit=["exp"]),
    "crit empty": lambda: headed(crit=[]),
    "crit that names b64": lambda: headed(crit=["b64"], b64=False),
    "b64 true": lambda: headed(b64=True),
    "an embedded key": lambda: headed(jwk={"kty": "oct", "k": "AAAA"}),
    "an address of keys": lambda: headed(jku="https://attacker.test/jwks"),
    "a certificate": lambda: headed(x5c=["AAAA"]),
    "an address of certificates": lambda: headed(x5u="https://attacker.test/cert"),
    "compression": lambda: headed(zip="DEF"),
    "encryption": lambda: headed(enc="A128GCM"),
    "kid a number": lambda: headed(kid=1),
    "kid empty": lambda: headed(kid=""),
    "kid of 300 characters": lambda: headed(kid="k" * 300),
    "another type of token": lambda: headed(typ="secevent+jwt"),
    # time
    "expired a second ago": lambda: claiming(exp=now() - 1),
    "expires now": lambda: claiming(exp=now()),
    "expired in 1970": lambda: claiming(exp=0),
    "exp negative": lambda: claiming(exp=-1),
    "no exp": lambda: claiming(exp=ABSENT),
    "exp null": lambda: claiming(exp=None),
    "exp a string": lambda: claiming(exp=str(now() + 600)),
    "exp a fraction": lambda: claiming(exp=now() + 600.5),
    "exp a float": lambda: claiming(exp=float(now() + 600)),
    "exp with an exponent": lambda: raw_claims("exp", "2e9"),
    "exp true": lambda: claiming(exp=True),
    "exp a list": lambda: claiming(exp=[now() + 600]),
    "exp of 400 digits": lambda: raw_claims("exp", "9" * 400),
    "exp infinite": lambda: raw_claims("exp", "Infinity"),
    "exp not a number": lambda: raw_claims("exp", "NaN"),
    "exp beyond 64 bits": lambda: claiming(exp=2**64),
    "exp later than the longest lifetime": lambda: claiming(exp=now() + LIFETIME + 60),
    "exp in milliseconds": lambda: claiming(exp=(now() + 600) * 1000),
    "nbf in the future": lambda: claiming(nbf=now() + 60),
    "nbf a string": lambda: claiming(nbf="0"),
    "nbf a float": lambda: claiming(nbf=0.5),
    "iat in the future": lambda: claiming(iat=now() + 60),
    "iat true": lambda: claiming(iat=True),
    # place
    "no iss": lambda: claiming(iss=ABSENT),
    "another iss": lambda: claiming(iss="https://attacker.test/auth/v1"),
    "iss with a slash more": lambda: claiming(iss=ISSUER + "/"),
    "iss a list": lambda: claiming(iss=[ISSUER]),
    "iss null": lambda: claiming(iss=None),
    "no aud": lambda: claiming(aud=ABSENT),
    "another aud": lambda: claiming(aud="anon"),
    "aud an empty list": lambda: claiming(aud=[]),
    "aud a list of others": lambda: claiming(aud=["a", "b"]),
    "aud with a number in it": lambda: claiming(aud=[AUDIENCE, 1]),
    "aud an object": lambda: claiming(aud={AUDIENCE: True}),
    "aud that only begins alike": lambda: claiming(aud=AUDIENCE + "2"),
    # identity
    "no sub": lambda: claiming(sub=ABSENT),
    "sub a number": lambda: claiming(sub=1),
    "sub of another user": lambda: claiming(sub=ORGANIZATION),
    "sub no UUID": lambda: claiming(sub="instructor@demo.local", user_id="instructor@demo.local"),
    "user_id null, as for an account without a user": lambda: claiming(user_id=None, role=None, organization_id=None),
    "no user_id": lambda: claiming(user_id=ABSENT),
    "user_id of another user": lambda: claiming(user_id=ORGANIZATION),
    "user_id in braces": lambda: claiming(user_id=f"{{{USER}}}", sub=f"{{{USER}}}"),
    "user_id in upper case": lambda: claiming(user_id=USER.upper(), sub=USER.upper()),
    "user_id without hyphens": lambda: claiming(user_id=USER.replace("-", ""), sub=USER.replace("-", "")),
    "user_id with a newline": lambda: claiming(user_id=USER + "\n", sub=USER + "\n"),
    "user_id with SQL": lambda: claiming(user_id="' or '1'='1", sub="' or '1'='1"),
    "user_id a list": lambda: claiming(user_id=[USER]),
    "no organization_id": lambda: claiming(organization_id=ABSENT),
    "organization_id null": lambda: claiming(organization_id=None),
    "organization_id an object": lambda: claiming(organization_id={"$ne": None}),
    "organization_id a star": lambda: claiming(organization_id="*"),
    "no role": lambda: claiming(role=ABSENT),
    "role null": lambda: claiming(role=None),
    "role authenticated, as without the hook": lambda: claiming(role="authenticated"),
    "role service_role": lambda: claiming(role="service_role"),
    "role in upper case": lambda: claiming(role="ADMIN"),
    "role with a space": lambda: claiming(role="admin "),
    "role a list": lambda: claiming(role=["admin"]),
    "role in user_metadata alone": lambda: claiming(role=ABSENT, user_metadata={"role": "superadmin"}),
    "role in app_metadata alone": lambda: claiming(role=ABSENT, app_metadata={"role": "superadmin"}),
    "role twice, the last one unknown": lambda: hs256(HEADER, json_payload()[:-1] + b', "role": "root"}'),
    # payload
    "a payload that is no object": lambda: hs256(HEADER, [payload()]),
    "a payload that is no JSON": lambda: hs256(HEADER, b"exp=1"),
    "a payload with a rest": lambda: hs256(HEADER, json_payload() + b"{}"),
    "a payload with a byte order mark": lambda: hs256(HEADER, b"\xef\xbb\xbf" + json_payload()),
    "a payload that is no UTF-8": lambda: hs256(HEADER, json_payload().replace(b"instructor", b"\xff")),
    "a payload nested deeply": lambda: raw_claims("extra", nested(2500).decode()),
    "an empty object": lambda: hs256(HEADER, {}),
    "null": lambda: hs256(HEADER, None),
}
