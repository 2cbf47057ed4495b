"""admin.updateOrganization: the name is an admin's to change, the tier a superadmin's, and others' are missing."""

from uuid import UUID, uuid4

import pytest

from app.auth.claims import Role
from app.rpc.protocol_errors import InvalidInput
from procedures._errors import OrganizationNotFound
from procedures.admin._errors import SuperadminOnly
from procedures.admin.update_organization import NameTaken, TierTooSmall
from tests.procedures.calling import call
from tests.world import World


async def tier_of(world: World, organization: UUID) -> str:
    tier: str = await world.sql.fetchval("select tier from organizations where id = $1", organization)
    return tier


async def test_an_admin_renames_the_own_organization(world: World) -> None:
    admin, name = await world.user(role=Role.ADMIN), f"Школа {uuid4()}"
    organization = str(admin.claims.organization_id)
    changed = await call(world, "admin.updateOrganization", admin, organizationId=organization, name=name)
    assert (changed.name, changed.tier) == (name, "STANDARD")
    assert (await call(world, "admin.updateOrganization", admin, organizationId=organization)).name == name


async def test_another_organization_is_a_missing_one_to_an_admin(world: World) -> None:
    admin = await world.user(role=Role.ADMIN)
    for organization in (await world.organization(), uuid4()):
        for change in ({"name": "mine"}, {"tier": "PREMIUM"}, {}):
            with pytest.raises(OrganizationNotFound, match=r"^Organization not found$"):
                await call(world, "admin.updateOrganization", admin, organizationId=str(organization), **change)


async def test_a_tier_is_a_superadmins_to_change_and_the_quota_follows(world: World) -> None:
    admin, root = await world.user(role=Role.ADMIN), await world.user(role=Role.SUPERADMIN)
    asked = {"organizationId": str(admin.claims.organization_id), "tier": "PREMIUM"}
    with pytest.raises(SuperadminOnly):
        await call(world, "admin.updateOrganization", admin, name="x", **asked)
    assert await tier_of(world, admin.claims.organization_id) == "standard"
    changed = await call(world, "admin.updateOrganization", root, **asked)
    assert (changed.tier, changed.storage_quota_bytes) == ("PREMIUM", 10 * 2**30)


async def test_a_tier_that_is_too_small_for_what_is_stored_is_refused(world: World) -> None:
    root, organization = await world.user(role=Role.SUPERADMIN), await world.organization()
    await world.sql.execute("update organizations set storage_used_bytes = 20 * 2^20 where id = $1", organization)
    with pytest.raises(TierTooSmall, match=r"^The organization stores more than this tier allows$"):
        await call(world, "admin.updateOrganization", root, organizationId=str(organization), tier="FREE")
    assert await tier_of(world, organization) == "standard"


async def test_a_name_of_another_organization_is_refused(world: World) -> None:
    admin, taken = await world.user(role=Role.ADMIN), await world.organization()
    name = await world.sql.fetchval("select name from organizations where id = $1", taken)
    with pytest.raises(NameTaken, match=r"^Another organization has this name$"):
        await call(
            world, "admin.updateOrganization", admin, organizationId=str(admin.claims.organization_id), name=name
        )


BOUNDS: dict[str, list[object]] = {
    "name": ["", " ", "x" * 201, 1, []],
    "tier": ["premium", "GOLD", "", 1],
    "organizationId": ["x", None, 1],
}


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, values in BOUNDS.items() for value in values])
async def test_a_field_out_of_bounds_is_an_issue_at_its_place(world: World, field: str, value: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        await call(world, "admin.updateOrganization", None, **{"organizationId": str(uuid4()), field: value})
    assert [issue.path for issue in refused.value.issues] == [f"$.{field}"]
