"""The product: one file per procedure or job, and the table of all of them."""

from app.rpc import Router
from procedures import admin, billing, courses, generation, jobs, system, webhooks

router = Router(
    system=system.router,
    courses=courses.router,
    generation=generation.router,
    jobs=jobs.router,
    billing=billing.router,
    webhooks=webhooks.router,
    admin=admin.router,
)
