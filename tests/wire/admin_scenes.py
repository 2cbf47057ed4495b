"""Calls of administration, and of courses that are changed, each with what must be there for it."""

from uuid import uuid4

from app.auth.claims import Role
from app.context import SignedIn
from tests.procedures.generation.progressing import running
from tests.wire.conformance import Call
from tests.wire.inputs import VALID
from tests.wire.served import Served
from tests.wire.staging import Scene, mutation, owner_of, query


async def an_admin(served: Served) -> SignedIn:
    """Of a new organization."""
    return await served.user(Role.ADMIN)


async def a_superadmin(served: Served) -> SignedIn:
    """Of a new organization."""
    return await served.user(Role.SUPERADMIN)


async def a_course_is_updated(served: Served) -> Call:
    owner, course = await owner_of(served)
    return mutation("courses.update", {**(VALID["courses.update"] or {}), "courseId": course}, owner)


async def a_colleagues_course_is_not_updated(served: Served) -> Call:
    owner, course = await owner_of(served)
    colleague = await served.world.user(owner.claims.organization_id)
    return mutation("courses.update", {"courseId": course, "title": "x"}, colleague, "NotYours")


async def a_course_is_deleted(served: Served) -> Call:
    owner, course = await owner_of(served)
    return mutation("courses.delete", {"courseId": course}, owner)


async def a_course_with_a_run_is_not_deleted(served: Served) -> Call:
    owner, course = await running(served.world)
    return mutation("courses.delete", {"courseId": course}, owner, "CourseIsRunning")


async def a_course_is_found_by_its_slug(served: Served) -> Call:
    owner, course = await owner_of(served)
    slug = await served.world.sql.fetchval("select slug from courses where id = $1", course)
    return query("courses.getBySlug", {"slug": slug}, owner)


async def a_slug_of_nothing(served: Served) -> Call:
    return query("courses.getBySlug", VALID["courses.getBySlug"], await served.user(), "CourseNotFound")


async def organizations_are_listed(served: Served) -> Call:
    return query("admin.listOrganizations", {"limit": 1}, await an_admin(served))


async def an_instructor_lists_no_organization(served: Served) -> Call:
    return query("admin.listOrganizations", None, await served.user(), "Forbidden")


async def an_organization_is_renamed(served: Served) -> Call:
    admin = await an_admin(served)
    given = {"organizationId": admin.claims.organization_id, "name": f"renamed {uuid4()}"}
    return mutation("admin.updateOrganization", given, admin)


async def an_organization_of_strangers(served: Served) -> Call:
    given = {"organizationId": await served.world.organization(), "name": "mine"}
    return mutation("admin.updateOrganization", given, await an_admin(served), "OrganizationNotFound")


async def an_admin_asks_for_a_tier(served: Served) -> Call:
    admin = await an_admin(served)
    given = {"organizationId": admin.claims.organization_id, "tier": "PREMIUM"}
    return mutation("admin.updateOrganization", given, admin, "SuperadminOnly")


async def users_are_listed(served: Served) -> Call:
    return query("admin.listUsers", {"sort": "-createdAt"}, await an_admin(served))


async def a_cursor_of_nobody(served: Served) -> Call:
    return query("admin.listUsers", {"cursor": "x"}, await an_admin(served), "InvalidCursor")


async def a_role_is_given(served: Served) -> Call:
    admin = await an_admin(served)
    user = await served.world.user(admin.claims.organization_id)
    return mutation("admin.updateUserRole", {"userId": user.user_id, "role": "student"}, admin)


async def an_own_role(served: Served) -> Call:
    admin = await an_admin(served)
    return mutation("admin.updateUserRole", {"userId": admin.user_id, "role": "student"}, admin, "OwnRole")


async def a_superadmin_is_made(served: Served) -> Call:
    user = await served.user()
    return mutation("admin.assignSuperAdmin", {"userId": user.user_id}, await a_superadmin(served))


async def a_superadmin_of_nobody(served: Served) -> Call:
    given = VALID["admin.assignSuperAdmin"]
    return mutation("admin.assignSuperAdmin", given, await a_superadmin(served), "UserNotFound")


async def a_superadmin_is_one_no_more(served: Served) -> Call:
    user = await a_superadmin(served)
    return mutation("admin.revokeSuperAdmin", {"userId": user.user_id}, await a_superadmin(served))


async def a_caller_whose_role_was_taken(served: Served) -> Call:
    user, other = await a_superadmin(served), await a_superadmin(served)
    await served.world.sql.execute("update users set role = 'student' where id = $1", user.user_id)
    return mutation("admin.revokeSuperAdmin", {"userId": other.user_id}, user, "RoleChanged")


async def all_courses_are_listed(served: Served) -> Call:
    admin = await an_admin(served)
    await served.world.course(admin)
    return query("admin.listCourses", {"limit": 5}, admin)


async def a_cursor_of_another_list(served: Served) -> Call:
    return query("admin.listCourses", {"cursor": "AAAA"}, await an_admin(served), "InvalidCursor")


async def a_dashboard(served: Served) -> Call:
    admin = await an_admin(served)
    course = await served.world.course(admin)
    await served.world.sql.execute("update courses set generation_status = 'pending' where id = $1", course)
    return query("admin.getDashboard", None, admin)


async def no_dashboard_for_a_student(served: Served) -> Call:
    return query("admin.getDashboard", None, await served.user(Role.STUDENT), "Forbidden")


async def events_are_read(served: Served) -> Call:
    admin = await an_admin(served)
    await served.world.sql.execute(
        "insert into system_metrics (organization_id, event_type, severity) values ($1, 'worker_timeout', 'warn')",
        admin.claims.organization_id,
    )
    return query("admin.getSystemMetrics", {"eventTypes": ["worker_timeout"]}, admin)


async def events_of_a_type_that_is_none(served: Served) -> Call:
    return query("admin.getSystemMetrics", {"eventTypes": ["x"]}, await an_admin(served), "InvalidInput")


async def slots_are_shown(served: Served) -> Call:
    await served.world.sql.execute("update app.global_limit set concurrent_runs = 100")
    return query("admin.getConcurrency", None, await a_superadmin(served))


async def slots_are_not_an_admins(served: Served) -> Call:
    return query("admin.getConcurrency", None, await an_admin(served), "Forbidden")


async def a_limit_is_set(served: Served) -> Call:
    return mutation("admin.setGlobalLimit", {"limit": 100}, await a_superadmin(served))


async def a_limit_of_nothing(served: Served) -> Call:
    return mutation("admin.setGlobalLimit", {"limit": 0}, await a_superadmin(served), "InvalidInput")


async def the_trail_is_read(served: Served) -> Call:
    root = await a_superadmin(served)
    async with root.db.begin():
        pass
    return query("admin.listAudit", {"userId": root.user_id}, root)


async def the_trail_is_not_an_admins(served: Served) -> Call:
    return query("admin.listAudit", None, await an_admin(served), "Forbidden")


SCENES: tuple[Scene, ...] = (
    a_course_is_updated,
    a_colleagues_course_is_not_updated,
    a_course_is_deleted,
    a_course_with_a_run_is_not_deleted,
    a_course_is_found_by_its_slug,
    a_slug_of_nothing,
    organizations_are_listed,
    an_instructor_lists_no_organization,
    an_organization_is_renamed,
    an_organization_of_strangers,
    an_admin_asks_for_a_tier,
    users_are_listed,
    a_cursor_of_nobody,
    a_role_is_given,
    an_own_role,
    a_superadmin_is_made,
    a_superadmin_of_nobody,
    a_superadmin_is_one_no_more,
    a_caller_whose_role_was_taken,
    all_courses_are_listed,
    a_cursor_of_another_list,
    a_dashboard,
    no_dashboard_for_a_student,
    events_are_read,
    events_of_a_type_that_is_none,
    slots_are_shown,
    slots_are_not_an_admins,
    a_limit_is_set,
    a_limit_of_nothing,
    the_trail_is_read,
    the_trail_is_not_an_admins,
)
