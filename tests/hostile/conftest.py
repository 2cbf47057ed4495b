"""One server for the whole folder, and what must hold of it after each test."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager
from http import HTTPStatus

import pytest

from app.dev import Database
from tests.auth.forge import AUDIENCE, ISSUER, LIFETIME, SECRET
from tests.auth.issuer import Issuer, Key
from tests.hostile.asking import Target, new_caller
from tests.procedures.calling import wire
from tests.procedures.generation.contents.making import package
from tests.procedures.generation.uploading import document
from tests.wire.served import serve


@pytest.fixture(scope="session")
def rsa_key() -> Key:
    """A key of the issuer that the server trusts."""
    return Key.rsa("rsa-1")


@pytest.fixture(scope="session")
def ec_key() -> Key:
    """Another one."""
    return Key.ec("ec-1")


@pytest.fixture(scope="session")
def issuer(rsa_key: Key, ec_key: Key) -> Iterator[Issuer]:
    """The issuer, which publishes both keys."""
    issuer = Issuer()
    issuer.keys = [rsa_key, ec_key]
    issuer.start()
    yield issuer
    issuer.stop()


@pytest.fixture(scope="session")
async def target(
    issuer: Issuer,
    cloned: Callable[[], AbstractContextManager[Database]],
    redis_urls: Iterator[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Target]:
    """The real server, which knows a secret and a key set."""
    identity = {"jwt_secret": SECRET, "jwt_issuer": ISSUER, "jwt_audience": AUDIENCE, "jwks_url": issuer.url}
    settings = {**identity, "token_lifetime_seconds": LIFETIME, "environment": "test"}
    with cloned() as database:
        async with serve(database, next(redis_urls), tmp_path_factory.mktemp("hostile"), **settings) as served:
            target = Target(served, await new_caller(served))
            await warm_up(target)
            yield target


async def warm_up(target: Target) -> None:
    """Let the server load what it loads at first use; what it grows by is counted from here on."""
    given = wire(document(target.caller.course, package(), "a.docx"))
    headers = dict([target.caller.header])
    answer = await target.served.http.post("/rpc/generation.uploadFile", json=given, headers=headers)
    assert answer.status_code == HTTPStatus.OK
    target.memory_at_first = target.memory()


@pytest.fixture(autouse=True)
def unharmed(target: Target, record_property: Callable[[str, object], None]) -> Iterator[None]:
    """After each test: it still serves, it has not grown, and its log tells of no bug."""
    yield
    record_property("grown", target.check_unharmed())
