"""Over every procedure: the id of another tenant's thing answers as that of a missing one, whoever asks.

The things are made anew in one organization; callers of another one ask for them by every procedure that takes an id. A
procedure that takes an id of a kind that is not here fails until there is such a thing.
"""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from app.auth.claims import Role
from app.boot import TABLE
from app.context import SignedIn
from app.dev import Database
from app.rpc import RpcError
from procedures.generation.initiate import InitiateInput, initiate
from procedures.generation.upload_file import upload_file
from tests.procedures.calling import call, wire
from tests.procedures.generation.resuming import begun
from tests.procedures.generation.uploading import document
from tests.wire.inputs import POSTED, VALID
from tests.world import World, make_world, settings_for

NOWHERE = {"jobId": "course-gen-none", "slug": "no-such-course"}
# What the audit trail is filtered by is a superadmin's to ask, who is no stranger anywhere.
BY_FILTER = {"admin.listAudit"}


def ids_of(path: str) -> list[str]:
    """The fields of a procedure's input that name a thing."""
    signature = TABLE.routes[path].procedure.signature
    fields = msgspec.structs.fields(signature.input) if signature.takes_input else ()
    return [f.encode_name for f in fields if f.encode_name.endswith("Id") or f.encode_name in NOWHERE]


ASKED = [(path, name) for path in POSTED if path not in BY_FILTER for name in ids_of(path)]


@pytest.fixture(scope="module")
async def world(database: Database, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A world with room for everybody's runs."""
    settings = settings_for(database, redis_url, tmp_path_factory.mktemp("storage"), global_concurrency_limit=100)
    async with make_world(settings) as made:
        yield made


async def things_of(world: World, owner: SignedIn) -> dict[str, str]:
    """An id of each kind, by the field that takes it."""
    course = await world.course(owner)
    uploaded, under_way = await upload_file(owner, document(course)), await begun(owner, course)
    started = await initiate(owner, InitiateInput(course_id=course, webhook_url="https://lms.example.org/"))
    slug = await world.sql.fetchval("select slug from courses where id = $1", course)
    delivery = await world.sql.fetchval("select id from webhook_deliveries where course_id = $1", course)
    return {
        "courseId": str(course),
        "userId": str(owner.user_id),
        "organizationId": str(owner.claims.organization_id),
        "jobId": started.job_id,
        "fileId": str(uploaded.file_id),
        "uploadId": str(under_way),
        "slug": slug,
        "deliveryId": str(delivery),
    }


async def answer(world: World, path: str, caller: SignedIn, fields: dict[str, Any]) -> Any:
    """The value or the refusal of a call, as a wire tells it."""
    try:
        return wire(await call(world, path, caller, **fields))
    except RpcError as refused:
        return type(refused).__name__, refused.message, refused.details


@pytest.mark.parametrize("role", [Role.ADMIN, Role.INSTRUCTOR, Role.STUDENT])
@pytest.mark.parametrize(("path", "field"), ASKED)
async def test_another_tenants_id_answers_as_a_missing_one(world: World, path: str, field: str, role: Role) -> None:
    things = await things_of(world, await world.user())
    before = await _everything(world, things)
    missing = NOWHERE.get(field, str(uuid4()))
    stranger = await world.user(role=role)
    valid = VALID[path] or {}
    found, nothing = [
        await answer(world, path, stranger, {**valid, field: value}) for value in (things[field], missing)
    ]
    assert str(found).replace(things[field], "id") == str(nothing).replace(missing, "id")
    assert await _everything(world, things) == before


async def _everything(world: World, things: dict[str, str]) -> list[Any]:
    """All rows of the organization, to see that none was changed."""
    tables = ("courses", "file_catalog", "generation_runs", "job_status", "users", "webhook_deliveries")
    rows = [
        await world.sql.fetch(f"select * from {table} where organization_id = $1", things["organizationId"])  # noqa: S608
        for table in tables
    ]
    return [*rows, await world.sql.fetch("select * from organizations where id = $1", things["organizationId"])]


def test_every_kind_of_id_has_a_thing() -> None:
    kinds = {"courseId", "userId", "organizationId", "jobId", "fileId", "uploadId", "slug", "deliveryId"}
    assert {field for _, field in ASKED} <= kinds
    assert {path for path, _ in ASKED} >= {"admin.updateUserRole", "admin.updateOrganization", "courses.delete"}
