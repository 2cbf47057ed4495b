"""Verifiers as production has them: on the HS256 secret alone, and on an issuer's key set."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from app.auth import KeySet, Verifier
from tests.auth.forge import AUDIENCE, ISSUER, LIFETIME, SECRET
from tests.auth.issuer import Issuer, Key


def make_verifier(secret: str | None = SECRET, key_set: KeySet | None = None) -> Verifier:
    return Verifier(secret=secret, key_set=key_set, issuer=ISSUER, audience=AUDIENCE, max_lifetime_seconds=LIFETIME)


@pytest.fixture
def verifier() -> Verifier:
    return make_verifier()


@pytest.fixture(scope="session")
def rsa_key() -> Key:
    return Key.rsa("rsa-1")


@pytest.fixture(scope="session")
def ec_key() -> Key:
    return Key.ec("ec-1")


@pytest.fixture
def issuer(rsa_key: Key, ec_key: Key) -> Iterator[Issuer]:
    issuer = Issuer()
    issuer.keys = [rsa_key, ec_key]
    issuer.start()
    yield issuer
    issuer.stop()


@pytest.fixture
async def both(issuer: Issuer) -> AsyncIterator[Verifier]:
    """A verifier that knows a secret and a key set, so that one could be taken for the other."""
    verifier = make_verifier(key_set=KeySet(issuer.url, allow_http=True))
    yield verifier
    await verifier.close()


MakeKeySet = Callable[..., KeySet]


@pytest.fixture
async def make_key_set(issuer: Issuer) -> AsyncIterator[MakeKeySet]:
    made: list[KeySet] = []

    def make(**settings: float) -> KeySet:
        made.append(KeySet(issuer.url, allow_http=True, **settings))
        return made[-1]

    yield make
    for key_set in made:
        await key_set.close()


@pytest.fixture
def eventually() -> Callable[[Callable[[], Awaitable[bool]]], Awaitable[None]]:
    async def poll(condition: Callable[[], Awaitable[bool]]) -> None:
        deadline = time.monotonic() + 5
        while not await condition():
            assert time.monotonic() < deadline, "it did not come true in time"
            await asyncio.sleep(0.01)

    return poll
