"""courses.getBySlug: a course by the name in its address."""

from typing import Annotated

from msgspec import Meta

from app.context import SignedIn
from app.rpc import Input
from procedures._bases import authed
from procedures._errors import CourseNotFound
from procedures.courses._view import Course


class CourseSlugInput(Input):
    """Which course: the slug that `courses.create` gave it."""

    slug: Annotated[str, Meta(min_length=1, max_length=200)]


@authed.query(errors=(CourseNotFound,))
async def get_by_slug(ctx: SignedIn, input: CourseSlugInput) -> Course:
    """A course that the caller may read; a superadmin's own organization comes first where several have the slug."""
    async with ctx.db.begin() as tx:
        row = await tx.maybe("get_course_by_slug", Course, slug=input.slug, organization_id=ctx.claims.organization_id)
    if row is None:
        raise CourseNotFound()
    return row
