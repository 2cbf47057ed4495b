"""Calls of the product that bring documents, in one request and in several."""

import base64
from typing import Any
from uuid import UUID

from app.context import SignedIn
from procedures.generation.create_upload import CreateUploadInput, create_upload
from tests.procedures.generation.uploading import TEXT, document
from tests.wire.conformance import Call
from tests.wire.inputs import VALID
from tests.wire.served import Served
from tests.wire.staging import Scene, mutation, owner_of, query


async def a_document_is_uploaded(served: Served) -> Call:
    owner, course = await owner_of(served)
    return mutation("generation.uploadFile", document(course), owner)


async def a_document_of_another_type(served: Served) -> Call:
    owner, course = await owner_of(served)
    given = document(course, filename="notes.exe", mime_type="application/octet-stream")
    return mutation("generation.uploadFile", given, owner, "FileTypeRefused")


async def a_document_of_another_size(served: Served) -> Call:
    owner, course = await owner_of(served)
    given = document(course, file_size=len(TEXT) + 1000)
    return mutation("generation.uploadFile", given, owner, "FileSizeMismatch")


async def a_document_without_a_plan(served: Served) -> Call:
    owner, course = await owner_of(served, "free")
    return mutation("generation.uploadFile", document(course), owner, "UploadsNotInPlan")


def described(course: UUID, **changes: Any) -> dict[str, Any]:
    """The input of an upload in several requests."""
    return {"courseId": course, "filename": "a.md", "fileSize": len(TEXT), "mimeType": "text/markdown", **changes}


async def upload_of(served: Served) -> tuple[SignedIn, UUID]:
    """An upload that was just begun, and whose it is."""
    owner, course = await owner_of(served)
    given = CreateUploadInput(course_id=course, filename="a.md", file_size=len(TEXT), mime_type="text/markdown")
    return owner, (await create_upload(owner, given)).upload_id


async def an_upload_is_begun(served: Served) -> Call:
    owner, course = await owner_of(served)
    return mutation("generation.createUpload", described(course), owner)


async def an_upload_that_is_too_large(served: Served) -> Call:
    owner, course = await owner_of(served)
    return mutation("generation.createUpload", described(course, fileSize=2**30), owner, "FileTooLarge")


async def an_upload_is_asked_for(served: Served) -> Call:
    owner, upload = await upload_of(served)
    return query("generation.getUpload", {"uploadId": upload}, owner)


async def an_upload_of_strangers(served: Served) -> Call:
    _, upload = await upload_of(served)
    return query("generation.getUpload", {"uploadId": upload}, await served.user(), "UploadNotFound")


async def an_upload_goes_on(served: Served) -> Call:
    owner, upload = await upload_of(served)
    given = {"uploadId": upload, "offset": 0, "content": base64.b64encode(TEXT[:5]).decode()}
    return mutation("generation.appendToUpload", given, owner)


async def an_upload_is_completed(served: Served) -> Call:
    owner, upload = await upload_of(served)
    given = {"uploadId": upload, "offset": 0, "content": base64.b64encode(TEXT).decode()}
    return mutation("generation.appendToUpload", given, owner)


async def an_upload_goes_on_elsewhere(served: Served) -> Call:
    owner, upload = await upload_of(served)
    given = {"uploadId": upload, "offset": 3, "content": ""}
    return mutation("generation.appendToUpload", given, owner, "OffsetMismatch")


async def an_upload_is_cancelled(served: Served) -> Call:
    owner, upload = await upload_of(served)
    return mutation("generation.cancelUpload", {"uploadId": upload}, owner)


async def no_upload_is_cancelled(served: Served) -> Call:
    return mutation("generation.cancelUpload", VALID["generation.cancelUpload"], await served.user(), "UploadNotFound")


UPLOAD_SCENES: tuple[Scene, ...] = (
    a_document_is_uploaded,
    a_document_of_another_type,
    a_document_of_another_size,
    a_document_without_a_plan,
    an_upload_is_begun,
    an_upload_that_is_too_large,
    an_upload_is_asked_for,
    an_upload_of_strangers,
    an_upload_goes_on,
    an_upload_is_completed,
    an_upload_goes_on_elsewhere,
    an_upload_is_cancelled,
    no_upload_is_cancelled,
)
