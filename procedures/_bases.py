"""The bases that procedures are made from: who may call."""

from app.auth.tokens import Role
from app.context import Context, JobContext
from app.middlewares import authenticate, confirm_role, requires
from app.rpc import Base
from procedures._recovery import complete_first_step

public = Base[Context]()
authed = public.use(authenticate)
instructor = authed.use(requires(Role.INSTRUCTOR, Role.ADMIN, Role.SUPERADMIN))
admin = authed.use(requires(Role.ADMIN, Role.SUPERADMIN)).use(confirm_role)
superadmin = authed.use(requires(Role.SUPERADMIN)).use(confirm_role)

queue = Base[JobContext]().use(complete_first_step)
"""Jobs: reachable from the queue alone."""
