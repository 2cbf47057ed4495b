"""What is a bucket's alone: addresses to read an object at, and an endpoint that is away."""

from uuid import uuid4

import httpx
import pytest

from app.storage import Storage, StorageUnavailable, object_key
from tests.s3 import Endpoint
from tests.transports.server import free_port


@pytest.fixture
def bucket(s3: Endpoint) -> Storage:
    return Storage(s3.bucket())


async def test_a_signed_address_gives_the_object_to_whoever_has_it(bucket: Storage) -> None:
    key = object_key(uuid4(), uuid4(), uuid4(), "md")
    await bucket.put(key, b"text")
    url = await bucket.signed_url(key, 60)
    assert url is not None
    async with httpx.AsyncClient() as http:
        assert (await http.get(url)).content == b"text"
    assert "X-Amz-Expires=60" in url


async def test_a_bucket_that_is_not_there_is_unavailable(s3: Endpoint) -> None:
    storage = Storage(s3.bucket().replace("bucket-", "nobucket-"))
    with pytest.raises(StorageUnavailable):
        await storage.put(object_key(uuid4(), uuid4(), uuid4(), "md"), b"x")


async def test_two_prefixes_of_a_bucket_do_not_see_each_other(s3: Endpoint) -> None:
    url = s3.bucket()
    one, other = Storage(url), Storage(url.replace("/files?", "/other?"))
    await one.put(object_key(uuid4(), uuid4(), uuid4(), "md"), b"x")
    assert len(await one.list()) == 1
    assert await other.list() == []


def test_an_endpoint_needs_no_connection_to_be_named() -> None:
    assert isinstance(Storage(f"s3://bucket?endpoint=http://127.0.0.1:{free_port()}&region=eu-west-1"), Storage)
