"""billing.getUsage: what an organization uses, by its tier, and for whom."""

from typing import Any
from uuid import uuid4

import pytest

from app.auth.claims import Claims, Role
from app.context import SignedIn
from procedures._errors import OrganizationNotFound
from procedures.billing.get_usage import get_usage
from procedures.generation._reservation import Described, read_allowance, reserve
from procedures.generation.upload_file import upload_file
from tests.procedures.calling import call, wire
from tests.procedures.generation.uploading import TEXT, document, leave_quota, owner_and_course
from tests.world import World

MIB = 1024 * 1024


async def usage(world: World, caller: SignedIn) -> dict[str, Any]:
    answer: dict[str, Any] = wire(await call(world, "billing.getUsage", caller))
    return answer


async def test_usage_tells_bytes_files_and_the_tiers_limits(world: World) -> None:
    owner, course = await owner_and_course(world, "basic")
    await upload_file(owner, document(course))
    await upload_file(owner, document(await world.course(owner)))
    assert await usage(world, owner) == {
        "usedBytes": 2 * len(TEXT),
        "quotaBytes": 100 * MIB,
        "percentage": 0.0,
        "files": 2,
        "tier": "BASIC",
        "nextTier": "STANDARD",
        "maxFileBytes": 10 * MIB,
        "filesPerCourse": 1,
        "acceptedTypes": ["pdf", "txt", "md"],
    }


@pytest.mark.parametrize(
    ("tier", "following"),
    [("trial", "STANDARD"), ("free", "BASIC"), ("basic", "STANDARD"), ("standard", "PREMIUM"), ("premium", None)],
)
async def test_each_tier_names_the_one_above_it(world: World, tier: str, following: str | None) -> None:
    owner, _ = await owner_and_course(world, tier)
    found = await usage(world, owner)
    assert (found["tier"], found["nextTier"], found["files"]) == (tier.upper(), following, 0)


@pytest.mark.parametrize(
    ("unused", "percentage"), [(100 * MIB, 0.0), (50 * MIB, 50.0), (1, 99.9), (0, 100.0), (66 * MIB, 34.0)]
)
async def test_the_percentage_is_a_hundred_only_when_the_quota_is_full(
    world: World, unused: int, percentage: float
) -> None:
    owner, _ = await owner_and_course(world, "basic")
    await leave_quota(world, owner, unused)
    assert (await get_usage(owner)).percentage == percentage


async def test_an_upload_under_way_counts(world: World) -> None:
    owner, course = await owner_and_course(world)
    await reserve(owner, await read_allowance(owner, course), Described("notes.md", "text/markdown", 10))
    found = await get_usage(owner)
    assert (found.used_bytes, found.files) == (10, 1)


@pytest.mark.parametrize("role", list(Role))
async def test_everybody_in_an_organization_reads_the_same_of_it(world: World, role: Role) -> None:
    owner, course = await owner_and_course(world)
    await upload_file(owner, document(course))
    caller = await world.user(owner.claims.organization_id, role)
    assert await usage(world, caller) == await usage(world, owner)


async def test_another_organizations_files_do_not_count(world: World) -> None:
    owner, course = await owner_and_course(world)
    await upload_file(owner, document(course))
    for role in (Role.INSTRUCTOR, Role.SUPERADMIN):
        found = await get_usage(await world.user(role=role))
        assert (found.used_bytes, found.files) == (0, 0)


async def test_an_organization_that_is_gone_uses_nothing(world: World) -> None:
    owner = await world.user()
    claims = Claims(owner.user_id, uuid4(), Role.INSTRUCTOR, owner.claims.expires_at)
    with pytest.raises(OrganizationNotFound):
        await get_usage(world.caller(claims))
