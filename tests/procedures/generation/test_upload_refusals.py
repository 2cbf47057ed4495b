"""generation.uploadFile: every refusal with its text, in the contract's order, with nothing left of it."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from app.auth.claims import Role
from app.auth.errors import Forbidden, Unauthorized
from app.context import SignedIn
from app.leases import RateLimited
from app.rpc import RpcError
from app.rpc.protocol_errors import InvalidInput
from procedures._errors import CourseNotFound, NotYours
from procedures.generation import _upload_errors as errors
from procedures.generation.upload_file import upload_file
from tests.procedures.calling import call, wire
from tests.procedures.generation.uploading import TEXT, Left, document, leave_quota, left, owner_and_course
from tests.world import World

MEBIBYTE = 1024 * 1024
NAME_TEXT = "File name is not valid: it must be a plain name with an extension"


async def refused(world: World, owner: SignedIn, course: UUID, error: type[RpcError], **given: Any) -> RpcError:
    """The refusal of an upload, which must leave all as it was."""
    before = await left(world, owner, course)
    with pytest.raises(error) as told:
        await upload_file(owner, document(course, **given))
    assert await left(world, owner, course) == before
    return told.value


async def test_a_free_plan_has_no_uploads(world: World) -> None:
    owner, course = await owner_and_course(world, "free")
    told = await refused(world, owner, course, errors.UploadsNotInPlan)
    text = "Your FREE plan does not support file uploads. Upgrade to BASIC to unlock this feature."
    assert (told.message, told.code.http_status) == (text, 403)


async def test_a_full_course_is_told_with_the_limit_and_the_count(world: World) -> None:
    owner, course = await owner_and_course(world, "basic")
    await upload_file(owner, document(course))
    told = await refused(world, owner, course, errors.FileLimitReached)
    text = "File upload limit reached. Your BASIC plan allows 1 per course, and this course has 1."
    assert (told.message, told.code.http_status) == (text, 403)


@pytest.mark.parametrize(
    ("filename", "mime_type"),
    [
        ("a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.exe", "text/plain"),
        ("a", "text/plain"),
        ("a.md.", "text/markdown"),
        ("a.md ", "text/markdown"),
        ("a.pdf", "text/plain"),
        ("a.txt", "text/markdown"),
        ("a.md", "text/html"),
        ("a.md", "application/octet-stream"),
        ("a.md", "*/*"),
        ("a.md", "; text/markdown"),
        ("a.ｍｄ", "text/markdown"),
    ],
)
async def test_another_type_is_told_with_the_accepted_ones(world: World, filename: str, mime_type: str) -> None:
    owner, course = await owner_and_course(world, "basic")
    told = await refused(world, owner, course, errors.FileTypeRefused, filename=filename, mime_type=mime_type)
    assert (told.message, told.code.http_status) == (
        "File type not supported. Your BASIC plan allows: PDF, TXT, MD.",
        415,
    )


@pytest.mark.parametrize(
    ("tier", "size", "limit", "shown"),
    [
        ("basic", 10 * MEBIBYTE + 1, "10 MB", "10.1 MB"),
        ("standard", 15 * MEBIBYTE, "10 MB", "15 MB"),
        ("premium", 1536 * MEBIBYTE, "100 MB", "1.5 GB"),
    ],
)
async def test_a_large_file_is_told_with_the_limit_and_its_size(
    world: World, tier: str, size: int, limit: str, shown: str
) -> None:
    owner, course = await owner_and_course(world, tier)
    told = await refused(world, owner, course, errors.FileTooLarge, file_size=size)
    text = f"File is too large. Your {tier.upper()} plan allows files up to {limit}, and this one has {shown}."
    assert (told.message, told.code.http_status) == (text, 413)


async def test_a_full_storage_is_told_with_its_use(world: World) -> None:
    owner, course = await owner_and_course(world, "basic")
    await leave_quota(world, owner, len(TEXT) - 1)
    told = await refused(world, owner, course, errors.StorageQuotaExceeded)
    text = "Storage quota exceeded. Using 100 MB of 100 MB. Delete files or upgrade your plan."
    assert (told.message, told.code.http_status) == (text, 403)


async def test_a_file_that_fills_the_quota_to_the_last_byte_is_taken(world: World) -> None:
    owner, course = await owner_and_course(world, "basic")
    await leave_quota(world, owner, len(TEXT))
    await upload_file(owner, document(course))


async def test_a_file_a_little_larger_than_declared_may_not_pass_the_quota(world: World) -> None:
    owner, course = await owner_and_course(world, "basic")
    await leave_quota(world, owner, len(TEXT) - 1)
    await refused(world, owner, course, errors.StorageQuotaExceeded, file_size=len(TEXT) - 1)


@pytest.mark.parametrize(
    "filename",
    ["../a.md", "a/b.md", "a\\b.md", "/etc/passwd.md", ".md", "..md", "a\n.md", "a\x1b[31m.md", "a\u202etxt.md", " "],
)
async def test_a_name_that_is_no_plain_one_is_refused(world: World, filename: str) -> None:
    owner, course = await owner_and_course(world)
    told = await refused(world, owner, course, errors.FileNameInvalid, filename=filename)
    assert (told.message, told.code.http_status) == (NAME_TEXT, 400)


async def test_each_refusal_comes_before_those_that_the_contract_has_after_it(world: World) -> None:
    """One upload with everything wrong, mended bit by bit."""
    owner, course = await owner_and_course(world, "basic")
    colleague = await world.user(owner.claims.organization_id, Role.ADMIN)
    wrong: dict[str, Any] = {"filename": "a.exe", "file_size": 11 * MEBIBYTE, "file_content": "!"}
    await refused(world, owner, uuid4(), CourseNotFound, **wrong)
    await refused(world, colleague, course, NotYours, **wrong)
    first = await upload_file(owner, document(course))
    await refused(world, owner, course, errors.FileLimitReached, **wrong)
    await world.sql.execute("delete from file_catalog where id = $1", first.file_id)
    await refused(world, owner, course, errors.FileTypeRefused, **wrong)
    await refused(world, owner, course, errors.FileTooLarge, **(wrong | {"filename": "a.md"}))
    await leave_quota(world, owner, 3)
    await refused(world, owner, course, errors.StorageQuotaExceeded, file_size=4, file_content="!")
    await refused(world, owner, course, errors.FileContentInvalid, file_size=3, file_content="!")


async def test_a_course_of_another_organization_answers_as_a_missing_one(world: World) -> None:
    course = await world.course(await world.user())
    told = await refused(world, await world.user(), course, CourseNotFound)
    assert told.message == "Course not found"


@pytest.mark.parametrize("role", [Role.ADMIN, Role.INSTRUCTOR])
async def test_a_colleague_may_not_upload_to_the_course(world: World, role: Role) -> None:
    owner, course = await owner_and_course(world)
    colleague = await world.user(owner.claims.organization_id, role)
    told = await refused(world, colleague, course, NotYours)
    assert (told.message, told.code.http_status) == ("You do not have access to this course", 403)


async def test_students_and_nobodies_may_not_upload(world: World) -> None:
    given = wire(document(uuid4()))
    with pytest.raises(Forbidden):
        await call(world, "generation.uploadFile", await world.user(role=Role.STUDENT), **given)
    with pytest.raises(Unauthorized):
        await call(world, "generation.uploadFile", None, **given)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("courseId", "x"),
        ("filename", ""),
        ("filename", "x" * 253 + ".md"),
        ("filename", None),
        ("fileSize", 0),
        ("fileSize", -1),
        ("fileSize", 1.5),
        ("fileSize", "5"),
        ("fileSize", 2**53),
        ("fileSize", 10**400),
        ("mimeType", ""),
        ("mimeType", "x" * 256),
        ("fileContent", None),
        ("fileContent", [1]),
    ],
    ids=lambda value: str(value)[:20],
)
async def test_a_field_out_of_bounds_is_an_issue_at_its_place(world: World, field: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as told:
        await call(world, "generation.uploadFile", None, **(wire(document(uuid4())) | {field: value}))
    assert [issue.path for issue in told.value.issues] == [f"$.{field}"]


async def test_the_sixth_upload_of_a_minute_is_refused(world: World) -> None:
    owner, course = await owner_and_course(world, "premium")
    for _ in range(5):
        await call(world, "generation.uploadFile", owner, **wire(document(course)))
    with pytest.raises(RateLimited) as told:
        await call(world, "generation.uploadFile", owner, **wire(document(course)))
    assert told.value.code.http_status == 429
    assert 0 < (told.value.retry_after or 0) <= 60
    assert await left(world, owner, course) == Left(5 * len(TEXT), 5, 5)
