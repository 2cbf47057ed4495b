"""Calls about stored files and what they use, each with what must be there for it."""

from uuid import UUID, uuid4

import msgspec

from app.context import SignedIn
from procedures.generation.initiate import InitiateInput, initiate
from procedures.generation.upload_file import upload_file
from tests.procedures.generation.uploading import document
from tests.wire.conformance import Call
from tests.wire.inputs import VALID
from tests.wire.served import Served
from tests.wire.staging import Scene, mutation, owner_of, query


async def file_of(owner: SignedIn, course: UUID) -> str:
    """A document of the course."""
    return str((await upload_file(owner, document(course))).file_id)


async def files_are_listed(served: Served) -> Call:
    owner, course = await owner_of(served)
    await file_of(owner, course)
    return query("generation.listFiles", {"courseId": course}, owner)


async def files_of_nothing(served: Served) -> Call:
    return query("generation.listFiles", VALID["generation.listFiles"], await served.user(), "CourseNotFound")


async def an_address_of_a_file(served: Served) -> Call:
    owner, course = await owner_of(served)
    return query("generation.getFileUrl", {"fileId": await file_of(owner, course)}, owner)


async def an_address_of_a_strangers_file(served: Served) -> Call:
    owner, course = await owner_of(served)
    given = {"fileId": await file_of(owner, course)}
    return query("generation.getFileUrl", given, await served.user(), "FileNotFound")


async def a_file_is_deleted(served: Served) -> Call:
    owner, course = await owner_of(served)
    return mutation("generation.deleteFile", {"fileId": await file_of(owner, course)}, owner)


async def a_file_of_a_colleague(served: Served) -> Call:
    owner, course = await owner_of(served)
    colleague = await served.world.user(owner.claims.organization_id)
    given = {"fileId": await file_of(owner, course)}
    return mutation("generation.deleteFile", given, colleague, "NotYours")


async def a_file_that_a_run_uses(served: Served) -> Call:
    owner, course = await owner_of(served)
    given = {"fileId": await file_of(owner, course)}
    await initiate(owner, InitiateInput(course_id=course))
    return mutation("generation.deleteFile", given, owner, "FileInUse")


async def the_usage_of_an_organization(served: Served) -> Call:
    owner, course = await owner_of(served)
    await file_of(owner, course)
    return query("billing.getUsage", None, owner)


async def the_usage_of_no_organization(served: Served) -> Call:
    user = await served.user()
    gone = served.world.caller(msgspec.structs.replace(user.claims, organization_id=uuid4()))
    return query("billing.getUsage", None, gone, "OrganizationNotFound")


FILE_SCENES: tuple[Scene, ...] = (
    files_are_listed,
    files_of_nothing,
    an_address_of_a_file,
    an_address_of_a_strangers_file,
    a_file_is_deleted,
    a_file_of_a_colleague,
    a_file_that_a_run_uses,
    the_usage_of_an_organization,
    the_usage_of_no_organization,
)
