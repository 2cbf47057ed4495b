"""An S3 endpoint for the tests: moto's server, which speaks the protocol and keeps its objects in memory."""

import contextlib
import os
import subprocess
from collections.abc import Generator
from pathlib import Path
from uuid import uuid4

import httpx
import msgspec

from tests.transports.server import free_port, listens, until

PYTHON = Path(__file__).parent / "storage" / "moto" / ".venv" / "bin" / "python"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}


class Endpoint(msgspec.Struct, frozen=True):
    """A running endpoint."""

    url: str

    def bucket(self) -> str:
        """A new bucket, as a storage URL."""
        name = f"bucket-{uuid4().hex}"
        httpx.put(f"{self.url}/{name}", trust_env=False).raise_for_status()
        return f"s3://{name}/files?endpoint={self.url}"


@contextlib.contextmanager
def s3_endpoint() -> Generator[Endpoint]:
    """An endpoint for the time of the block, and credentials that it takes in the environment."""
    port = free_port()
    command = [str(PYTHON), "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    before = {name: os.environ.get(name) for name in CREDENTIALS}
    os.environ.update(CREDENTIALS)
    try:
        until(lambda: listens(port), "the S3 endpoint listens", seconds=30)
        yield Endpoint(f"http://127.0.0.1:{port}")
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
        server.terminate()
        server.wait(10)
