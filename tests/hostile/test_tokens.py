"""Tokens that are none, over HTTP: refused with one sentence and without a thought of the database."""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import jwt
import pytest

from tests.auth.bad_tokens import BAD
from tests.auth.confused_tokens import CONFUSED, Keys, public_spellings
from tests.auth.forge import HEADER, claiming, hs256, payload
from tests.auth.issuer import Issuer, Key
from tests.hostile.asking import Answer, Target
from tests.hostile.reading import summary

pytestmark = pytest.mark.fault("hostile input: bad tokens, all of them refused")

REFUSED = "401 Unauthorized: Invalid or expired token"
NO_TOKEN = "401 Unauthorized: Authentication required"
IN_STREAM = REFUSED.replace("401", "200")

AS_HEADER = {
    "empty": NO_TOKEN,
    "a leading space": "200",  # RFC 6750, section 2.1, has one space or more
    "a newline at the end": "200",  # it ends the line of the header (RFC 9112, section 2.2)
    "a NUL character": "400",
    "a megabyte": "431",
    "a megabyte of dots": "431",
}
"""What a header makes of those that it can't carry as they are."""

AS_PARAMETER = {
    "a lone surrogate": "400 InvalidConnectionParams: Invalid connection params shape",
    "a leading space": "200 CourseNotFound: Course not found",
    "the scheme again": "200 CourseNotFound: Course not found",  # a parameter may have the scheme, or not
    "a megabyte": "431",
    "a megabyte of dots": "431",
}
"""The same for the parameter of an address."""

SCHEMES: dict[str, Callable[[str], str]] = {
    "none": lambda token: token,
    "alone": lambda _: "Bearer",
    "alone with spaces": lambda _: "Bearer    ",
    "Basic": lambda token: f"Basic {token}",
    "Token": lambda token: f"Token {token}",
    "MAC": lambda token: f'MAC id="{token}"',
    "Negotiate": lambda token: f"Negotiate {token}",
    "with a colon": lambda token: f"Bearer:{token}",
    "with an equals sign": lambda token: f"Bearer={token}",
    "with a tab": lambda token: f"Bearer\t{token}",
    "without a space": lambda token: f"Bearer{token}",
    "of full-width letters": lambda token: f"Ｂｅａｒｅｒ {token}",
    "behind another": lambda token: f"Basic eDp5, Bearer {token}",
    "in quotes": lambda token: f'"Bearer {token}"',
    "empty": lambda _: "",
}

Embedded = Callable[[Key, str], dict[str, Any]]
EMBEDDED: dict[str, Embedded] = {
    "the key itself": lambda key, _: {"jwk": key.jwk},
    "the key itself, under a known name": lambda key, _: {"jwk": key.jwk | {"kid": "rsa-1"}, "kid": "rsa-1"},
    "an address of keys": lambda _, url: {"jku": url},
    "an address of keys, under a known name": lambda _, url: {"jku": url, "kid": "rsa-1"},
    "an address of certificates": lambda _, url: {"x5u": url},
    "a name that is an address": lambda _, url: {"kid": url},
    "a name that is a file": lambda *_: {"kid": "file:///dev/null"},
    "a name that is a path to nothing": lambda *_: {"kid": "../../../../dev/null"},
    "a name that is a command": lambda *_: {"kid": "| touch /tmp/x"},
    "a name with SQL": lambda *_: {"kid": "x' union select 'AAAA"},
    "a name of another case": lambda *_: {"kid": "RSA-1"},
    "a name with a NUL": lambda *_: {"kid": "rsa-1\0"},
    "a key that must be understood": lambda key, _: {"crit": ["jwk"], "jwk": key.jwk},
}
"""Headers of a token that a stranger signed with a real key of theirs: the key, and where the stranger serves it."""


@pytest.fixture
async def untouched(target: Target) -> Callable[[], Awaitable[bool]]:
    """Whether no connection of the API has run anything since: what PostgreSQL itself knows of each."""
    query = """
        select array_agg((pid, backend_start, query_start, state_change)::text order by pid) from pg_stat_activity
        where datname = current_database() and application_name = 'coursegen'
    """
    before = await target.world.sql.fetchval(query)

    async def since() -> bool:
        return bool(before == await target.world.sql.fetchval(query))

    return since


Untouched = Callable[[], Awaitable[bool]]


def with_token(target: Target, header: str) -> Answer:
    return target.ask("GET", "/rpc/courses.list", headers=[("authorization", header)])


async def test_a_true_token_reaches_the_database_which_shows_that_the_others_do_not(
    target: Target, untouched: Untouched
) -> None:
    assert with_token(target, f"Bearer {claiming()}").status == 200
    assert not await untouched()


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_token_in_the_header_is_refused(target: Target, untouched: Untouched, name: str) -> None:
    expected = AS_HEADER.get(name, REFUSED)
    answer = with_token(target, f"Bearer {BAD[name]()}")
    assert summary(answer) == expected
    if expected != "200":
        assert await untouched()
    if answer.status == 401:
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_token_in_the_address_of_a_subscription_is_refused(
    target: Target, untouched: Untouched, name: str
) -> None:
    asked = {"input": {"courseId": str(uuid4())}, "connectionParams": {"token": BAD[name]()}}
    query = urlencode({parameter: json.dumps(value) for parameter, value in asked.items()})
    answer = target.ask("GET", f"/rpc/generation.watch?{query}")
    expected = AS_PARAMETER.get(name, IN_STREAM)
    assert summary(answer) == expected
    if "CourseNotFound" not in expected:
        assert await untouched()


@pytest.mark.parametrize("name", CONFUSED)
async def test_a_confused_token_is_refused(
    target: Target, untouched: Untouched, rsa_key: Key, ec_key: Key, name: str
) -> None:
    token = CONFUSED[name](Keys(rsa_key, ec_key))
    assert summary(with_token(target, f"Bearer {token}")) == REFUSED
    assert await untouched()


@pytest.mark.parametrize("algorithm", ["HS256", "RS256", "ES256"])
@pytest.mark.parametrize("kind", ["RSA", "EC"])
async def test_a_public_key_is_no_secret(
    target: Target, untouched: Untouched, rsa_key: Key, ec_key: Key, kind: str, algorithm: str
) -> None:
    key = rsa_key if kind == "RSA" else ec_key
    for secret in public_spellings(key):
        token = hs256({"alg": algorithm, "kid": key.kid}, payload(), secret)
        assert summary(with_token(target, f"Bearer {token}")) == REFUSED
    assert await untouched()


@pytest.mark.parametrize("name", EMBEDDED)
async def test_a_key_that_the_token_brings_along_is_not_used_and_not_fetched(
    target: Target, untouched: Untouched, name: str
) -> None:
    stranger, key = Issuer(), Key.ec("stranger")
    stranger.keys = [key]
    stranger.start()
    try:
        token = jwt.encode(payload(), key.private, "ES256", headers=None)
        signed = jwt.encode(payload(), key.private, "ES256", headers=EMBEDDED[name](key, stranger.url))
        for each in (token, signed):
            assert summary(with_token(target, f"Bearer {each}")) == REFUSED
        assert stranger.requests == 0
        assert await untouched()
    finally:
        stranger.stop()


@pytest.mark.parametrize("name", SCHEMES)
async def test_a_true_token_under_another_scheme_is_none(target: Target, untouched: Untouched, name: str) -> None:
    assert summary(with_token(target, SCHEMES[name](claiming()))) == NO_TOKEN
    assert await untouched()


async def test_two_tokens_are_none(target: Target, untouched: Untouched) -> None:
    twice = [("authorization", f"Bearer {claiming()}")] * 2
    assert summary(target.ask("GET", "/rpc/courses.list", headers=twice)) == REFUSED
    assert await untouched()


@pytest.mark.parametrize("where", ["?access_token={}", "?token={}", "?authorization=Bearer%20{}"])
async def test_a_token_in_the_address_of_a_query_is_none(target: Target, untouched: Untouched, where: str) -> None:
    """RFC 6750, section 5.3: addresses are logged."""
    assert summary(target.ask("GET", "/rpc/courses.list" + where.format(claiming()))) == NO_TOKEN
    assert await untouched()


@pytest.mark.parametrize("name", ["cookie", "x-access-token", "x-authorization", "proxy-authorization"])
async def test_a_token_in_another_header_is_none(target: Target, untouched: Untouched, name: str) -> None:
    headers = [(name, f"Bearer {claiming()}"), (name, f"token={hs256(HEADER, payload())}")]
    assert summary(target.ask("GET", "/rpc/courses.list", headers=headers)) == NO_TOKEN
    assert await untouched()
