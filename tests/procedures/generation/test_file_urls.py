"""generation.getFileUrl: an address for whoever may read the file, of either kind of storage, good for five minutes."""

import time
from collections.abc import AsyncIterator, Iterator
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx
import pytest

from app.auth.claims import Role
from app.context import SignedIn
from app.dev import Database
from procedures.generation._file_errors import FileNotFound, FileNotStored
from procedures.generation._reservation import Described, read_allowance, reserve
from procedures.generation.get_file_url import FileUrl, FileUrlInput, get_file_url
from procedures.generation.upload_file import upload_file
from tests.procedures.calling import call, wire
from tests.procedures.generation.uploading import TEXT, document, owner_and_course
from tests.s3 import Endpoint, s3_endpoint
from tests.world import World, make_world, settings_for


@pytest.fixture(scope="module")
def s3() -> Iterator[Endpoint]:
    with s3_endpoint() as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
async def bucket_world(
    s3: Endpoint, database: Database, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """A world whose files are in a bucket."""
    folder = tmp_path_factory.mktemp("none")
    async with make_world(settings_for(database, redis_url, folder, storage_url=s3.bucket())) as made:
        yield made


async def uploaded(owner: SignedIn, course: UUID) -> UUID:
    return (await upload_file(owner, document(course, filename="Книга рецептов.md"))).file_id


async def url_of(caller: SignedIn, file_id: UUID) -> FileUrl:
    return await get_file_url(caller, FileUrlInput(file_id=file_id))


async def test_the_address_of_a_file_in_a_folder_is_the_services_own_for_five_minutes(world: World) -> None:
    owner, course = await owner_and_course(world)
    file_id = await uploaded(owner, course)
    answer = await url_of(owner, file_id)
    now = time.time()
    place, token = answer.url.rsplit("/", 1)
    download = world.resources.downloads.download(token, now)
    assert download is not None
    assert place == "/downloads"
    assert (download.filename, download.mime_type) == ("Книга рецептов.md", "text/markdown")
    assert await world.resources.storage.get(download.key) == TEXT
    assert download.expires_at == answer.expires_at.timestamp()
    assert 295 < download.expires_at - now <= 300
    assert world.resources.downloads.download(token, download.expires_at) is None


async def test_the_address_of_a_file_in_a_bucket_gives_it_to_whoever_has_it(bucket_world: World) -> None:
    owner, course = await owner_and_course(bucket_world)
    file_id = await uploaded(owner, course)
    answer = wire(await call(bucket_world, "generation.getFileUrl", owner, fileId=str(file_id)))
    assert parse_qs(urlsplit(answer["url"]).query)["X-Amz-Expires"] == ["300"]
    assert (answer["filename"], answer["mimeType"]) == ("Книга рецептов.md", "text/markdown")
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.get(answer["url"])).content == TEXT


async def test_an_admin_and_a_superadmin_get_an_address_and_to_others_the_file_is_a_missing_one(world: World) -> None:
    owner, course = await owner_and_course(world)
    file_id = await uploaded(owner, course)
    organization = owner.claims.organization_id
    student = await world.user(organization, Role.STUDENT)
    await world.sql.execute("insert into enrollments (user_id, course_id) values ($1, $2)", student.user_id, course)
    for caller in (await world.user(organization, Role.ADMIN), await world.user(role=Role.SUPERADMIN)):
        assert (await url_of(caller, file_id)).url
    for caller in (await world.user(organization), student, await world.user(role=Role.ADMIN)):
        with pytest.raises(FileNotFound):
            await url_of(caller, file_id)
    with pytest.raises(FileNotFound):
        await url_of(owner, uuid4())


async def test_a_file_without_its_object_has_no_address(world: World) -> None:
    owner, course = await owner_and_course(world)
    reserved = await reserve(owner, await read_allowance(owner, course), Described("notes.md", "text/markdown", 10))
    with pytest.raises(FileNotStored):
        await url_of(owner, reserved.file_id)
    lost = await uploaded(owner, course)
    await world.sql.execute("update file_catalog set status = 'failed', lost_at = now() where id = $1", lost)
    with pytest.raises(FileNotStored):
        await url_of(owner, lost)


async def test_a_document_that_could_not_be_read_can_still_be_downloaded(world: World) -> None:
    owner, course = await owner_and_course(world)
    file_id = await uploaded(owner, course)
    await world.sql.execute("update file_catalog set status = 'failed' where id = $1", file_id)
    assert (await url_of(owner, file_id)).url
