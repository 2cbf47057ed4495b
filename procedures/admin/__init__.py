"""admin.*: organizations, users, courses and limits, for the admins of an organization and for superadmins.

An admin's world is the own organization: what is elsewhere answers as missing. Each call reads the caller's role again.
"""

from app.rpc import Router
from procedures.admin.assign_super_admin import assign_super_admin
from procedures.admin.get_concurrency import get_concurrency
from procedures.admin.get_dashboard import get_dashboard
from procedures.admin.get_system_metrics import get_system_metrics
from procedures.admin.list_audit import list_audit
from procedures.admin.list_courses import list_courses
from procedures.admin.list_organizations import list_organizations
from procedures.admin.list_users import list_users
from procedures.admin.revoke_super_admin import revoke_super_admin
from procedures.admin.set_global_limit import set_global_limit
from procedures.admin.update_organization import update_organization
from procedures.admin.update_user_role import update_user_role

router = Router(
    list_organizations,
    update_organization,
    list_users,
    update_user_role,
    assign_super_admin,
    revoke_super_admin,
    list_courses,
    get_dashboard,
    get_system_metrics,
    get_concurrency,
    set_global_limit,
    list_audit,
)
