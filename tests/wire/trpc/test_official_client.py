"""The unmodified tRPC clients from npm, under Node, against the test router and the product."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.node import node
from tests.wire.served import Served
from tests.wire.trpc.conftest import Ports
from tests.world import token_of

_HERE = Path(__file__).parent / "node"


def run(file: str, **environment: str) -> None:
    """Run a file of Node's tests; what it says is shown when one of them fails."""
    if not (_HERE / "node_modules").exists():
        pytest.fail("the clients are not installed: `make test` does that")
    command = [node(), "--test", "--test-reporter=spec", file]
    done = subprocess.run(
        command, cwd=_HERE, env={**os.environ, **environment}, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("file", ["calls.test.mjs", "subscriptions.test.mjs", "v10/stream.test.mjs"])
def test_the_official_client_drives_the_test_router(port_of: Ports, file: str) -> None:
    urls = {f"{name.upper()}_URL": f"http://127.0.0.1:{port_of(name)}" for name in ("main", "override")}
    run(file, **urls)


async def test_the_official_client_drives_the_product(served: Served) -> None:
    run("product.test.mjs", PRODUCT_URL=f"http://127.0.0.1:{served.port}", TOKEN=token_of(await served.user()))
