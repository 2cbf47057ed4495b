"""The lists of administration: whose rows, in which order, page by page, and what a cursor is good for."""

import base64
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.auth.claims import Role
from app.context import SignedIn
from app.rpc.protocol_errors import InvalidInput
from procedures._keyset import InvalidCursor
from tests.procedures.calling import call
from tests.world import World

Maker = Callable[[World, SignedIn], Awaitable[UUID]]


@pytest.fixture
async def admin(world: World) -> SignedIn:
    return await world.user(role=Role.ADMIN)


@pytest.fixture
async def root(world: World) -> SignedIn:
    return await world.user(role=Role.SUPERADMIN)


async def an_organization(world: World, _admin: SignedIn) -> UUID:
    return await world.organization()


async def a_user(world: World, admin: SignedIn) -> UUID:
    return (await world.user(admin.claims.organization_id, Role.STUDENT)).user_id


async def a_course(world: World, admin: SignedIn) -> UUID:
    return await world.course(admin)


async def an_event(world: World, admin: SignedIn) -> UUID:
    made: UUID = await world.sql.fetchval(
        "insert into system_metrics (organization_id, event_type, severity) values ($1, 'worker_timeout', 'warn')"
        " returning id",
        admin.claims.organization_id,
    )
    return made


ORDERS: list[tuple[str, str, Maker]] = [
    *(("admin.listUsers", sort, a_user) for sort in ("email", "createdAt", "-createdAt")),
    *(("admin.listCourses", sort, a_course) for sort in ("createdAt", "-createdAt", "-updatedAt")),
    *(("admin.getSystemMetrics", sort, an_event) for sort in ("timestamp", "-timestamp")),
]


def key_of(sort: str, row: Any) -> Any:
    names = {"email": "email", "name": "name", "createdAt": "created_at", "updatedAt": "updated_at"}
    return getattr(row, names.get(sort.removeprefix("-"), "timestamp")), row.id


async def pages(world: World, path: str, caller: SignedIn, **fields: Any) -> list[Any]:
    """Every row of a list, read to its end."""
    rows: list[Any] = []
    cursor: dict[str, Any] = {}
    while True:
        page = await call(world, path, caller, **fields, **cursor)
        assert len(page.items) <= fields["limit"]
        rows += page.items
        if page.next_cursor is None:
            return rows
        cursor = {"cursor": page.next_cursor}


@pytest.mark.parametrize(("path", "sort", "make"), ORDERS)
async def test_pages_hold_each_row_of_the_organization_once_and_in_order(
    world: World, admin: SignedIn, path: str, sort: str, make: Maker
) -> None:
    stranger = await world.user(role=Role.ADMIN)
    made = {await make(world, admin) for _ in range(7)} | ({admin.user_id} if make is a_user else set())
    await make(world, stranger)
    rows = await pages(world, path, admin, limit=3, sort=sort)
    assert {row.id for row in rows} == made
    assert len(rows) == len(made)
    assert rows == sorted(rows, key=lambda row: key_of(sort, row), reverse=sort.startswith("-"))


@pytest.mark.parametrize("sort", ["name", "createdAt", "-createdAt"])
async def test_a_superadmin_reads_every_organization_and_an_admin_the_own(own_world: World, sort: str) -> None:
    root, admin = await own_world.user(role=Role.SUPERADMIN), await own_world.user(role=Role.ADMIN)
    made = {await own_world.organization() for _ in range(5)}
    rows = await pages(own_world, "admin.listOrganizations", root, limit=2, sort=sort)
    assert {row.id for row in rows} == made | {root.claims.organization_id, admin.claims.organization_id}
    assert rows == sorted(rows, key=lambda row: key_of(sort, row), reverse=sort.startswith("-"))
    own = await pages(own_world, "admin.listOrganizations", admin, limit=2, sort=sort)
    assert [(row.id, row.tier) for row in own] == [(admin.claims.organization_id, "STANDARD")]


async def test_rows_of_the_same_moment_are_each_on_one_page(own_world: World) -> None:
    admin = await own_world.user(role=Role.ADMIN)
    made = {await own_world.course(admin) for _ in range(7)}
    await own_world.sql.execute("update courses set created_at = now()")
    rows = await pages(own_world, "admin.listCourses", admin, limit=2, sort="-createdAt")
    assert sorted(row.id for row in rows) == sorted(made)


@pytest.mark.parametrize("path", ["admin.listUsers", "admin.listCourses"])
async def test_an_admin_who_asks_for_another_organization_is_given_nothing(
    world: World, admin: SignedIn, path: str
) -> None:
    stranger = await world.user(role=Role.ADMIN)
    await world.course(stranger)
    asked = {"organizationId": str(stranger.claims.organization_id)}
    assert (await call(world, path, admin, **asked)).items == []
    assert (await call(world, path, await world.user(role=Role.SUPERADMIN), **asked)).items != []


async def test_users_are_filtered(world: World, root: SignedIn) -> None:
    organization = await world.organization()
    admin, student = [await world.user(organization, role) for role in (Role.ADMIN, Role.STUDENT)]
    await world.sql.execute("update users set is_active = false, email = $2 where id = $1", student.user_id, "AB%c@x.y")

    async def found(**fields: Any) -> list[UUID]:
        asked = {"organizationId": str(organization), **fields}
        return [user.id for user in (await call(world, "admin.listUsers", root, **asked)).items]

    assert await found(role="admin") == await found(isActive=True) == [admin.user_id]
    assert await found(isActive=False) == await found(search="b%C@") == [student.user_id]
    assert await found(search="b_c") == await found(role="instructor") == []


async def test_courses_are_filtered(world: World, root: SignedIn) -> None:
    owner = await world.user()
    draft, published = await world.course(owner), await world.course(owner)
    await world.sql.execute(
        "update courses set status = 'published', generation_status = 'failed' where id = $1", published
    )

    async def found(**fields: Any) -> list[UUID]:
        page = await call(world, "admin.listCourses", root, **{"userId": str(owner.user_id), **fields})
        return [course.id for course in page.items]

    assert await found(status="draft") == [draft]
    assert await found(status="published") == await found(generationStatus="failed") == [published]
    assert await found(generationStatus="completed") == await found(organizationId=str(uuid4())) == []


async def test_organizations_are_filtered(world: World, root: SignedIn) -> None:
    basic = await world.organization("basic")
    await world.sql.execute("update organizations set name = $2 where id = $1", basic, f"Ацме {basic}")

    async def found(**fields: Any) -> set[UUID]:
        return {row.id for row in (await call(world, "admin.listOrganizations", root, limit=100, **fields)).items}

    assert basic in await found(tier="BASIC")
    assert basic not in await found(tier="FREE")
    assert await found(search=str(basic)[:20].upper()) == {basic}


async def test_events_are_read_by_time_type_severity_and_course(world: World, admin: SignedIn) -> None:
    course = await world.course(admin)
    await world.sql.executemany(
        'insert into system_metrics (organization_id, event_type, severity, course_id, "timestamp") '
        "values ($1, $2, $3, $4, $5::timestamptz)",
        [
            (admin.claims.organization_id, event, severity, of, at)
            for event, severity, of, at in (
                ("job_rollback", "error", course, _day(1)),
                ("worker_timeout", "warn", None, _day(2)),
                ("worker_timeout", "error", None, _day(3)),
            )
        ],
    )

    async def found(**fields: Any) -> list[int]:
        page = await call(world, "admin.getSystemMetrics", admin, **fields)
        return [event.timestamp.day for event in page.items]

    assert await found() == [3, 2, 1]
    assert await found(eventTypes=["worker_timeout"]) == [3, 2]
    assert await found(eventTypes=["worker_timeout", "job_rollback"], severity="error") == [3, 1]
    assert await found(since="2026-03-02T00:00:00Z") == [3, 2]
    assert await found(since="2026-03-02T00:00:00Z", until="2026-03-03T00:00:00Z") == [2]
    assert await found(courseId=str(course)) == [1]


def _day(day: int) -> Any:
    from datetime import UTC, datetime

    return datetime(2026, 3, day, tzinfo=UTC)


async def test_an_admin_is_shown_nothing_of_what_superadmins_of_the_organization_do(
    world: World, admin: SignedIn
) -> None:
    root = await world.user(admin.claims.organization_id, Role.SUPERADMIN)
    await call(world, "admin.listCourses", root, organizationId=str(uuid4()))
    assert (await call(world, "admin.getSystemMetrics", admin)).items == []
    shown = await call(world, "admin.getSystemMetrics", root, eventTypes=["superadmin_action"], limit=1)
    assert shown.items[0].metadata["procedure"] == "admin.getSystemMetrics"


def _flipped(cursor: str) -> list[str]:
    """The cursor with each character another one, and with every bit of its last byte another one."""
    others = [cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :] for at in range(len(cursor))]
    raw = base64.urlsafe_b64decode(cursor)
    return others + [
        base64.urlsafe_b64encode(raw[:-3] + bytes([raw[-3] ^ 1 << bit]) + raw[-2:]).decode() for bit in range(8)
    ]


async def test_a_cursor_that_was_tampered_with_is_refused(world: World, admin: SignedIn) -> None:
    for _ in range(3):
        await world.course(admin)
    cursor = (await call(world, "admin.listCourses", admin, limit=1)).next_cursor
    longer = (cursor + "AAAA", cursor + "=", f"{cursor}\n", cursor * 2)
    for other in {*_flipped(cursor), *longer, cursor[:-4], "x", "===="} - {cursor}:
        with pytest.raises(InvalidCursor, match=r"^The cursor was not given out for this list$") as refused:
            await call(world, "admin.listCourses", admin, limit=1, cursor=other)
        assert refused.value.code.http_status == 400


async def test_a_cursor_is_good_for_the_list_that_gave_it_out_alone(world: World, admin: SignedIn) -> None:
    for _ in range(3):
        await world.course(admin)
    cursor = (await call(world, "admin.listCourses", admin, limit=1)).next_cursor
    assert len((await call(world, "admin.listCourses", admin, limit=2, cursor=cursor)).items) == 2
    for path, fields in (
        ("admin.listCourses", {"sort": "createdAt"}),
        ("admin.listCourses", {"status": "draft"}),
        ("admin.listUsers", {}),
        ("admin.getSystemMetrics", {}),
    ):
        with pytest.raises(InvalidCursor):
            await call(world, path, admin, cursor=cursor, **fields)


LISTS = ["admin.listOrganizations", "admin.listUsers", "admin.listCourses", "admin.getSystemMetrics", "admin.listAudit"]


@pytest.mark.parametrize(
    ("field", "value"), [("limit", 0), ("limit", 101), ("cursor", ""), ("cursor", "ж"), ("cursor", 1), ("sort", "id")]
)
@pytest.mark.parametrize("path", LISTS)
async def test_a_field_out_of_bounds_is_an_issue_at_its_place(world: World, path: str, field: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        await call(world, path, None, **{field: value})
    assert [issue.path for issue in refused.value.issues] == [f"$.{field}"]
