"""custom_access_token_hook: the claims of a token are those of the users row, or null."""

from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from tests.sql.callers import Connection, Person, instructor


async def hooked(root: Connection, user_id: object, claims: dict[str, Any] | None = None) -> dict[str, Any]:
    """The event after the hook, run as the role that Supabase runs it as."""
    event = {"user_id": str(user_id), "claims": claims or {}, "authentication_method": "password"}
    async with root.transaction():
        await root.execute("set local role supabase_auth_admin")
        changed: dict[str, Any] = await root.fetchval("select custom_access_token_hook($1)", event)
    return changed


@pytest.fixture
async def owner(root: Connection) -> Person:
    return await instructor(root)


async def test_the_claims_of_an_active_user_are_added_and_the_others_kept(root: Connection, owner: Person) -> None:
    claims = {"sub": str(owner.user_id), "aud": "authenticated", "role": "authenticated"}
    assert await hooked(root, owner.user_id, claims) == {
        "user_id": str(owner.user_id),
        "authentication_method": "password",
        "claims": {
            "sub": str(owner.user_id),
            "aud": "authenticated",
            "user_id": str(owner.user_id),
            "role": "instructor",
            "organization_id": str(owner.organization_id),
        },
    }


@pytest.mark.parametrize("forged", ["superadmin", "admin"])
async def test_what_a_user_wrote_into_the_claims_is_overwritten(root: Connection, owner: Person, forged: str) -> None:
    claims = {"role": forged, "organization_id": str(uuid4()), "user_metadata": {"role": forged}}
    found = (await hooked(root, owner.user_id, claims))["claims"]
    assert (found["role"], found["organization_id"]) == ("instructor", str(owner.organization_id))


async def test_the_claims_are_null_for_whom_has_no_row(root: Connection) -> None:
    found = await hooked(root, uuid4(), {"role": "superadmin"})
    assert found["claims"] == {"user_id": None, "role": None, "organization_id": None}


async def test_the_claims_are_null_for_who_is_not_active(root: Connection, owner: Person) -> None:
    await root.execute("update users set is_active = false where id = $1", owner.user_id)
    assert (await hooked(root, owner.user_id))["claims"] == {"user_id": None, "role": None, "organization_id": None}


async def test_null_claims_see_nothing(root: Connection, api: Connection, owner: Person) -> None:
    async with api.transaction():
        await api.execute("set local role authenticated")
        await api.execute(
            "select set_config('request.jwt.claims', $1, true)",
            '{"user_id": null, "role": null, "organization_id": null}',
        )
        for table in ("organizations", "users", "courses", "job_status"):
            assert await api.fetchval(f"select count(*) from {table}") == 0  # noqa: S608  names from above


async def test_an_event_without_claims_gets_them(root: Connection, owner: Person) -> None:
    async with root.transaction():
        await root.execute("set local role supabase_auth_admin")
        event = await root.fetchval("select custom_access_token_hook($1)", {"user_id": str(owner.user_id)})
    assert event["claims"]["role"] == "instructor"


@pytest.mark.parametrize("role", ["anon", "authenticated", "app_superadmin"])
async def test_nobody_else_may_run_it(api: Connection, role: str) -> None:
    async with api.transaction():
        await api.execute(f"set local role {role}")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await api.fetchval("select custom_access_token_hook('{}')")
