"""The runbook's sections on keys: who is signed in stays so, and what has leaked is good for nothing."""

from collections.abc import Iterator

import jwt
import msgspec
import pytest

from tests.auth.issuer import Issuer, Key
from tests.cli.programs import until
from tests.runbook.deployment import Deployment, blocks

READ = "courses.list"


def status(deployment: Deployment, token: str) -> int:
    return deployment.post(READ, token).status_code


def test_the_jwt_secret_is_rotated_and_nobody_is_logged_out(deployment: Deployment) -> None:
    replace, forget = blocks("Rotate the JWT secret")
    first = deployment.settings.jwt_secret
    old = deployment.token()
    assert status(deployment, old) == 200
    deployment.does(replace)
    second, new = deployment.settings.jwt_secret, deployment.token()
    assert (second != first, deployment.settings.jwt_secret_previous) == (True, first)
    assert status(deployment, new) == 401  # not before the API knows it: the identity provider comes second
    deployment.restart("serve")
    assert [status(deployment, token) for token in (old, new)] == [200, 200]
    deployment.does(forget)
    deployment.restart("serve")
    assert [status(deployment, token) for token in (old, new)] == [401, 200]


def test_a_leaked_jwt_secret_counts_for_nothing_after_one_restart(deployment: Deployment) -> None:
    replace, forget = blocks("Rotate the JWT secret")
    stolen = deployment.settings.jwt_secret
    deployment.does(replace + forget)
    deployment.restart("serve")
    assert status(deployment, deployment.token(secret=stolen)) == 401
    assert status(deployment, deployment.token()) == 200


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    running = Issuer()
    running.keys = [Key.ec("first")]
    running.start()
    yield running
    running.stop()


def test_a_new_key_of_the_set_is_found_without_a_restart_and_one_taken_out_is_gone_after_one(
    deployment: Deployment, issuer: Issuer
) -> None:
    [look] = blocks("Rotate the key set")
    deployment.configure(JWKS_URL=issuer.url)
    deployment.restart("serve")
    settings = deployment.settings
    payload = jwt.decode(deployment.token(), settings.jwt_secret, ["HS256"], audience=settings.jwt_audience)
    first, second = issuer.keys[0], Key.rsa("second")
    assert status(deployment, first.token(**payload)) == 200
    issuer.keys.append(second)
    assert [key["kid"] for key in msgspec.json.decode(deployment.does(look))["keys"]] == ["first", "second"]
    until(lambda: status(deployment, second.token(**payload)) == 200, "the new key is found", 15, every=0.5)
    assert status(deployment, first.token(**payload)) == 200
    issuer.keys.remove(first)
    deployment.restart("serve")
    assert [status(deployment, key.token(**payload)) for key in (first, second)] == [401, 200]
