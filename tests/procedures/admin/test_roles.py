"""Who gives and takes which role: nobody their own, admins in their organization alone, and one superadmin stays."""

import asyncio
from uuid import uuid4

import pytest

from app.auth.claims import Role
from app.auth.errors import Forbidden, RoleChanged
from app.boot import TABLE
from app.context import SignedIn
from app.rpc import RpcError
from procedures.admin._errors import LastSuperadmin, OwnRole, SuperadminOnly, UserNotFound
from tests.procedures.calling import call
from tests.procedures.eventually import eventually
from tests.wire.inputs import VALID
from tests.world import World

ADMIN = [route.path for route in TABLE if route.path.startswith("admin.")]


async def role_of(world: World, user: SignedIn) -> str:
    role: str = await world.sql.fetchval("select role::text from users where id = $1", user.user_id)
    return role


async def told(world: World, path: str, caller: SignedIn, **fields: object) -> tuple[type[RpcError], str]:
    """The refusal of a call."""
    with pytest.raises(RpcError) as refused:
        await call(world, path, caller, **fields)
    return type(refused.value), refused.value.message


async def colleagues(world: World, *roles: Role) -> list[SignedIn]:
    """Users of one new organization."""
    organization = await world.organization()
    return [await world.user(organization, role) for role in roles]


@pytest.mark.parametrize("role", ["admin", "instructor", "student"])
async def test_an_admin_gives_a_role_within_the_organization(world: World, role: str) -> None:
    admin, user = await colleagues(world, Role.ADMIN, Role.INSTRUCTOR)
    changed = await call(world, "admin.updateUserRole", admin, userId=str(user.user_id), role=role)
    assert (changed.id, changed.role) == (user.user_id, role)
    assert await role_of(world, user) == role


@pytest.mark.parametrize("role", [Role.ADMIN, Role.INSTRUCTOR, Role.SUPERADMIN])
async def test_a_user_of_another_organization_is_a_missing_one_to_an_admin(world: World, role: Role) -> None:
    admin, stranger = await world.user(role=Role.ADMIN), await world.user(role=role)
    for user_id in (stranger.user_id, uuid4()):
        refusal = await told(world, "admin.updateUserRole", admin, userId=str(user_id), role="student")
        assert refusal == (UserNotFound, "User not found")
    assert await role_of(world, stranger) == role


async def test_a_superadmin_gives_roles_everywhere(world: World) -> None:
    root, user = await world.user(role=Role.SUPERADMIN), await world.user()
    await call(world, "admin.updateUserRole", root, userId=str(user.user_id), role="admin")
    assert await role_of(world, user) == "admin"
    await call(world, "admin.assignSuperAdmin", root, userId=str(user.user_id))
    assert await role_of(world, user) == "superadmin"
    await call(world, "admin.assignSuperAdmin", root, userId=str(user.user_id))
    assert (await call(world, "admin.revokeSuperAdmin", root, userId=str(user.user_id))).role == "admin"


@pytest.mark.parametrize("role", [Role.ADMIN, Role.SUPERADMIN])
async def test_nobody_changes_their_own_role(world: World, role: Role) -> None:
    caller = await world.user(role=role)
    refusal = await told(world, "admin.updateUserRole", caller, userId=str(caller.user_id), role="student")
    assert refusal == (OwnRole, "You cannot change your own role")
    assert await role_of(world, caller) == role


@pytest.mark.parametrize("path", ["admin.assignSuperAdmin", "admin.revokeSuperAdmin"])
async def test_a_superadmin_neither_raises_nor_lowers_themselves(world: World, path: str) -> None:
    root = await world.user(role=Role.SUPERADMIN)
    assert (await told(world, path, root, userId=str(root.user_id)))[0] is OwnRole


async def test_an_admin_does_not_touch_a_superadmin_of_the_own_organization(world: World) -> None:
    admin, root = await colleagues(world, Role.ADMIN, Role.SUPERADMIN)
    refusal = await told(world, "admin.updateUserRole", admin, userId=str(root.user_id), role="student")
    assert refusal == (SuperadminOnly, "Only a superadmin can do this")
    assert await role_of(world, root) == "superadmin"


@pytest.mark.parametrize(
    "path",
    [
        *("admin.assignSuperAdmin", "admin.revokeSuperAdmin", "admin.setGlobalLimit", "admin.getConcurrency"),
        "admin.listAudit",
    ],
)
async def test_what_is_a_superadmins_is_refused_to_an_admin(world: World, path: str) -> None:
    admin = await world.user(role=Role.ADMIN)
    assert await told(world, path, admin, **(VALID[path] or {})) == (Forbidden, "Insufficient permissions")


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.STUDENT])
@pytest.mark.parametrize("path", ADMIN)
async def test_administration_is_for_admins(world: World, path: str, role: Role) -> None:
    assert (await told(world, path, await world.user(role=role), **(VALID[path] or {})))[0] is Forbidden


@pytest.mark.parametrize("path", ADMIN)
async def test_whose_role_was_taken_is_refused_at_once_whatever_the_token_says(own_world: World, path: str) -> None:
    root, keeper = await own_world.user(role=Role.SUPERADMIN), await own_world.user(role=Role.SUPERADMIN)
    await call(own_world, "admin.revokeSuperAdmin", keeper, userId=str(root.user_id))
    refusal = await told(own_world, path, root, **(VALID[path] or {}))
    assert refusal == (RoleChanged, "Your role has changed. Please sign in again")


@pytest.mark.parametrize(
    "change", ["is_active = false", "role = 'instructor'", "organization_id = (select id from organizations limit 1)"]
)
async def test_an_admin_is_refused_at_once_after_any_change_of_what_they_are(world: World, change: str) -> None:
    await world.organization()
    admin = await world.user(role=Role.ADMIN)
    await call(world, "admin.listUsers", admin)
    await world.sql.execute(f"update users set {change} where id = $1", admin.user_id)  # noqa: S608  from above
    assert (await told(world, "admin.listUsers", admin))[0] is RoleChanged


async def test_elsewhere_a_token_counts_until_it_expires(own_world: World) -> None:
    root, keeper = await own_world.user(role=Role.SUPERADMIN), await own_world.user(role=Role.SUPERADMIN)
    course = await own_world.course(await own_world.user())
    await call(own_world, "admin.revokeSuperAdmin", keeper, userId=str(root.user_id))
    assert (await call(own_world, "courses.get", root, courseId=str(course))).id == course


async def superadmins(world: World) -> int:
    found: int = await world.sql.fetchval("select count(*) from users where role = 'superadmin' and is_active")
    return found


@pytest.mark.parametrize("path", ["admin.revokeSuperAdmin", "admin.updateUserRole"])
async def test_two_superadmins_who_demote_each_other_leave_one(own_world: World, path: str) -> None:
    """Again and again, since who is first is a matter of luck."""
    organization = await own_world.organization()
    for _ in range(10):
        pair = [await own_world.user(organization, Role.SUPERADMIN) for _ in range(2)]
        await own_world.sql.execute(
            "update users set role = 'student' where id <> all ($1)", [user.user_id for user in pair]
        )
        outcomes = await asyncio.gather(
            *(
                call(own_world, path, one, userId=str(other.user_id), role="student")
                for one, other in (pair, pair[::-1])
            ),
            return_exceptions=True,
        )
        refused = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        assert [type(each) for each in refused] in ([LastSuperadmin], [RoleChanged]), refused
        assert await superadmins(own_world) == 1


async def test_the_last_superadmin_is_told_apart_from_other_conflicts(own_world: World) -> None:
    """A superadmin who is not active any more changes nothing, and does not count as one that stays."""
    root, sleeping = await own_world.user(role=Role.SUPERADMIN), await own_world.user(role=Role.SUPERADMIN)
    blocker = own_world.sql
    async with blocker.transaction():
        await blocker.execute("select from users where id = $1 for update", root.user_id)
        demotion = asyncio.create_task(call(own_world, "admin.revokeSuperAdmin", sleeping, userId=str(root.user_id)))
        await eventually(lambda: _someone_waits(own_world))
        await blocker.execute("update users set is_active = false where id = $1", sleeping.user_id)
    with pytest.raises(LastSuperadmin, match=r"^The last superadmin cannot be removed$"):
        await demotion
    assert await superadmins(own_world) == 1


async def _someone_waits(world: World) -> bool:
    """Whether a transaction of this database that has to do with users waits for a lock."""
    query = """
        select count(*)
        from pg_locks waiting
        join pg_locks held on held.pid = waiting.pid and held.relation = 'users'::regclass
        join pg_database on pg_database.oid = held.database and datname = current_database()
        where not waiting.granted
    """
    return bool(await world.sql.fetchval(query))
