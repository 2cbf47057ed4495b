"""An issuer's key set: fetched when needed, kept when the issuer is away, and never worth an attacker's flood."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable

import pytest

from app.auth import KeySet
from app.auth.jwks import LARGEST_ANSWER
from tests.auth.issuer import Issuer, Key

Eventually = Callable[[Callable[[], Awaitable[bool]]], Awaitable[None]]
MakeKeySet = Callable[..., KeySet]


async def test_the_keys_are_fetched_once_for_many_tokens(issuer: Issuer, make_key_set: MakeKeySet) -> None:
    keys = make_key_set()
    assert all(await asyncio.gather(*(keys.find("rsa-1") for _ in range(50))))
    assert await keys.find("ec-1")
    assert issuer.requests == 1


@pytest.mark.fault("JWKS: flooded with unknown kids")
async def test_a_flood_of_unknown_names_costs_one_request(issuer: Issuer, make_key_set: MakeKeySet) -> None:
    keys = make_key_set()
    found = await asyncio.gather(*(keys.find(f"unknown-{number}") for number in range(1000)))
    assert found == [None] * 1000
    assert await keys.find("rsa-1")
    assert issuer.requests == 1


@pytest.mark.fault("JWKS: rotated")
async def test_a_rotated_key_is_found_at_its_first_token(issuer: Issuer, make_key_set: MakeKeySet) -> None:
    keys = make_key_set(refetch_seconds=0)
    assert await keys.find("rsa-1")
    issuer.keys = [Key.ec("ec-2")]
    assert await keys.find("ec-2")
    assert await keys.find("rsa-1") is None


async def test_an_old_copy_is_renewed_in_the_background(
    issuer: Issuer, make_key_set: MakeKeySet, eventually: Eventually
) -> None:
    keys = make_key_set(refetch_seconds=0, max_age_seconds=0)
    assert await keys.find("rsa-1")
    issuer.keys = []
    issuer.go_on.clear()
    assert await keys.find("rsa-1")
    issuer.go_on.set()

    async def withdrawn() -> bool:
        return await keys.find("rsa-1") is None

    await eventually(withdrawn)


@pytest.mark.fault("JWKS: down")
async def test_known_keys_outlive_an_issuer_that_is_down(
    issuer: Issuer, make_key_set: MakeKeySet, eventually: Eventually
) -> None:
    keys = make_key_set(refetch_seconds=0, max_age_seconds=0)
    assert await keys.find("rsa-1")
    issuer.stop()
    for _ in range(3):
        assert await keys.find("rsa-1")
        assert await keys.find("unknown") is None
    issuer.keys.append(Key.ec("ec-2"))
    issuer.start()

    async def found() -> bool:
        return await keys.find("ec-2") is not None

    await eventually(found)


async def test_an_issuer_that_was_down_at_first_is_asked_again(issuer: Issuer, make_key_set: MakeKeySet) -> None:
    keys = make_key_set(refetch_seconds=0)
    issuer.stop()
    assert await keys.find("rsa-1") is None
    issuer.start()
    assert await keys.find("rsa-1")


@pytest.mark.fault("JWKS: slow")
async def test_a_slow_issuer_is_waited_for_only_so_long(issuer: Issuer, make_key_set: MakeKeySet) -> None:
    keys = make_key_set(timeout_seconds=0.2)
    issuer.go_on.clear()
    started = time.monotonic()
    assert await asyncio.gather(*(keys.find("rsa-1") for _ in range(20))) == [None] * 20
    assert time.monotonic() - started < 1
    assert issuer.requests == 1


async def test_a_dripping_issuer_is_waited_for_only_so_long(issuer: Issuer, make_key_set: MakeKeySet) -> None:
    keys = make_key_set(timeout_seconds=0.3)
    issuer.drip_seconds = 0.05
    started = time.monotonic()
    assert await keys.find("rsa-1") is None
    assert time.monotonic() - started < 1


async def test_one_caller_that_leaves_does_not_end_the_fetch_for_others(
    issuer: Issuer, make_key_set: MakeKeySet
) -> None:
    keys = make_key_set()
    issuer.go_on.clear()
    leaving, staying = asyncio.create_task(keys.find("rsa-1")), asyncio.create_task(keys.find("rsa-1"))
    await asyncio.to_thread(issuer.asked.wait, 5)
    leaving.cancel()
    issuer.go_on.set()
    assert await staying
    assert leaving.cancelled()


BROKEN = {
    "no JSON": b"<html>",
    "no object": b"[]",
    "no keys": b"{}",
    "keys no list": b'{"keys": {}}',
    "no UTF-8": b"\xff\xfe{}",
    "nested deeply": b'{"keys": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    "too large": b'{"keys": [' + b" " * LARGEST_ANSWER + b"]}",
    "empty": b"",
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
async def test_a_broken_answer_leaves_the_known_keys(issuer: Issuer, make_key_set: MakeKeySet, body: bytes) -> None:
    keys = make_key_set(refetch_seconds=0)
    assert await keys.find("rsa-1")
    issuer.body = body
    assert await keys.find("unknown") is None
    assert await keys.find("rsa-1")
    assert issuer.requests == 2


@pytest.mark.parametrize("status", [302, 404, 500])
async def test_an_answer_that_is_no_success_is_no_key_set(
    issuer: Issuer, make_key_set: MakeKeySet, status: int
) -> None:
    issuer.status = status
    assert await make_key_set().find("rsa-1") is None
    assert issuer.requests == 1


@pytest.mark.parametrize(
    "entry",
    [
        "null",
        "1",
        '"key"',
        "[]",
        "{}",
        '{"kty":"RSA","kid":1,"n":"AQAB","e":"AQAB"}',
        '{"kty":"RSA"}',
        '{"kty":"EC","kid":"k","crv":"P-256"}',
    ],
)
async def test_an_entry_that_is_no_key_is_passed_over(
    issuer: Issuer, make_key_set: MakeKeySet, rsa_key: Key, entry: str
) -> None:
    issuer.body = f'{{"keys": [{entry}, {json.dumps(rsa_key.jwk)}]}}'.encode()
    assert await make_key_set().find("rsa-1")


@pytest.mark.parametrize("url", ["http://issuer.test/jwks", "file:///etc/passwd", "ftp://issuer.test", "issuer.test"])
def test_keys_come_over_https_alone(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        KeySet(url)


async def test_closing_ends_a_fetch_under_way(issuer: Issuer) -> None:
    keys = KeySet(issuer.url, allow_http=True)
    issuer.go_on.clear()
    waiting = asyncio.create_task(keys.find("rsa-1"))
    await asyncio.to_thread(issuer.asked.wait, 5)
    await keys.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
